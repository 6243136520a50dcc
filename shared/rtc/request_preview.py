"""A request to RTC as it would be sent, for a person to read: the answer to a dry run."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import JsonValue

from shared.rtc.models import RecordingRequest

MASK = "***"


@dataclass(frozen=True, slots=True)
class RequestPreview:
    """What would be sent. Keys, tokens, signatures and push URLs after their host are masked."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, JsonValue]
    canonical_request: str | None
    """The text that AK/SK signs; None if a token is sent instead."""

    def body_text(self) -> str:
        """Return the body as indented JSON."""
        return json.dumps(self.body, indent=2)


def masked_body(request: RecordingRequest) -> dict[str, JsonValue]:
    """Return the body of a start with its push URLs cut after their hosts: the rest lets anyone publish."""
    body = request.body()
    if request.publish_param is not None:
        body["publish_param"] = {"rtmp_urls": [masked_url(url) for url in request.publish_param.rtmp_urls]}
    return body


def masked_url(url: str) -> str:
    """Return a push address cut after its host; of a text that is no address, nothing is shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    return f"{parts.scheme}://{parts.hostname}/{MASK}" if parts.hostname else MASK
