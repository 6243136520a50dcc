"""AWS on this machine: what template.yaml describes, running."""
