"""The log lines that the page reads, by the text of their `message`."""

from enum import StrEnum


class LogEvent(StrEnum):
    """What a function logs about an order."""

    ORDER_PLACED = "order placed"
    ORDER_KNOWN = "order known already"
    ORDER_WAITS = "again later"
    CALLING_RTC = "calling RTC"
    RTC_ANSWERED = "RTC answered"
    STARTED = "started"
    NOT_STARTED = "not started"
    OUTCOME_UNKNOWN = "outcome unknown"
    ALREADY_RECORDING = "already recording"
    STOPPED = "stopped"
    NOT_STOPPED = "not stopped"
