"""Settings, secrets, queue, logs and metrics on AWS."""
