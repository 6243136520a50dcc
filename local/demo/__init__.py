"""The page of `make demo`: what is seen of the local system from outside, and how a person breaks and mends it."""
