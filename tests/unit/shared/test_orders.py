"""The queue's message: what it asks for, and who may read it."""

import re

import pytest
from hypothesis import given
from hypothesis.strategies import text

from shared.attempts import Started
from shared.order_ids import new_order_id, order_id_of
from shared.orders import Order, Stop
from tests.builders import a_job, a_start, an_attempt, an_order

ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}")


@given(caller=text("abc-", max_size=5), webhook_id=text())
def test_an_event_has_one_id(caller: str, webhook_id: str) -> None:
    """However often it is sent; and no other event has it."""
    order_id = order_id_of(caller, webhook_id)
    assert len(order_id) == 24
    assert ID.fullmatch(order_id[:12])
    assert ID.fullmatch(order_id[12:])
    assert order_id_of(caller, webhook_id) == order_id
    assert order_id_of(caller + "x", webhook_id) != order_id
    assert order_id_of(caller, webhook_id + "x") != order_id


def test_an_event_s_id_stays_what_it_is() -> None:
    """From one version to the next: else an update between an event and its repetition would start it twice."""
    assert order_id_of("timetable", "evt_1") == "R9VHDXF75G8QKETJMHWFBHD0"


def test_a_command_s_id_is_short() -> None:
    """To be read out to an operator."""
    assert ID.fullmatch(new_order_id())
    assert new_order_id() != new_order_id()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"job_id": "1", "room_id": "100", "user_id": "a"},
        {"room_id": "100"},
        {"user_id": "a", "video_type": "CAMERASTREAM"},
    ],
)
def test_a_stop_names_one_thing(fields: dict[str, str]) -> None:
    """A job, or a user of a room."""
    with pytest.raises(ValueError, match="either job_id, or room_id and user_id"):
        Stop.model_validate(fields)


@pytest.mark.parametrize(
    "job_id", ["", ".", "..", "../../evil", "a/b", "..%2fx", "1?force", "#f", "a\\b", ";", "ä", "1" * 129]
)
def test_a_stop_s_job_is_one_piece_of_a_path(job_id: str) -> None:
    """It goes into a signed address: neither we nor a gateway may read more into it."""
    with pytest.raises(ValueError, match="job_id"):
        Stop.model_validate({"job_id": job_id})
    assert Stop.model_validate({"job_id": "a.b~c_d-9"}).job_id == "a.b~c_d-9"


@pytest.mark.parametrize("action", [None, {}, {"kind": "start", "requests": []}, {"kind": "dance"}, {"job_id": "1"}])
def test_an_order_asks_for_one_known_thing(action: object) -> None:
    """Its action says of which kind it is; nothing is guessed from the fields that are there."""
    with pytest.raises(ValueError, match="action"):
        Order.model_validate(an_order().model_dump() | {"action": action})


def test_what_a_newer_door_adds_is_ignored() -> None:
    """It may be deployed before the recorder is."""
    order = an_order()
    newer = order.model_dump(mode="json") | {"colour": "red"}
    assert Order.model_validate(newer) == order


def test_a_settle_has_a_result_of_its_action() -> None:
    """The attempt of a start, or the stop: another message is unreadable, and waits for an operator."""
    order = an_order()
    started = order.settling(a_start(), an_attempt(Started(job=a_job())))
    assert Order.model_validate_json(started.model_dump_json()) == started
    assert started.going_on(a_start()) == order
    mixed = started.model_dump(mode="json")
    mixed["action"]["action"] = {"kind": "stop", "job_id": "1"}
    with pytest.raises(ValueError, match="a start has an attempt"):
        Order.model_validate(mixed)
