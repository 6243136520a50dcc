"""Parse what people type: text to a command, or to its problems."""
