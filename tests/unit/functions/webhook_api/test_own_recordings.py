"""GET /recordings: a caller reads its own live recordings, page by page, and nobody else's."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhook import answer
from functions.webhook_api.own_recordings import LIFETIME, MOST, MOST_READ, USUAL, Page, page_of
from shared.actors import Actor
from shared.recordings import End, Recording, RecordingState
from shared.team import SHIPPED, STRICT, InForce, Trouble
from tests.builders import ANN, NOW, TIMETABLE
from tests.known_recordings import a_known
from tests.own_clients import hearing
from tests.webhook_around import LIMITED_KEY, Around
from tests.webhook_requests import KEY, OTHER_KEY, a_request, signed

LIMITED = Actor(kind="webhook_caller", id="limited")
SIGNING_KEY = b"s" * 32


def kept(around: Around, *recordings: Recording) -> None:
    """Store these recordings, which are due in a minute."""
    for recording in recordings:
        due = recording.model_copy(update={"due_at": NOW + timedelta(minutes=1)})
        around.ledger.recordings.plan(due, NOW)


def ask(
    around: Around, url: str = "/recordings", *, key: str = KEY, method: str = "GET", off: float = 0
) -> tuple[int, Any]:
    """Status and document that a caller's signed request gets."""
    headers = signed(b"", key=key, now=around.now + off)
    headers.pop("content-type")
    target = url.removeprefix("https://example.com")
    told = around.answer(a_request(b"", headers, path=target, method=method))
    return told.status, json.loads(told.body) if told.body else None


def listed(around: Around, url: str = "/recordings", **how: Any) -> Iterator[list[str]]:
    """The ids on each page, from this one to the last."""
    status, page = ask(around, url, **how)
    assert status == 200, page
    yield [it["id"] for it in page["recordings"]]
    if page["next"]:
        yield from listed(around, page["next"], **how)


def test_a_caller_reads_its_own_live_recordings(around: Around) -> None:
    """Neither those of people and other callers, nor those that are over and wait for their files."""
    mine = a_known("1", actor=TIMETABLE, order_id="M", held_until=NOW, checked_at=NOW)
    over = a_known("2", actor=TIMETABLE, state=RecordingState.ENDED, end=End.IDLE, ended_at=NOW)
    kept(around, mine, over, a_known("3", actor=LIMITED, order_id="L"), a_known("4", actor=ANN))
    status, page = ask(around)
    assert (status, page["next"], page["warning"]) == (200, None, None)
    assert page["recordings"] == [
        {
            "id": "M.0",
            "order_id": "M",
            "room_id": "100",
            "user_id": "user001",
            "video_type": "CAMERASTREAM",
            "state": "recording",
            "job_id": "1",
            "stream_name": "s_1_100_user001",
            "stream_name_from": "rtc",
            "since": "2026-03-02T10:06:00Z",
            "ends_at": None,
            "checked_at": "2026-03-02T10:30:00Z",
            "held_until": None,
        }
    ]
    assert list(listed(around, key=LIMITED_KEY)) == [["L.0"]]


@pytest.mark.parametrize(
    ("state", "job_id", "shown"),
    [
        (RecordingState.PLANNED, None, "planned"),
        (RecordingState.STARTING, "1", "started"),
        (RecordingState.RECORDING, "1", "recording"),
        (RecordingState.UNKNOWN, None, "unknown"),
    ],
)
def test_a_state_is_called_as_in_the_status(
    around: Around, state: RecordingState, job_id: str | None, shown: str
) -> None:
    """Every state in which a recording is live; only one whose outcome is unknown is held."""
    kept(around, a_known(job_id, actor=TIMETABLE, state=state, held_until=NOW))
    (recording,) = ask(around)[1]["recordings"]
    assert (recording["state"], recording["held_until"] is not None) == (shown, shown == "unknown")
    assert (recording["stream_name"] is None) == (job_id is None)


