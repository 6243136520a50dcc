"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class SettableClock:
    """Called, it gives the time it was set to, in UTC; `tick` moves it on."""

    def __init__(self, now: datetime = datetime(2026, 1, 2, 3, 4, 5, 75000, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
