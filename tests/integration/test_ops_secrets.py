"""python -m ops secrets rotate, against secrets in moto's AWS: which values work at each step, and what is shown."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local.rtc.api import RtcApi
from local.rtc.server import serve
from local.slack.workspace import SlackWorkspace
from ops.deployment import Deployment
from ops.errors import OpsConflict, OpsError
from ops.rotations import new_webhook_key, wrong_form
from ops.secret_versions import StoredSecret
from tests.integration.interrupting import Killed
from tests.ops_stack import OpsStack, client

OLD_SIGNING, NEW_SIGNING = "0123456789abcdef" * 2, "fedcba9876543210" * 2
STATUS, TIMETABLE = new_webhook_key(), new_webhook_key()


class Place:
    """A stack with its three secrets, a Slack workspace and an RTC app."""

    def __init__(self, stack: OpsStack, slack: SlackWorkspace, api: RtcApi, endpoint: str) -> None:
        self.stack, self.slack, self.api = stack, slack, api
        made_up = api.credentials
        self.client = client("secretsmanager")
        stack.parameters["SlackApiUrl"] = slack.api_url
        stack.outputs |= {
            "RtcAppId": made_up.app_id,
            "RtcProjectId": made_up.project_id,
            "RtcEndpoint": endpoint,
            "IamEndpoint": endpoint,
            "RtcCallbackUrl": "https://own.example.com/rtc/callbacks",
            "RtcCallbacks": "true",
        }
        token = {"bot_token": "xoxb-old"}
        keys = {"access_key": "OLD", "secret_key": "old-key", "security_token": "old-token"}
        stack.secret("SlackSecretArn", {"signing_secrets": [OLD_SIGNING], "note": "kept", **token})
        stack.secret("WebhookSecretArn", {"callers": {"timetable": [TIMETABLE]}, "status_keys": [STATUS]})
        stack.secret("RecorderSecretArn", {**keys, **token})
        stack.hidden = {OLD_SIGNING, NEW_SIGNING, STATUS, TIMETABLE, "old-key", made_up.secret_key, slack.bot_token}

    def holds(self, secret: str) -> dict[str, Any]:
        """What the functions read."""
        found = self.client.get_secret_value(SecretId=self.stack.outputs[f"{secret}Arn"])
        document: dict[str, Any] = json.loads(found["SecretString"])
        return document

    def rotate(self, name: str, *options: str, types: str = "") -> str:
        """Rotate it, and return what is printed."""
        return self.stack.run("secrets", "rotate", name, *options, types=types)


@pytest.fixture
def place(
    aws: tuple[DynamoDBClient, SQSClient],  # noqa: ARG001 - moto
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """A stack whose secrets are filled."""
    api = RtcApi()
    with serve(api) as server, closing(SlackWorkspace()) as slack:
        yield Place(OpsStack(capsys, monkeypatch, {}), slack, api, server.endpoint)


def test_a_brought_value_works_beside_the_old_one_until_the_end(place: Place) -> None:
    """It comes first, the rest of the document stays, and doing it again puts nothing."""
    said = place.rotate("signing-secret", types=f"{NEW_SIGNING}\n")
    assert "after a day: `secrets rotate signing-secret --end`" in said
    both = {"signing_secrets": [NEW_SIGNING, OLD_SIGNING], "note": "kept", "bot_token": "xoxb-old"}
    assert place.holds("SlackSecret") == both
    assert "nothing was put" in place.rotate("signing-secret", types=f"{NEW_SIGNING}\n")
    with pytest.raises(OpsError, match="this is the old value"):
        place.rotate("signing-secret", types=f"{OLD_SIGNING}\n")
    with pytest.raises(OpsError, match="this is neither"):
        place.rotate("signing-secret", types="00000000000000000000000000000000\n")
    with pytest.raises(OpsError, match="nothing was removed: the answer was not yes"):
        place.rotate("signing-secret", "--end", types="no\n")
    assert place.holds("SlackSecret") == both
    place.rotate("signing-secret", "--end", types="yes\n")
    assert place.holds("SlackSecret")["signing_secrets"] == [NEW_SIGNING]
    assert "one value" in place.rotate("signing-secret", "--end", "--yes")


def test_a_rotation_can_be_undone(place: Place) -> None:
    """The old value is left, as if nothing had been put."""
    place.rotate("signing-secret", types=f"{NEW_SIGNING}\n")
    place.rotate("signing-secret", "--undo", "--yes")
    assert place.holds("SlackSecret")["signing_secrets"] == [OLD_SIGNING]


def test_to_undo_a_callback_key_removes_only_the_new_one(place: Place) -> None:
    """While RTC signs with an older one. All the older ones stay, as they were before."""
    made_up = place.api.credentials
    place.stack.put_secret("RecorderSecretArn", {"access_key": made_up.access_key, "secret_key": made_up.secret_key})
    new, old, oldest = "n" * 32, "o" * 32, "p" * 32
    place.stack.put_secret("WebhookSecretArn", {"callback_keys": [new, old, oldest]})
    place.api.call_back("https://own.example.com/rtc/callbacks", oldest)
    place.rotate("callback-key", "--undo", "--yes")
    assert place.holds("WebhookSecret")["callback_keys"] == [old, oldest]


def test_a_callers_key_is_handed_over_once(place: Place) -> None:
    """It is printed, works, and is not shown again; other callers' keys are never shown."""
    said = place.rotate("caller:timetable")
    (key,) = re.findall(r"whsec_\S+", said)
    assert place.holds("WebhookSecret")["callers"] == {"timetable": [key, TIMETABLE]}
    again = place.rotate("caller:timetable")
    assert "whsec_" not in again
    assert "--undo" in again
    place.rotate("caller:timetable", "--end", "--yes")
    assert place.holds("WebhookSecret")["callers"] == {"timetable": [key]}
    document = place.stack.ask("secrets", "rotate", "caller:timetable")
    assert place.holds("WebhookSecret")["callers"]["timetable"][0] == document["key"]
    with pytest.raises(OpsError, match=r"no caller 'tiemtable' has a key: timetable has"):
        place.rotate("caller:tiemtable")


