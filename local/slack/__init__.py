"""The Slack stand-in: a workspace that keeps the rules of Slack, driven from this process."""
