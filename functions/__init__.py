"""The Lambda entry points, and the only code that knows AWS."""
