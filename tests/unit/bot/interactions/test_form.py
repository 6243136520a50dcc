"""The form, from the view that opens to the order that its submission places."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import BoltRequest, BoltResponse

from bot.app import create_app
from bot.commands import LEXICON
from bot.conversation import Conversation
from shared.orders import NotQueued, Order, PerhapsQueued, Start
from shared.slack_refs import ReplyTo
from shared.team import MOST_PRESETS, SHIPPED, STRICT, InForce
from shared.team_document import team_of
from tests.builders import ANN, NOW, RESPONSE_URL, requests_of
from tests.known_recordings import KnownRecordings
from tests.views import FORM_URL, TRIGGER, a_shortcut, assert_slack_takes_view, begun_with, submission

LESSONS = team_of(
    {
        "presets": {"lecture": {"quality": "sd", "for": "90m"}, "talk": {"quality": "fhd", "sound": False}},
        "channels": {"C1": {"preset": "lecture", "room": 7}},
    }
)
CAMERA_AND_SOUND = {"source": "camera", "no-audio": "with-audio"}


@dataclass
class Outside:
    """What stands around the app. It opens views, unless there is no bot token."""

    team: InForce = field(default_factory=lambda: InForce(SHIPPED))
    has_token: bool = True
    failure: Exception | None = None
    record_rule_id: str = ""
    views: list[Mapping[str, Any]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    posted: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    mistakes: list[Exception] = field(default_factory=list)

    def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> bool:
        assert trigger_id == TRIGGER
        if self.has_token:
            assert_slack_takes_view(view)
            self.views.append(view)
        return self.has_token

    def put(self, order: Order) -> None:
        if self.failure:
            raise self.failure
        self.orders.append(order)

    def send(self, payload: Mapping[str, Any]) -> BoltResponse:
        app = create_app(
            Conversation(
                command="/record",
                idle_default=300,
                recordings=KnownRecordings,
                put=self.put,
                report_away=self.mistakes.append,
                team=lambda: self.team,
                record_rule_id=self.record_rule_id,
                open_view=self.open_view,
                clock=lambda: NOW,
            ),
            report=self.mistakes.append,
            respond=lambda url, message: self.posted.append((url, message)),
        )
        response = app.dispatch(BoltRequest(body=dict(payload), mode="socket_mode"))
        assert not self.mistakes
        return response

    def command(self, text: str = "", trigger_id: str = TRIGGER) -> BoltResponse:
        return self.send(
            {
                "command": "/record",
                "text": text,
                "user_id": "U1ANN",
                "channel_id": "C1",
                "channel_name": "class-recordings",
                "response_url": RESPONSE_URL,
                "trigger_id": trigger_id,
            }
        )

    def form(self, text: str | None = None) -> Mapping[str, Any]:
        """The form of `/record` alone; with a text, that of a message's shortcut."""
        if text is None:
            self.command()
        else:
            self.send(a_shortcut("start_as_said", text))
        return self.views[-1]

    def submit(self, view: Mapping[str, Any], channel_id: str | None = "C1", **entered: str) -> dict[str, Any]:
        """The JSON of the 200, which is empty if the form closes."""
        response = self.send(submission(view, channel_id, **entered))
        assert response.status == 200
        answered: dict[str, Any] = json.loads(response.body) if response.body else {}
        if "view" in answered:
            assert_slack_takes_view(answered["view"])
        return answered

    def errors(self, view: Mapping[str, Any], channel_id: str | None = "C1", **entered: str) -> dict[str, str]:
        """The errors at the fields, each of which the form has. Nothing is ordered or posted."""
        answered = self.submit(view, channel_id, **entered)
        assert answered["response_action"] == "errors"
        assert answered["errors"].keys() <= {block["block_id"] for block in view["blocks"]}
        assert not self.orders
        assert not self.posted
        errors: dict[str, str] = answered["errors"]
        return errors


def test_the_command_alone_opens_the_form() -> None:
    """The 200 says nothing more, and nothing is ordered; the channel is chosen already."""
    outside = Outside()
    assert outside.command().body == ""
    assert begun_with(outside.views[0]) == {"channel": "C1", "idle": "5m"}
    assert not outside.orders


@pytest.mark.parametrize(("has_token", "trigger_id"), [(False, TRIGGER), (True, "")])
def test_where_no_form_can_be_opened_the_short_help_answers(has_token: bool, trigger_id: str) -> None:
    """Without a bot token, or without a trigger_id."""
    outside = Outside(has_token=has_token)
    assert "/record help start" in json.loads(outside.command("", trigger_id).body)["text"]
    assert not outside.views


