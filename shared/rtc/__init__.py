"""The RTC API: signing, authentication, the client, and its errors."""
