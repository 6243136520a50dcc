"""The webhook's settings and secret: a slip in them opens nothing."""

import base64
import json
import re
import textwrap

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.settings import SettingsError, read_settings
from functions.webhook_api.configuration import Limits, WebhookSecret, WebhookSettings
from tests.template import PARAMETERS
from tests.webhook_requests import KEY, OTHER_KEY

WEBHOOK = {
    "SECRET_ID": "webhook-secret",
    "LEDGER_TABLE": "ledger",
    "ORDER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    "RTC_APP_ID": "app1",
    "RECORD_RULE_ID": "",
    "RTC_CALLBACKS": "false",
    "WEBHOOK_CALLERS": '{"timetable": {"rooms": [100, "b"]}, "ci": {}}',
}
STATUS_KEYS = ["whsec_" + "c3Rh" * 10]


def test_callers_are_read_with_their_limits() -> None:
    """A room's number is its id."""
    callers = read_settings(WebhookSettings, WEBHOOK).webhook_callers
    assert callers == {"timetable": Limits(rooms=frozenset({"100", "b"})), "ci": Limits()}


@pytest.mark.parametrize(
    "callers",
    [
        "",
        "[]",
        '{"timetable": {"room": ["100"]}}',
        '{"timetable": {"rooms": "100"}}',
        '{"ci": {"channels": ["#x"]}}',
        '{"U1ANN": {}}',
        '{"a/b": {}}',
        '{"ci": {"rooms": ["a"]}, "ci": {}}',
        '{"ci": {"rooms": ["a"], "rooms": ["b"]}}',
        '{"ci": {}, "\\u0063i": {}}',
        '{"ci": {},}',
        '{"ci": {} "timetable": {}}',
        '{"ci": {"rooms": NaN}}',
        '{"ci": {"rooms": [' + "9" * 5000 + "]}}",
        "[" * 100_000,
    ],
)
def test_an_error_in_the_callers_opens_nothing(callers: str) -> None:
    """A limit that is misspelt would be none, and a name like a Slack user's would be a mention; told in one line."""
    with pytest.raises(SettingsError, match=r"^these environment variables are wrong: WEBHOOK_CALLERS[.:]") as refused:
        read_settings(WebhookSettings, WEBHOOK | {"WEBHOOK_CALLERS": callers})
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("callers", "words"),
    [
        ('{"ci": {"rooms": ["a"]}, "ci": {}}', "WEBHOOK_CALLERS: ci is twice in one object"),
        ('{"ci": {"rooms": ["a"], "rooms": ["b"]}}', "WEBHOOK_CALLERS: rooms is twice in one object"),
        ('{"ci": {"room": ["a"]}}', "WEBHOOK_CALLERS.ci.room: Extra inputs are not permitted"),
        ('{"ci": {"rooms": ["a", "b c"]}}', "WEBHOOK_CALLERS.ci.rooms.1: "),
    ],
)
def test_an_error_in_the_callers_is_named(callers: str, words: str) -> None:
    """An operator finds it in a long document."""
    with pytest.raises(SettingsError) as refused:
        read_settings(WebhookSettings, WEBHOOK | {"WEBHOOK_CALLERS": callers})
    assert words in str(refused.value)


@st.composite
def _written(draw: st.DrawFn) -> str:
    """Callers as JSON in any form: with line ends, blanks and tabs at any place, and with escapes."""
    ids = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), max_size=2)
    channels = st.lists(st.from_regex(r"C[A-Z0-9]{1,10}", fullmatch=True), max_size=2)
    limits = st.fixed_dictionaries({}, optional={"rooms": st.none() | ids, "channels": st.none() | channels})
    names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)
    callers: dict[str, object] = draw(st.dictionaries(names, limits, max_size=3))
    is_block: bool = draw(st.booleans())
    if is_block:
        block = textwrap.indent(json.dumps(callers, indent=draw(st.integers(0, 4))), "    ")
        written: str = yaml.safe_load(f"WebhookCallers: |\n{block}\n")["WebhookCallers"]
    else:
        compact = json.dumps(callers, separators=(",", ":"))
        blanks = st.text(st.sampled_from(" \t\r\n"), max_size=2)
        written = "".join(draw(blanks) + it + draw(blanks) if it in "{}[]:," else it for it in compact)
    with_escapes: bool = draw(st.booleans())
    if callers and with_escapes:
        name = min(callers)
        written = written.replace(f'"{name}"', f'"{"".join(f"\\u{ord(it):04x}" for it in name)}"')
    return written


@given(_written())
def test_what_the_function_reads_passes_the_parameters_pattern(callers: str) -> None:
    """So that an operator may write the parameter as YAML allows, such as a block over several lines."""
    assert re.fullmatch(PARAMETERS["WebhookCallers"]["AllowedPattern"], callers)
    read_settings(WebhookSettings, WEBHOOK | {"WEBHOOK_CALLERS": callers})


def test_a_caller_may_have_several_keys_and_shows_none() -> None:
    """While one is rotated out; an unknown caller has none. Those of the links are keys like others."""
    secret = WebhookSecret.model_validate({"callers": {"ci": [KEY, OTHER_KEY + "\n"]}, "status_keys": STATUS_KEYS})
    assert secret.keys_of("ci") == (b"k" * 32, b"o" * 32)
    assert secret.keys_of("nobody") == ()
    assert secret.status_keys == (b"sta" * 10,)
    assert KEY not in repr(secret)
    assert STATUS_KEYS[0] not in repr(secret)


@pytest.mark.parametrize(
    ("callers", "status_keys"),
    [
        ({"ci": [KEY], "timetable": [OTHER_KEY, KEY]}, STATUS_KEYS),
        ({"ci": []}, STATUS_KEYS),
        ({"ci": ["s3cret"]}, STATUS_KEYS),
        ({"U1ANN": [KEY]}, STATUS_KEYS),
        ({"ci": [KEY]}, []),
        ({"ci": [KEY]}, ["short"]),
        ({"ci": [KEY]}, ["any text of sixteen or more characters"]),
        ({"ci": ["whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in range(5)]}, STATUS_KEYS),
    ],
)
def test_callers_keys_that_protect_nothing_are_refused(callers: object, status_keys: object) -> None:
    """Two callers with one key could pass for each other; a short key, or one that was thought up, can be guessed."""
    with pytest.raises(ValueError, match="WebhookSecret"):
        WebhookSecret.model_validate({"callers": callers, "status_keys": status_keys})