def test_the_form_has_a_field_for_each_option_of_a_start_and_for_the_channel() -> None:
    """Only the presets have none while the team has none."""
    fields = [block["block_id"] for block in Outside().form()["blocks"]]
    assert fields == (
        [
            "room",
            "user",
            "quality",
            "source",
            "no-audio",
            "rule",
            "idle",
            "for",
            "until",
            "at",
            "in",
            "push",
            "dry-run",
            "channel",
        ]
    )
    assert "preset" in [block["block_id"] for block in Outside(team=InForce(LESSONS)).form()["blocks"]]


def test_the_form_speaks_to_a_person_who_knows_no_words_of_the_command() -> None:
    """No choice is labelled with a word to type, and no hint says what to type; each choice is an order."""
    outside = Outside(team=InForce(LESSONS))
    view = outside.form()
    typed_words = {word for option in LEXICON.default.all for word in option.choices}
    for block in view["blocks"]:
        assert "=" not in block["hint"]["text"]
        if block["block_id"] == "preset":
            continue
        for option in block["element"].get("options", []):
            assert option["text"]["text"] not in typed_words
            outside.submit(view, room="100", user="user001", **{block["block_id"].replace("-", "_"): option["value"]})
            assert len(outside.orders) == 1
            outside.orders.clear()


def test_a_submission_is_the_order_of_the_command_that_says_the_same() -> None:
    """The order tells the chosen channel, and that is where the person reads that it was accepted."""
    outside = Outside()
    entered = {"room": "100", "user": "user001, user002", "quality": "hd", "source": "screen", "idle": "10 min"}
    assert outside.submit(outside.form(), "C2", no_audio="no-audio", for_="", **entered) == {}
    outside.command("room 100 user001,user002 hd screen no-audio idle=10m", trigger_id="")
    by_form, typed = outside.orders
    assert (by_form.actor, by_form.action) == (ANN, typed.action)
    assert by_form.reply_to == ReplyTo(channel_id="C2", response_url=FORM_URL)
    ((url, message),) = outside.posted
    assert (url, message["response_type"]) == (FORM_URL, "ephemeral")
    assert by_form.order_id in message["text"]


def test_the_channel_where_it_was_opened_is_known_to_be_public() -> None:
    """A submission itself doesn't say the channel's name."""
    outside = Outside()
    outside.submit(outside.form(), "C1", room="100", user="user001")
    (order,) = outside.orders
    assert order.reply_to == ReplyTo(channel_id="C1", response_url=FORM_URL, is_public=True)


def test_a_form_that_is_submitted_twice_is_one_order() -> None:
    """Another form of the same person gives another one."""
    outside = Outside()
    view = outside.form()
    for view_id in ("V1", "V1", "V2"):
        outside.submit(view, view_id=view_id, room="100", user="user001")
    first, again, other = (order.order_id for order in outside.orders)
    assert first == again != other


def test_a_form_that_is_submitted_again_with_other_contents_is_another_order() -> None:
    """Slack said that the first had no answer, and the person changed the room or the channel."""
    outside = Outside()
    view = outside.form()
    for channel_id, room in (("C1", "100"), ("C1", "200"), ("C2", "200")):
        outside.submit(view, channel_id, view_id="V1", room=room, user="user001")
    assert len({order.order_id for order in outside.orders}) == 3


def test_all_errors_stand_at_their_fields_at_once() -> None:
    """They are in the words that the command has for them, and the form stays open."""
    outside = Outside()
    errors = outside.errors(outside.form(), room="my lobby", user=",", idle="2s", until="25:00", in_="5")
    assert errors == {
        "room": "‹my lobby› → an id has 1 to 64 of A-Z a-z 0-9 _ -",
        "user": "the user is missing",
        "idle": "‹2s› → 5s to 12h",
        "until": "‹25:00› → a time of day such as 15:30 or 3:30pm, or with its date: 2026-11-27T15:30",
        "in": "‹5› → minutes or seconds? Type 5m or 5s",
    }


