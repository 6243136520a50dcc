"""Message metadata: what an app attaches to a message for itself and other apps; people don't see it.

https://docs.slack.dev/messaging/message-metadata/
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.slack.refusal import Refused

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a message."""

    event_type: str
    event_payload: Mapping[str, object]

    def document(self) -> dict[str, object]:
        """Return the metadata as Slack's JSON has it."""
        return {"event_type": self.event_type, "event_payload": self.event_payload}


def parse_metadata(value: object) -> Metadata | None:
    """Return the metadata in `value`, which may be JSON in a string; None for an empty object.

    Raises Refused(invalid_metadata_format) for what isn't a JSON object, and ValueError for metadata that Slack ignores
    with the warning invalid_metadata_schema.
    """
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise Refused("invalid_metadata_format", str(error)) from error
    if not isinstance(document, dict):
        raise Refused("invalid_metadata_format", f"{value!r} is not a JSON object")
    if not document:
        return None
    match document:
        case {"event_type": str(event_type), "event_payload": dict(payload)} if _EVENT_TYPE.fullmatch(event_type):
            return Metadata(event_type, payload)
        case _:
            raise ValueError("metadata needs an event_type of letters, digits, _ and -, and an event_payload")
