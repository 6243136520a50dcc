"""What a run of the fuzz tests says of itself."""

from tests.fuzz.properties import EVENTS, SEED


def pytest_report_header() -> str:
    """Name the seed, with which a run can be repeated."""
    return f"fuzz: {EVENTS} events a door, SEED={SEED}"
