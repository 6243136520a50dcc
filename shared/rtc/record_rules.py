"""A recording rule of the app: GET /v2/apps/{app_id}/record-rules/{rule_id}.

Source: Huawei's SDK (ShowRecordRule). A rule says into which bucket RTC puts the files.
"""

from dataclasses import dataclass

from shared.rtc.answers import Answer, error_in
from shared.rtc.received import Read, Received, Text


@dataclass(frozen=True, slots=True)
class RecordRule:
    """Where RTC puts the files of recordings with this rule; empty for what it did not say."""

    bucket: str
    location: str


class _Place(Received):
    bucket: Read[Text] = None
    location: Read[Text] = None


class _Rule(Received):
    obs_addr: Read[_Place] = None


def rule_in(answer: Answer) -> RecordRule:
    """Return the rule in a 2xx answer. Raises the RtcError of any other."""
    fields = answer.fields() if answer.ok else {}
    if "rule_id" not in fields and "obs_addr" not in fields:
        raise error_in("show rule", answer)
    place = _Rule.model_validate(fields).obs_addr or _Place()
    return RecordRule(place.bucket or "", place.location or "")
