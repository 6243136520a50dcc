"""The app's setting for callbacks of recordings: GET and PUT /v2/apps/{app_id}/record-callback.

Source: Huawei's SDK (ShowRecordCallback, UpdateRecordCallback). An app has one address.
"""

from dataclasses import dataclass, field

from shared.rtc.answers import Answer, error_in
from shared.rtc.received import Read, Received, Text


@dataclass(frozen=True, slots=True)
class CallbackSetting:
    """Where RTC calls back, and the key with which it signs; empty for none."""

    url: str
    auth_key: str = field(default="", repr=False)

    def body(self) -> dict[str, str]:
        """Return the body of the call that sets it."""
        return {"url": self.url, "auth_key": self.auth_key}


class _Setting(Received):
    url: Read[Text] = None
    auth_key: Read[Text] = None


class _Answered(Received):
    app_id: Read[Text] = None
    record_callback: Read[_Setting] = None


def setting_in(operation: str, answer: Answer) -> CallbackSetting:
    """Return the setting in a 2xx answer. Raises the RtcError of any other."""
    fields = answer.fields() if answer.ok else {}
    if "app_id" not in fields and "record_callback" not in fields:
        raise error_in(operation, answer)
    known = _Answered.model_validate(fields).record_callback or _Setting()
    return CallbackSetting(known.url or "", known.auth_key or "")
