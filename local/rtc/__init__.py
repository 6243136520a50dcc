"""The RTC API stand-in: it behaves as the API page says, and fails on request. It imports nothing of shared/."""
