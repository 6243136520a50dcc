"""The RTC API stand-in: it behaves as the API page says, or as it is told to, and imports nothing of shared/."""