@pytest.mark.parametrize("name", ["status-keys", "callback-key"])
def test_what_nobody_else_needs_is_never_shown(place: Place, name: str) -> None:
    """A key that only recordbot uses is made and put, and no word prints it."""
    path = name.replace("-", "_").removesuffix("s") + "s"
    before = place.holds("WebhookSecret").get(path, [])
    said = place.rotate(name)
    new, *rest = place.holds("WebhookSecret")[path]
    assert rest == before
    assert new not in said
    assert new not in place.rotate(name)


def test_the_old_callback_key_stays_while_rtc_signs_with_it(place: Place) -> None:
    """Only `callbacks set` lets RTC use the new one; before that, removing the old one would refuse callbacks."""
    made_up = place.api.credentials
    keys = {"access_key": made_up.access_key, "secret_key": made_up.secret_key}
    place.stack.put_secret("RecorderSecretArn", keys)
    place.rotate("callback-key")
    (first,) = place.holds("WebhookSecret")["callback_keys"]
    place.api.call_back("https://own.example.com/rtc/callbacks", first)
    place.rotate("callback-key")
    new, _ = place.holds("WebhookSecret")["callback_keys"]
    with pytest.raises(OpsError, match="RTC still signs with another key"):
        place.rotate("callback-key", "--end", "--yes")
    place.stack.run("callbacks", "set", "https://own.example.com/rtc/callbacks", "--yes")
    with pytest.raises(OpsError, match="RTC signs with the new key already: `secrets rotate callback-key --end`"):
        place.rotate("callback-key", "--undo", "--yes")
    assert place.holds("WebhookSecret")["callback_keys"] == [new, first]
    place.rotate("callback-key", "--end", "--yes")
    assert place.holds("WebhookSecret")["callback_keys"] == [new]


def test_a_bot_token_is_tried_and_replaced_in_both_secrets(place: Place) -> None:
    """Slack is asked first; one that it does not accept is not put."""
    with pytest.raises(OpsError, match=r"Slack does not accept the token: invalid_auth\. Nothing was put"):
        place.rotate("bot-token", types="xoxb-wrong\n")
    assert "SlackSecret and RecorderSecret" in place.rotate("bot-token", types=f"{place.slack.bot_token}\n")
    for secret in ("SlackSecret", "RecorderSecret"):
        assert place.holds(secret)["bot_token"] == place.slack.bot_token
    assert "has this value already" in place.rotate("bot-token", types=f"{place.slack.bot_token}\n")


@pytest.mark.parametrize(
    ("name", "given", "service", "call"),
    [("bot-token", "xoxb-new\n", "Slack", "require_bot_token"), ("rtc-key", "A\nb\n", "RTC", "require_rtc_key")],
)
def test_what_a_new_value_waits_for_is_said(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, given: str, service: str, call: str
) -> None:
    """While it is tried."""
    monkeypatch.setattr(f"ops.secrets.{call}", place.stack.until_said(f"waiting for {service} ..."))
    assert "is replaced" in place.rotate(name, types=given)


def test_a_key_to_rtc_is_tried_before_it_is_put(place: Place) -> None:
    """One that RTC refuses is not put. What belonged to the old key goes with it."""
    made_up = place.api.credentials
    with pytest.raises(OpsError, match=r"RTC does not accept it .* Nothing was put"):
        place.rotate("rtc-key", types="NOKEY\nnothing\n")
    place.rotate("rtc-key", types=f"{made_up.access_key}\n{made_up.secret_key}\n")
    keys = {"access_key": made_up.access_key, "secret_key": made_up.secret_key}
    assert place.holds("RecorderSecret") == {**keys, "bot_token": "xoxb-old"}
    with pytest.raises(OpsError, match="rotate rtc-key"):
        place.rotate("iam-login", types="a\nb\nc\n")


