"""Every button and menu that a message can have: Slack takes it, it is in the list, and its value is understood."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions import INTERACTIONS
from bot.language.corrections import CommandError, Problem
from bot.messages.blocks import Audience, Reply, reply
from bot.messages.controls import Button, Confirm, ControlName, Controls, Menu, name_of
from bot.messages.details import details_of, details_of_which
from bot.messages.listing import listing
from bot.messages.notices import notice
from bot.messages.outcomes import Waiting, outcome
from bot.messages.replies import not_understood
from bot.messages.stop_outcomes import stop_waits
from shared.actors import Actor
from shared.attempts import Duplicate, Limit, Started
from shared.failures import FailureKind
from shared.orders import MAX_STREAMS, Stop
from shared.recorded_files import RecordedFile
from shared.recordings import Recording, RecordingState, StopAsked, ThreadNotice
from shared.stops import StopRecord
from tests.block_kit import assert_slack_takes, controls_of
from tests.builders import ANN, BEN, NOW, a_failure, a_lock, a_request, an_attempt, an_order
from tests.known_recordings import a_known
from tests.unit.bot.interactions.outside import Outside

ORDER = "0123456789AB"
IDS = st.text("abcxyz019_-", min_size=1, max_size=64)
MOMENTS = st.none() | st.integers(1, 9000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@st.composite
def recordings(draw: st.DrawFn, most: int = MAX_STREAMS) -> tuple[Recording, ...]:
    """Recordings of one order, each in any state."""
    users = draw(st.lists(IDS, min_size=1, max_size=most, unique=True))
    return tuple(_recording(draw, n, user) for n, user in enumerate(users))


def _recording(draw: st.DrawFn, n: int, user: str) -> Recording:
    state = draw(st.sampled_from(RecordingState))
    has_job = state not in {RecordingState.PLANNED, RecordingState.UNKNOWN}
    is_over = state in {RecordingState.ENDED, RecordingState.LOST}
    ends_at = draw(MOMENTS)
    return a_known(
        f"job{n}" if has_job else None,
        order_id=ORDER if n < 10 else f"{n:012}",
        n=n % 10,
        user_id=user,
        room_id=draw(IDS),
        actor=draw(st.sampled_from([ANN, BEN])),
        state=state,
        ended_at=NOW if is_over else None,
        limit=None if ends_at is None else Limit(ends_at=ends_at, is_default=True),
        stop_asked=draw(st.none() | st.just(StopAsked(by=BEN, at=NOW))),
        files=draw(st.just(()) | st.just((RecordedFile(name="a.mp4"),))) if is_over else (),
    )


def messages(known: Sequence[Recording]) -> Iterator[Reply]:
    """Every message with buttons about these recordings, or about an order that waits."""
    requests = [it.request for it in known[:MAX_STREAMS]]
    order = an_order(*requests)
    yield outcome(order, [], known[:MAX_STREAMS], NOW, "/record")
    yield listing("all", known, NOW)
    yield details_of_which(known)
    attempt = an_attempt(Started(job=known[0].job, request_id="3f2a")) if known[0].job else None
    yield details_of(known[0], attempt)
    yield from (notice(kind, known[0], "/record", NOW) for kind in ThreadNotice)
    waiting = [Waiting(n, it, a_failure(FailureKind.THROTTLED, status=429), NOW) for n, it in enumerate(requests)]
    yield outcome(order, waiting, (), NOW, "/record")
    held = [
        an_attempt(Duplicate(lock=a_lock(order_id=it.order_id, n=it.n, job_id=it.job_id)), request=it.request, n=n)
        for n, it in enumerate(known[:MAX_STREAMS])
    ]
    yield outcome(order, held, (), NOW, "/record")
    begun = StopRecord(order_id=ORDER, actor=Actor(kind="slack_user", id="U1ANN"), began_at=NOW, targets=())
    yield stop_waits(Stop(room_id="100", user_id="user001"), begun, a_failure(), NOW)
    yield not_understood(CommandError((Problem("hdd", (0, 3), "hd"),), "100 user001 hd", nothing="x"), "/record")


@given(recordings(most=4))
def test_each_control_of_each_message_is_registered_and_its_value_understood(known: tuple[Recording, ...]) -> None:
    """Each is answered or placed, for the one who started it and for somebody else."""
    outside = Outside(known)
    for message in messages(known):
        assert_slack_takes(message)
        for control in controls_of(message):
            assert len(control["action_id"]) <= 255
            assert len((control.get("text") or control["placeholder"])["text"]) <= 12
            for value in [it["value"] for it in control.get("options", [control])]:
                for user_id in (ANN.id, BEN.id):
                    outside.orders.clear()
                    outside.posted.clear()
                    assert outside.click(control["action_id"], value, user_id=user_id) == 200
                    said = [it["text"] for _, it in outside.posted]
                    assert said or outside.orders
                    assert not any("another version" in it for it in said)


def test_of_several_that_others_record_each_can_be_stopped() -> None:
    """By a menu, as on the message about them; what RTC never named can't be stopped."""
    requests = [a_request(user_id=f"user00{n}") for n in range(3)]
    locks = [a_lock(order_id=ORDER, n=n, job_id=job_id) for n, job_id in enumerate(("1", None, "3"))]
    held = [an_attempt(Duplicate(lock=it), request=requests[it.n], n=it.n) for it in locks]
    details, menu = controls_of(outcome(an_order(*requests), held, (), NOW, "/record"))
    assert [details["type"], menu["placeholder"]["text"]] == ["button", "Stop one…"]
    chosen = {it["text"]["text"]: it["value"] for it in menu["options"]}
    assert chosen == {"user000": f"{ORDER}.0", "user002": f"{ORDER}.2"}


