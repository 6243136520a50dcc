"""How Slack refuses a call: an error code, as JSON by the Web API and as plain text by a response_url."""

from typing import Literal

from local.http_message import Answer

type Door = Literal["response_url", "web_api"]
"""Where an app's call comes in."""


class Refused(Exception):
    """Slack refuses the call. `code` is Slack's error code; `why` is for the record of calls."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code}: {why}" if why else code)
        self.code = code
        self.why = why


def refusal(door: Door, status: int, error: str, retry_after: int | None = None) -> Answer:
    """Return the answer with the error code `error`: plain text from a response_url, JSON from the Web API."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    if door == "web_api" and error:
        return Answer.of_json(status, {"ok": False, "error": error}, headers)
    return Answer(status, (("Content-Type", "text/plain"), *headers), error.encode())