@pytest.mark.parametrize(
    ("entered", "where", "why"),
    [
        ({"for_": "1h", "until": "15:30"}, "until", "for or until, not both"),
        ({"source": "audio-only", "no_audio": "no-audio"}, "no-audio", None),
        ({"until": "2020-01-01T10:00"}, "until", "this is past, or now, in UTC"),
        ({"user": " ".join(f"user{n}" for n in range(11))}, "user", "at most 10 of user"),
        ({"push": "http://example.com/s3cret"}, "push", "an address such as rtmp://host/app/key"),
        ({"rule": "a/b"}, "rule", "a rule's id is 1 to 128 plain characters without a slash"),
    ],
)
def test_what_does_not_go_together_is_an_error_at_the_field_to_change(
    entered: dict[str, str], where: str, why: str | None
) -> None:
    """A time that is past and a secret that is wrong are such errors as well; a secret isn't repeated."""
    outside = Outside()
    errors = outside.errors(outside.form(), **{"room": "100", "user": "user001"} | entered)
    assert [*errors] == [where]
    assert why is None or errors[where].endswith(why)
    assert "s3cret" not in str(errors)


def test_several_addresses_and_users_may_stand_on_lines() -> None:
    """A stream's name may contain a comma."""
    outside = Outside()
    outside.submit(outside.form(), room="1", user="a1\nb2", push="rtmp://h/a,b\nrtmp://h/c")
    (order,) = outside.orders
    assert [it.user_id for it in requests_of(order)] == ["a1", "b2"]
    publish = requests_of(order)[0].publish_param
    assert publish is not None
    assert publish.rtmp_urls == ["rtmp://h/a,b", "rtmp://h/c"]


def test_the_form_begins_with_the_defaults_of_its_channel() -> None:
    """Unchanged, they are what the command alone with a user means there."""
    outside = Outside(team=InForce(LESSONS), record_rule_id="5f5e")
    view = outside.form()
    assert begun_with(view) == {
        "channel": "C1", "room": "7", "preset": "lecture", "quality": "sd", "for": "90m", "idle": "5m", "rule": "5f5e",
    }  # fmt: skip
    outside.submit(view, user="user001")
    outside.command("user001", trigger_id="")
    by_form, typed = outside.orders
    assert by_form.action == typed.action


def test_a_preset_that_is_chosen_wins_over_the_channel_s_defaults() -> None:
    """What is changed in the form wins over both; an end takes the place of a default length."""
    outside = Outside(team=InForce(LESSONS))
    outside.submit(outside.form(), user="user001", preset="talk", until="15:30")
    (order,) = outside.orders
    assert isinstance(order.action, Start)
    assert (requests_of(order)[0].select_stream_type, requests_of(order)[0].is_record_audio) == ("FHD", False)
    assert (order.action.max_duration, order.action.end_at is not None) == (None, True)


def test_in_another_channel_what_the_form_shows_holds() -> None:
    """The other channel's defaults only fill what is empty."""
    outside = Outside(team=InForce(LESSONS))
    outside.submit(outside.form(), "C2", user="user001")
    (order,) = outside.orders
    assert isinstance(order.action, Start)
    assert (requests_of(order)[0].room_id, order.action.max_duration) == ("7", timedelta(minutes=90))


def test_a_form_of_no_channel_takes_the_defaults_of_the_one_that_is_chosen() -> None:
    """The shortcut of the workspace doesn't say where it was used."""
    outside = Outside(team=InForce(LESSONS))
    assert outside.send(a_shortcut()).body == ""
    view = outside.views[0]
    assert begun_with(view) == {"idle": "5m"}
    outside.submit(view, "C1", room="8", user="user001")
    (order,) = outside.orders
    assert requests_of(order)[0].select_stream_type == "SD"


@pytest.mark.parametrize(
    ("said", "begun"),
    [
        ("/record room 100 user001 hd idle=10m", {"room": "100", "user": "user001", "quality": "hd", "idle": "10m"}),
        ("1 user001,user002 camera audio", {"room": "1", "user": "user001, user002"} | CAMERA_AND_SOUND),
        ("100 user001 audio", {"room": "100", "user": "user001", "source": "audio-only"}),
        ("100 user001 hdd idle=2s", {"room": "100", "user": "user001", "quality": "hd", "idle": "5s"}),
        ("`/record 100 user001`", {"room": "100", "user": "user001"}),
        ("stop 100 user001", {}),
        ("", {}),
    ],
)
def test_a_message_s_shortcut_opens_the_form_with_what_the_message_says(said: str, begun: dict[str, str]) -> None:
    """What isn't clear is left out, or is what is most likely meant: a person reads it before it is submitted."""
    assert begun_with(Outside().form(said)) == {"channel": "C1", "idle": "5m"} | begun


