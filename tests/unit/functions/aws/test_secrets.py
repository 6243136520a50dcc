"""Secrets: kept for a while, read anew when that is over or when asked, and never lost to a passing failure."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from functions.aws.secrets import LIFETIME, RETRY_AFTER, Secret, SecretUnreadable
from functions.aws.settings import what_is_wrong
from functions.http.slack_secret import SlackSecret
from functions.webhook_api.configuration import WebhookSecret
from tests.own_clients import an_account, connect

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass
class Kept:
    """A secret that a test can change, and the time."""

    client: "SecretsManagerClient"
    now: float = 1000.0

    def change(self, content: str) -> None:
        self.client.put_secret_value(SecretId="slack", SecretString=content)

    def break_off(self) -> None:
        self.client.delete_secret(SecretId="slack")

    def mend(self) -> None:
        self.client.restore_secret(SecretId="slack")

    def secret(self) -> Secret[SlackSecret]:
        return Secret(self.client, "slack", SlackSecret, lambda: self.now)


@pytest.fixture(name="kept")
def _kept() -> Iterator[Kept]:
    with an_account():
        client = connect("secretsmanager")
        client.create_secret(Name="slack", SecretString='{"signing_secrets": ["first"]}')
        yield Kept(client)


def test_a_secret_is_kept_for_its_lifetime(kept: Kept) -> None:
    """A change is seen once the lifetime is over, not before."""
    secret = kept.secret()
    assert secret.read().signing_secrets == ("first",)
    kept.change('{"signing_secrets": ["second"]}')
    kept.now += LIFETIME - 1
    assert secret.read().signing_secrets == ("first",)
    kept.now += 1
    assert secret.read().signing_secrets == ("second",)


def test_a_secret_is_read_anew_when_asked_but_not_all_the_time(kept: Kept) -> None:
    """So a rotation is noticed at once, and forged requests cannot make us ask without end."""
    secret = kept.secret()
    secret.read()
    kept.change('{"signing_secrets": ["second"]}')
    kept.now += RETRY_AFTER - 1
    assert secret.read(max_age=0).signing_secrets == ("first",)
    kept.now += 1
    assert secret.read(max_age=0).signing_secrets == ("second",)
    kept.change('{"signing_secrets": ["third"]}')
    assert secret.read(max_age=0).signing_secrets == ("second",)


@pytest.mark.parametrize("set_back", [LIFETIME, 100 * LIFETIME])
def test_a_clock_that_is_set_back_keeps_no_secret_forever(kept: Kept, set_back: float) -> None:
    """A time before the last read counts as long after it."""
    secret = kept.secret()
    secret.read()
    kept.change('{"signing_secrets": ["second"]}')
    kept.now -= set_back
    assert secret.read().signing_secrets == ("second",)


def test_a_secret_that_cannot_be_read_anew_stays_in_use(kept: Kept) -> None:
    """A failure of Secrets Manager closes no door; it is tried again soon, not with every request."""
    secret = kept.secret()
    secret.read()
    kept.break_off()
    kept.now += LIFETIME
    assert secret.read().signing_secrets == ("first",)
    kept.mend()
    kept.change('{"signing_secrets": ["second"]}')
    assert secret.read().signing_secrets == ("first",)
    kept.now += RETRY_AFTER
    assert secret.read().signing_secrets == ("second",)


def test_the_first_read_has_to_succeed(kept: Kept) -> None:
    """Nothing is kept of a failure: as soon as the secret is there it is used."""
    secret = kept.secret()
    kept.break_off()
    with pytest.raises(SecretUnreadable, match="secret slack could not be read"):
        secret.read()
    kept.mend()
    assert secret.read().signing_secrets == ("first",)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "s3cret",
        "[]",
        "{}",
        '{"signing_secrets": []}',
        '{"signing_secrets": [" "]}',
        '{"signing_secrets": "s3cret"}',
        '{"signing_secrets": ["s3cret"], "signing_secrets": ["s3cret2"]}',
        '{"signing_secrets": ["s3cret\\ud800"]}',
        "[" * 60_000 + '"s3cret"',
    ],
)
def test_a_secret_that_holds_something_else_is_refused_without_showing_it(kept: Kept, content: str) -> None:
    """The message says what is wrong with which secret; the content is in it for nobody to read."""
    if content:
        kept.change(content)
    else:
        kept.client.put_secret_value(SecretId="slack", SecretBinary=b64encode(b"s3cret").decode())
    with pytest.raises(SecretUnreadable, match="secret slack") as refused:
        kept.secret().read()
    assert "s3cret" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert refused.value.__suppress_context__


def test_a_name_that_is_in_a_secret_twice_is_named(kept: Kept) -> None:
    """Nobody could say which of the two values counts, and after a rotation it may be the old one."""
    kept.change('{"signing_secrets": ["first"], "signing_secrets": ["second"]}')
    with pytest.raises(SecretUnreadable, match=r"it is no JSON: signing_secrets is twice in one object$"):
        kept.secret().read()


def test_a_byte_order_mark_is_no_part_of_a_secret(kept: Kept) -> None:
    """An editor wrote it into the file, and nobody sees it."""
    kept.change('\ufeff{"signing_secrets": ["first"]}')
    assert kept.secret().read().signing_secrets == ("first",)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("v1,whsec_" + "bGlt" * 10, "a key starts with whsec_"),
        ("whsec_", "a key has 24 to 64 bytes"),
        ("whsec_" + "ä" * 40, "what follows whsec_ is not base64"),
        (None, "a key starts with whsec_"),
    ],
)
def test_what_is_wrong_with_an_item_is_said_once(item: object, words: str) -> None:
    """Not also that its list is too short, which it isn't."""
    key = "whsec_" + "bGlt" * 10
    with pytest.raises(ValidationError) as refused:
        WebhookSecret.model_validate({"callers": {"ci": [item]}, "status_keys": [key]})
    assert what_is_wrong(refused.value) == f"callers.ci.0: {words}"


def test_a_key_that_was_pasted_as_a_name_is_not_shown() -> None:
    """It would stand in a log."""
    key = "whsec_" + "bGlt" * 10
    with pytest.raises(ValidationError) as refused:
        WebhookSecret.model_validate({"callers": {key: ["ci"]}, "status_keys": [key]})
    assert key not in what_is_wrong(refused.value)


def test_a_pasted_line_end_is_no_part_of_a_secret() -> None:
    """Nor are spaces around it; unknown fields are somebody else's."""
    read = SlackSecret.model_validate_json('{"signing_secrets": [" abc\\n", "def"], "since": 2026}')
    assert read.signing_secrets == ("abc", "def")
