"""Commands for operators, which act on a deployed stack, or on the local system while `make demo` runs it."""