def test_a_push_address_is_not_copied_into_the_form() -> None:
    """The field says so."""
    view = Outside().form("100 user001 push=rtmp://live.example.com/app/s3cret")
    assert "s3cret" not in json.dumps(view)
    (push,) = [block for block in view["blocks"] if block["block_id"] == "push"]
    assert push["hint"]["text"].startswith("Type it again")


def test_a_typed_preset_is_not_hidden_by_the_channel_s_defaults() -> None:
    """What the preset chooses isn't shown, and holds unless something else is entered."""
    outside = Outside(team=InForce(LESSONS))
    view = outside.form("user001 talk")
    assert begun_with(view) == {"channel": "C1", "room": "7", "user": "user001", "preset": "talk"}
    outside.submit(view, quality="sd")
    (order,) = outside.orders
    assert (requests_of(order)[0].select_stream_type, requests_of(order)[0].is_record_audio) == ("SD", False)


def test_a_message_s_shortcut_without_a_form_answers_at_its_response_url() -> None:
    """A shortcut of the workspace has none, so it stays silent."""
    outside = Outside(has_token=False)
    outside.send(a_shortcut())
    assert not outside.posted
    outside.send(a_shortcut("start_as_said", "100 user001"))
    ((url, message),) = outside.posted
    assert (url, message["response_type"]) == (FORM_URL, "ephemeral")


def test_who_may_not_start_reads_so_in_the_form_s_place() -> None:
    """The same rules hold as for the command."""
    outside = Outside(team=InForce(STRICT))
    answered = outside.submit(outside.form(), room="100", user="user001")
    typed = json.loads(outside.command("room 100 user001", trigger_id="").body)
    assert (answered["response_action"], answered["view"]["blocks"]) == ("update", typed["blocks"])
    assert not outside.orders


@pytest.mark.parametrize("failure", [NotQueued(), PerhapsQueued()])
def test_an_order_that_the_queue_did_not_take_is_said_in_the_form_s_place(failure: Exception) -> None:
    """The form can't be submitted again: its order might be on the queue."""
    outside = Outside(failure=failure)
    answered = outside.submit(outside.form(), room="100", user="user001")
    assert answered["response_action"] == "update"
    assert "submit" not in answered["view"]


def test_a_submission_without_a_channel_is_an_error_at_that_field() -> None:
    """Slack gives a response_url only for a conversation that was chosen."""
    outside = Outside()
    assert [*outside.errors(outside.form(), None, room="100", user="user001")] == ["channel"]


def test_a_form_of_another_version_does_nothing() -> None:
    """Its private_metadata can't be read, or it has another name."""
    for changes in ({"private_metadata": "[]"}, {"callback_id": "another"}):
        outside = Outside()
        answered = outside.submit({**outside.form(), **changes}, room="100", user="user001")
        assert answered["response_action"] == "update"
        assert not outside.orders


def test_slack_takes_the_form_with_values_at_their_limits() -> None:
    """The longest names of presets, and as many as there can be; ids, addresses and a rule as long as they can be."""
    presets = {f"p{n:02}{'x' * 28}": {"quality": "hd"} for n in range(MOST_PRESETS)}
    outside = Outside(team=InForce(team_of({"presets": presets})), record_rule_id="5" * 128)
    users = ",".join(f"{n}{'u' * 63}" for n in range(10))
    view = outside.form(f"room {'r' * 64} {users} hd no-audio camera preset={max(presets)} at=14:00 until=15:30")
    assert begun_with(view)["user"].count(",") == 9


@given(
    st.dictionaries(
        st.sampled_from(["room", "user", "quality", "rule", "idle", "for_", "until", "at", "in_", "push"]), st.text()
    )
)
def test_whatever_is_entered_is_an_order_or_errors_at_fields(entered: dict[str, str]) -> None:
    """No text makes it fail, and an error is never at a field that the form doesn't have."""
    outside = Outside()
    view = outside.form()
    entered.pop("quality", None)
    answered = outside.submit(view, **entered)
    assert bool(outside.orders) == (answered == {})
    if answered:
        assert answered["response_action"] == "errors"
        assert answered["errors"].keys() <= {block["block_id"] for block in view["blocks"]}
        assert all(answered["errors"].values())
