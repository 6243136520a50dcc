"""The webhook's settings, and the secret with the callers' keys."""

from secrets import token_bytes
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from functions.aws.secret_parts import SecretModel, SecretPart
from functions.aws.settings import Name, RecordRuleId, RtcAccountId, Settings, Url
from functions.http.standard_webhooks import MOST_KEYS, read_key
from shared.team_values import CallerName


def _key(text: object) -> bytes:
    return read_key(str(text).strip())


type _Key = Annotated[bytes, BeforeValidator(_key)]
"""A key of Standard Webhooks (whsec_...), decoded."""
type _CallbackKey = Annotated[SecretPart, StringConstraints(pattern=r"^[\x21-\x7e]{32,128}$")]
"""The auth_key of the app's callbacks, which RTC wants to be at least 32 characters long."""


class WebhookSettings(Settings):
    """The webhook's settings."""

    secret_id: Name
    ledger_table: Name
    order_queue_url: Url
    rtc_app_id: RtcAccountId
    record_rule_id: RecordRuleId
    rtc_callbacks: bool
    """Whether RTC calls back here."""


class WebhookSecret(SecretModel):
    """Each caller's keys (several during a rotation), those that sign status links, and those of RTC's callbacks."""

    callers: Annotated[
        dict[CallerName, Annotated[tuple[_Key, ...], Field(min_length=1, max_length=MOST_KEYS)]],
        Field(default_factory=dict, repr=False),
    ]
    status_keys: Annotated[tuple[_Key, ...], Field(repr=False)] = ()
    """The first key signs new links. Links signed by any of them are accepted. Callers need one."""
    callback_keys: Annotated[tuple[_CallbackKey, ...], Field(max_length=MOST_KEYS, repr=False)] = ()
    """The keys with which RTC may sign its callbacks. Without one, no callback is accepted."""

    @model_validator(mode="after")
    def _callers_share_no_key(self) -> Self:
        keys = [key for own in self.callers.values() for key in set(own)]
        if len(set(keys)) < len(keys):
            raise ValueError("two callers have the same key: each could pass for the other")
        return self

    @model_validator(mode="after")
    def _callers_have_a_status_key(self) -> Self:
        if not self.status_keys and (self.callers or not self.callback_keys):
            raise ValueError("status_keys is missing: it signs the links that callers get")
        return self

    @staticmethod
    def of_nobody() -> "WebhookSecret":
        """Return the secret of a webhook without callers: no key verifies anything."""
        return WebhookSecret.model_construct(callers={}, status_keys=(token_bytes(),))

    def keys_of(self, caller: str) -> tuple[bytes, ...]:
        """Return the caller's keys; an empty tuple for an unknown caller."""
        return self.callers.get(caller, ())