@given(recordings(most=40))
def test_a_list_of_any_length_can_be_sent(known: tuple[Recording, ...]) -> None:
    """With a button for each of a few, and a menu for more."""
    message = listing("all", known, NOW)
    assert_slack_takes(message)
    kinds = [control["type"] for control in controls_of(message)]
    assert kinds in ([], ["static_select"]) or (len(kinds) <= 5 and set(kinds) == {"button"})


def test_each_name_has_one_interaction() -> None:
    """But for the buttons that Slack itself opens, and the one that opens the form, which needs a trigger_id."""
    names = [it.name for it in INTERACTIONS]
    assert sorted(names) == sorted(set(ControlName) - {ControlName.LINK, ControlName.FORM})


@given(st.lists(st.sampled_from(ControlName), max_size=60))
def test_no_action_id_stands_twice_and_each_keeps_its_name(names: list[ControlName]) -> None:
    """A number tells those of one name apart; a row has at most 25."""
    rows = [Controls([Button("x", name, "v") for name in names[start : start + 30]]) for start in (0, 30)]
    message = reply(Audience.ASKER, ["x"], *rows)
    assert_slack_takes(message)
    shown = [*names[:25], *names[30:55]]
    assert [name_of(control["action_id"]) for control in controls_of(message)] == shown


@pytest.mark.parametrize("length", [0, 1, 2000, 2001])
def test_a_value_is_never_cut(length: int) -> None:
    """A button with a longer one than Slack takes is left out, because a cut value would mean something else."""
    message = reply(Audience.ASKER, ["x"], Controls([Button("x", ControlName.RUN, "v" * length)]))
    assert_slack_takes(message)
    assert [len(it.get("value", "")) for it in controls_of(message)] == ([] if length > 2000 else [length])


def test_texts_at_their_limits_are_taken() -> None:
    """Labels, what screen readers say, options and dialogs are cut where Slack cuts off."""
    long: dict[str, Any] = {"about": "a" * 200, "confirm": Confirm("t" * 200, "x" * 500, "y" * 50, "n" * 50)}
    options = [("o" * 200, str(n) * 100) for n in range(1, 10)] * 20 + [("o", "v" * 151), ("o", "")]
    menu = Menu("m" * 200, ControlName.STOP, options, confirm=Confirm("t", "x", "y"))
    message = reply(Audience.ASKER, ["x"], Controls([Button("l" * 100, ControlName.STOP, "v", **long), menu]))
    button, chosen = controls_of(message)
    assert_slack_takes(reply(Audience.ASKER, ["x"], Controls([Button("l" * 100, ControlName.STOP, "v", **long)])))
    assert (len(button["text"]["text"]), len(button["accessibility_label"])) == (75, 75)
    assert len(chosen["options"]) == 100
