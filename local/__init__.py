"""The whole system on one machine: stand-ins for RTC, Slack and AWS. Never packaged into a Lambda."""
