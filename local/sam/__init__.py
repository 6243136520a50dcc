"""What AWS and its SAM CLI are given: artifacts, events, and a way here for SAM's containers."""
