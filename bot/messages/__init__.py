"""What people read: messages as Block Kit blocks."""
