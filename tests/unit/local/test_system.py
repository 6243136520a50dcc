"""Rules of the real account's environment variables: what is wrong with them is said before anything starts."""

import pytest

from local.errors import LocalError
from local.system import Account

GOOD = {"RTC_APP_ID": "app-1", "RTC_PROJECT_ID": "0a1b", "RTC_ACCESS_KEY": "AK", "RTC_SECRET_KEY": "SK"}


def test_the_real_account_is_what_the_environment_says() -> None:
    """The endpoint is the template's unless another one is given; a security token goes with a temporary key."""
    keys = {"access_key": "AK", "secret_key": "SK"}
    assert Account.from_environment(GOOD) == Account("https://rtc-api.myhuaweicloud.com", "app-1", "0a1b", keys)
    elsewhere = Account.from_environment(GOOD | {"RTC_ENDPOINT": "https://rtc.example", "RTC_SECURITY_TOKEN": "T"})
    assert elsewhere == Account("https://rtc.example", "app-1", "0a1b", keys | {"security_token": "T"})
    assert Account.from_environment(GOOD | {"RTC_RECORD_RULE_ID": "r1"}).record_rule_id == "r1"


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name: str) -> None:
    """An empty variable is a missing one."""
    with pytest.raises(LocalError, match=f"needs these environment variables: {name}$"):
        Account.from_environment(GOOD | {name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RTC_APP_ID", "app/1"),
        ("RTC_APP_ID", "app1\n"),
        ("RTC_PROJECT_ID", "pro ject"),
        ("RTC_ENDPOINT", "nonsense"),
        ("RTC_ENDPOINT", "https://rtc.example/v2"),
    ],
)
def test_what_the_template_would_refuse_is_named(name: str, value: str) -> None:
    """In one line with the form it has to have, rather than by functions that never start."""
    with pytest.raises(LocalError, match=rf"^--rtc real: {name} is not of the form \S+$"):
        Account.from_environment(GOOD | {name: value})
    with pytest.raises(LocalError, match=r"RTC_APP_ID is .*, RTC_ENDPOINT is "):
        Account.from_environment(GOOD | {"RTC_APP_ID": "?", "RTC_ENDPOINT": "?"})
