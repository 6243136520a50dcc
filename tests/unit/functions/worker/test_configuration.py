"""The recorder's settings and secret: what cannot work is refused when it is read."""

import pytest

from functions.aws.settings import SettingsError, read_settings
from functions.worker.configuration import RecorderSecret, RecorderSettings
from tests.recorder_settings import RECORDER

PASSWORD_LOGIN = '{"domain_name": "d", "user_name": "u", "password": "s3cret"}'


def test_numbers_are_numbers() -> None:
    """Settings are typed."""
    settings = read_settings(RecorderSettings, RECORDER)
    assert (settings.max_receives, settings.rtc_endpoint) == (8, "https://rtc-api.myhuaweicloud.com")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_ID", ""),
        ("ORDER_QUEUE_URL", "orders"),
        ("CALLER_QUEUE_URL", ""),
        ("RTC_CALLS_PER_SECOND", "0"),
        ("RTC_CALLS_PER_SECOND", "a few"),
        ("MAX_RECEIVES", "1"),
        ("MAX_RECEIVES", "9"),
        ("RTC_ENDPOINT", "https://rtc-api.myhuaweicloud.com/"),
        ("RTC_APP_ID", "app/1"),
        ("RTC_PROJECT_ID", "my-project"),
        ("IAM_ENDPOINT", "ftp://iam"),
        ("SLACK_API_URL", "https://slack.com/api"),
        ("SLACK_RESPONSE_URL", ""),
    ],
)
def test_a_value_that_cannot_work_is_refused_at_cold_start(variable: str, value: str) -> None:
    """Rather than met later, in the middle of an order."""
    with pytest.raises(SettingsError, match=variable):
        read_settings(RecorderSettings, RECORDER | {variable: value})


@pytest.mark.parametrize(
    "content",
    [
        '{"access_key": "a", "secret_key": "s3cret", "security_token": "s3cret", "bot_token": "xoxb-s3cret"}',
        PASSWORD_LOGIN,
    ],
)
def test_the_recorder_has_a_key_or_a_login_and_shows_neither(content: str) -> None:
    """Either opens RTC; a repr shows no part of them."""
    assert "s3cret" not in repr(RecorderSecret.model_validate_json(content))


@pytest.mark.parametrize("empty", ["", " ", "\n", None])
@pytest.mark.parametrize("part", ["bot_token", "security_token", "user_name"])
def test_an_empty_part_of_the_secret_is_missing(part: str, empty: str | None) -> None:
    """A document with every field, some of them not filled in, is what an operator may copy."""
    secret = RecorderSecret.model_validate({"access_key": "a", "secret_key": "b", part: empty})
    assert secret == RecorderSecret(access_key="a", secret_key="b")


def test_a_login_is_used_where_the_access_key_is_empty() -> None:
    """And an empty part is never half of a key."""
    login = {"domain_name": "d", "user_name": "u", "password": "p"}
    assert RecorderSecret.model_validate(login | {"access_key": "", "secret_key": ""}).access_key is None
    with pytest.raises(ValueError, match="access_key and secret_key, or domain_name"):
        RecorderSecret.model_validate({"access_key": "a", "secret_key": " "})


@pytest.mark.parametrize("content", ["{}", '{"access_key": "a"}', '{"user_name": "u", "password": "p"}'])
def test_half_a_key_opens_nothing(content: str) -> None:
    """It is refused when it is read, with both ways named."""
    with pytest.raises(ValueError, match="access_key and secret_key, or domain_name"):
        RecorderSecret.model_validate_json(content)
