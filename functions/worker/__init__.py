"""What the recorder does with an order from the queue."""
