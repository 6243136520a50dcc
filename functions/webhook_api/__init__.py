"""The HTTP API for other systems: events in, answers, status links."""
