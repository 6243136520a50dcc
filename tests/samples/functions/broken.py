"""A function whose module fails while it is imported."""

raise RuntimeError("this module always fails")
