"""What AWS and the SAM CLI need: artifacts, events, and a way for SAM's containers to reach this machine."""
