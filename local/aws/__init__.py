"""AWS on this machine: runs what template.yaml describes."""
