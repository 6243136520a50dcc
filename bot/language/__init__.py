"""What people type: text to a command, and what is wrong with it."""
