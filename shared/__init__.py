"""Orders, recordings and the RTC API. This folder imports no Slack library and no AWS."""