def test_pages_have_all_in_the_order_of_their_ids(around: Around) -> None:
    """Whatever becomes of them between two pages: what was there all the time comes exactly once."""
    several = [a_known(str(n), actor=TIMETABLE, order_id=f"O{n}") for n in range(5)]
    kept(around, *several)
    status, page = ask(around, "/recordings?limit=2")
    assert (status, [it["id"] for it in page["recordings"]]) == (200, ["O0.0", "O1.0"])
    assert page["next"].startswith("https://example.com/recordings?limit=2&cursor=")
    kept(around, a_known("6", actor=TIMETABLE, order_id="A"), a_known("7", actor=TIMETABLE, order_id="Z"))
    assert list(listed(around, page["next"])) == [["O2.0", "O3.0"], ["O4.0", "Z.0"]]


STATES = {True: RecordingState.ENDED, False: RecordingState.PLANNED}
_ACTORS = st.sampled_from([TIMETABLE, LIMITED, ANN, Actor(kind="slack_user", id="timetable")])
_FOUND = st.lists(st.tuples(_ACTORS, st.booleans()), max_size=12)


@given(_FOUND, st.integers(1, 5), st.randoms())
def test_whatever_is_found_each_own_one_is_on_one_page(
    found: Sequence[tuple[Actor, bool]], limit: int, dice: Any
) -> None:
    """No page but the last is short, and only the last has no next one."""
    known = [
        a_known(None, actor=actor, order_id=f"{n:02}", state=STATES[is_over])
        for n, (actor, is_over) in enumerate(found)
    ]
    own = [it.id for it in known if it.actor == TIMETABLE and not it.is_over]
    shown: list[str] = []
    query = f"limit={limit}"
    while True:
        dice.shuffle(known)
        page = Page.asked_for(query, "timetable", [SIGNING_KEY], NOW)
        told = page_of(known, "timetable", page, "https://h/recordings", SIGNING_KEY, NOW)
        shown += [it.id for it in told.recordings]
        if told.next is None:
            break
        assert len(told.recordings) == limit
        query = urlsplit(told.next).query
    assert shown == own


REFUSED = [
    ("limit=0", f"limit has to be a number from 1 to {MOST}"),
    (f"limit={MOST + 1}", f"limit has to be a number from 1 to {MOST}"),
    ("limit=", f"limit has to be a number from 1 to {MOST}"),
    ("limit=%D9%A3", f"limit has to be a number from 1 to {MOST}"),
    ("limit=-1", f"limit has to be a number from 1 to {MOST}"),
    ("limit=1&limit=2", "each once"),
    ("after=1", "can only have limit and cursor"),
    ("cursor=&limit=5", "none that this caller was given"),
    ("cursor=" + "A" * 100, "none that this caller was given"),
    ("cursor=" + "A" * 61, "none that this caller was given"),
    ("cursor=%F0%9F%98%80", "none that this caller was given"),
    ("cursor=" + "A" * 5000, "can only have limit and cursor"),
]


def test_a_query_that_can_not_be_meant_is_refused(around: Around) -> None:
    """With a problem that says what is allowed."""
    for query, why in REFUSED:
        status, problem = ask(around, f"/recordings?{query}")
        assert (status, why in problem["detail"]) == (400, True), query


def a_next(around: Around) -> str:
    """The link to the caller's second page."""
    kept(around, *(a_known(str(n), actor=TIMETABLE, order_id=f"O{n}") for n in range(2)))
    link: str = ask(around, "/recordings?limit=1")[1]["next"]
    return link


def test_a_cursor_is_its_caller_s_alone(around: Around) -> None:
    """Another caller's is refused like a forged one; each character of it counts."""
    link = a_next(around)
    status, problem = ask(around, link, key=LIMITED_KEY)
    assert (status, "none that this caller was given" in problem["detail"]) == (400, True)
    start = link.index("cursor=") + len("cursor=")
    for place in range(start, len(link)):
        forged = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]
        assert ask(around, forged)[0] == 400, place
    assert ask(around, link)[0] == 200


