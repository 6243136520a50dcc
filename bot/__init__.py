"""The conversation in Slack: what people type and what they read. Knows no AWS, and nothing here calls RTC."""
