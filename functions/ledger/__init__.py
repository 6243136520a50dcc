"""The ledger: one DynamoDB table, and a thin repository for each kind of item in it.

Each repository names its items' keys in its docstring and leaves those of the others alone.
"""
