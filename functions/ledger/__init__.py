"""The ledger: one DynamoDB table, and a thin repository for each kind of item in it.

Each repository names its items' keys in its docstring. It uses no other repository's keys.
"""