@pytest.mark.parametrize(
    ("name", "value", "is_right"),
    [
        ("user_name", "record bot", True),
        ("domain_name", "a school", True),
        ("password", "a b", True),
        ("access_key", "A B", False),
        ("user_name", "bot\t1", False),
    ],
)
def test_the_names_of_a_login_may_have_spaces(name: str, value: str, is_right: bool) -> None:
    """https://support.huaweicloud.com/intl/en-us/api-iam/iam_08_0006.html allows them; a key has none."""
    assert (wrong_form(name, value) == "") is is_right


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("signing-secret", "", "signing-secret is missing"),
        ("signing-secret", "xoxb-pasted-the-wrong-one\n", "a signing secret has 32 characters"),
        ("bot-token", "xoxp-1\n", "a bot token begins with xoxb-"),
        ("rtc-key", "A B\nx\n", "it has characters that no such value has"),
        ("rtc-key", "A\n", "secret_key is missing"),
        ("nothing", "", "there is no 'nothing' to rotate: it is one of signing-secret"),
    ],
)
def test_what_can_not_be_right_is_not_put(place: Place, name: str, typed: str, why: str) -> None:
    """One line names what is missing or wrong, and no value."""
    with pytest.raises(OpsError, match=why):
        place.rotate(name, types=typed)
    assert place.holds("SlackSecret")["signing_secrets"] == [OLD_SIGNING]


def test_a_secret_that_is_not_filled_is_named(place: Place) -> None:
    """With where to read how."""
    place.stack.secret("SlackSecretArn", None)
    with pytest.raises(OpsError, match="SlackSecret is not filled: fill it first"):
        place.rotate("signing-secret", types=f"{NEW_SIGNING}\n")


def test_another_operators_version_is_not_overwritten(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody puts one between the read and the write: a conflict, their version stays, and it can be run again."""
    put_pending = StoredSecret.put_pending

    def put_and_be_late(self: StoredSecret, document: Any) -> str:
        version = put_pending(self, document)
        place.stack.put_secret("WebhookSecretArn", {"callers": {}, "status_keys": ["whsec_" + "a" * 40]})
        return version

    with monkeypatch.context() as patched:
        patched.setattr(StoredSecret, "put_pending", put_and_be_late)
        with pytest.raises(OpsConflict, match="somebody else has put another version meanwhile") as conflict:
            place.rotate("status-keys")
    assert conflict.value.status == 3
    assert place.holds("WebhookSecret")["status_keys"] == ["whsec_" + "a" * 40]
    place.rotate("status-keys")
    assert place.holds("WebhookSecret")["status_keys"][1:] == ["whsec_" + "a" * 40]


def _refusing(place: Place, monkeypatch: pytest.MonkeyPatch, *, is_done: bool) -> None:
    """Let Secrets Manager refuse each move of a stage, done or not, as it does for the second try of a call."""
    move = place.client.update_secret_version_stage

    def refused(**asked: Any) -> None:
        if is_done:
            move(**asked)
        details = {"Error": {"Code": "InvalidParameterException", "Message": "planted"}}
        raise ClientError(cast("Any", details), "UpdateSecretVersionStage")

    def client_of(deployment: Deployment, service: str) -> Any:
        found = make(deployment, service)
        if service == "secretsmanager":
            monkeypatch.setattr(found, "update_secret_version_stage", refused)
        return found

    make = Deployment.client
    monkeypatch.setattr(Deployment, "client", client_of)


def test_a_move_whose_answer_was_lost_is_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's client asks again, and the second try is refused, because the version is the current one by then."""
    _refusing(place, monkeypatch, is_done=True)
    assert "has a new value" in place.rotate("signing-secret", types=f"{NEW_SIGNING}\n")
    assert place.holds("SlackSecret")["signing_secrets"] == [NEW_SIGNING, OLD_SIGNING]


def test_a_refusal_without_another_version_is_no_conflict(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what AWS refused; it would be refused again."""
    _refusing(place, monkeypatch, is_done=False)
    with pytest.raises(OpsError, match=r"AWS refuses UpdateSecretVersionStage: planted") as refused:
        place.rotate("signing-secret", types=f"{NEW_SIGNING}\n")
    assert not isinstance(refused.value, OpsConflict)
    assert place.holds("SlackSecret")["signing_secrets"] == [OLD_SIGNING]


@pytest.mark.parametrize("step", ["put_pending", "make_current"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupted_rotation_can_be_run_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str, moment: str
) -> None:
    """Killed around each write: afterwards one new key works beside the old one, and it is one that was shown."""
    with monkeypatch.context() as patched:
        patched.setattr(StoredSecret, step, _killed(getattr(StoredSecret, step), moment))
        with pytest.raises(Killed):
            place.rotate("caller:timetable")
    between = place.holds("WebhookSecret")["callers"]["timetable"]
    assert between[-1] == TIMETABLE
    said = place.rotate("caller:timetable")
    new, old = place.holds("WebhookSecret")["callers"]["timetable"]
    assert old == TIMETABLE
    assert between in ([TIMETABLE], [new, TIMETABLE])
    assert (new in said) == (between == [TIMETABLE])


def _killed(step: Callable[..., Any], moment: str) -> Callable[..., Any]:
    def killed(*arguments: Any, **options: Any) -> Any:
        if moment == "after":
            step(*arguments, **options)
        raise Killed

    return killed
