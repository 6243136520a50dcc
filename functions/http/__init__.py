"""HTTP requests as API Gateway delivers them, and the signatures on them."""
