"""Recordings and the RTC API: what to record, how to ask for it, what came of it. Knows no Slack and no AWS."""
