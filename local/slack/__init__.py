"""The Slack stand-in: a workspace with Slack's rules, controlled from this process."""
