"""The page of `make demo`: what is visible of the local system from outside, and switches to break parts of it."""