def test_a_cursor_ends_after_an_hour(around: Around) -> None:
    """The answer says to begin again."""
    link = a_next(around)
    around.now += LIFETIME.total_seconds() - 1
    assert ask(around, link)[0] == 200
    around.now += 1
    status, problem = ask(around, link)
    assert (status, "begin again without a cursor" in problem["detail"]) == (410, True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(b"", key=OTHER_KEY),
        signed(b"", now=NOW.timestamp() - 301),
        signed(b"", now=NOW.timestamp() + 301),
        signed(b"{}"),
        signed(b"") | {"webhook-id": "evt_2"},
    ],
    ids=["unsigned", "another key", "a replay", "of the future", "another body", "another id"],
)
def test_what_no_caller_signed_is_refused(around: Around, headers: dict[str, str]) -> None:
    """As at the hook."""
    kept(around, a_known("1", actor=TIMETABLE))
    told = around.answer(a_request(b"", headers, path="/recordings", method="GET"))
    assert told.status == 401
    assert told.headers["www-authenticate"] == "StandardWebhooks"
    assert "user001" not in told.body


def test_the_signature_of_an_event_opens_no_list(around: Around) -> None:
    """Whoever saw an event on its way can't use it here: a body is refused."""
    body = b'{"type": "ping"}'
    told = around.answer(a_request(body, signed(body), path="/recordings", method="GET"))
    assert told.status == 400
    assert "has no body" in told.body


def test_a_caller_that_was_removed_reads_nothing(around: Around) -> None:
    """Its keys may still be in the secret: the team's rules count, also for a link that it has."""
    link = a_next(around)
    removed = replace(around.door, team=lambda: InForce(SHIPPED))
    for url in ("/recordings", link.removeprefix("https://example.com")):
        request = a_request(b"", signed(b"", now=around.now), path=url, method="GET")
        assert answer(request, lambda: removed).status == 401


def test_without_the_team_s_rules_nobody_reads(around: Around) -> None:
    """Nothing is known of who is a caller: ask again."""
    away = replace(around.door, team=lambda: InForce(STRICT, trouble=Trouble.AWAY))
    told = answer(a_request(b"", signed(b""), path="/recordings", method="GET"), lambda: away)
    assert (told.status, told.headers["retry-after"]) == (503, "30")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405), ("DELETE", 405)])
def test_it_is_only_read(around: Around, method: str, status: int) -> None:
    """HEAD is the same without the body."""
    told = around.answer(a_request(b"", signed(b""), path="/recordings", method=method))
    assert (told.status, told.headers.get("allow")) == (status, None if status == 200 else "GET, HEAD")
    assert (told.body == "") == (method == "HEAD")


def test_a_page_is_one_read_however_many_are_live(around: Around) -> None:
    """One Query of the index, which has as many recordings as a page of DynamoDB's holds, and no item is read."""
    kept(around, *(a_known(str(n), actor=TIMETABLE, order_id=f"O{n:03}") for n in range(USUAL + 2)))
    calls: list[str] = []
    with hearing(around.dynamodb, before=lambda call: calls.append(call.operation)):
        pages = list(listed(around))
    assert [len(page) for page in pages] == [USUAL, 2]
    assert calls == ["Query"] * 2


def test_where_too_many_are_live_it_says_so() -> None:
    """What runs is due within minutes, and so is among what is looked at; a plan for later may be missing."""
    found = [a_known(None, actor=ANN, order_id="1", state=RecordingState.PLANNED)] * MOST_READ
    page = Page.asked_for("", "timetable", [SIGNING_KEY], NOW)
    told = page_of(found, "timetable", page, "https://h/recordings", SIGNING_KEY, datetime.now(UTC))
    assert told.warning is not None
    assert str(MOST_READ) in told.warning
    assert page_of(found[1:], "timetable", page, "", SIGNING_KEY, NOW).warning is None


def test_no_more_are_read_than_are_looked_at(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list has a most, so that a flood of plans can't keep the door from answering in time."""
    monkeypatch.setattr("functions.webhook_api.own_recordings.MOST_READ", 3)
    kept(around, *(a_known(str(n), actor=TIMETABLE, order_id=f"O{n}") for n in range(5)))
    _, page = ask(around)
    assert (len(page["recordings"]), page["warning"] is not None) == (3, True)
