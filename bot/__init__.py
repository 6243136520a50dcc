"""The conversation in Slack: what people type and what they read. This folder imports no AWS and never calls RTC."""
