"""The page's other side on the running system, over HTTP: news, details, what can be done, and who may."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import groupby
from typing import Any

import pytest

from local.demo import serve
from local.demo.http_api import PAGE
from local.demo.serve import served
from local.demo.switches import SWITCHES, Switch
from local.http_message import Answer, Wire
from local.loopback import PortTaken, Server
from local.rtc.faults import Fault as RtcFault
from local.slack.faults import Fault as SlackFault
from local.system import System
from tests.processes import PATIENCE_S, without_progress
from tests.webhook_sender import Sender, an_event, start

ANN, CHANNEL, STAFF = "U0ANN", "C0CLASSES", "C0STAFF"


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[str, System]]:
    """The page's address, and the system behind it."""
    with served(0) as running:
        yield running


@pytest.fixture(scope="module")
def address(demo: tuple[str, System]) -> str:
    """The page's address."""
    return demo[0]


@pytest.fixture(scope="module")
def caller(demo: tuple[str, System]) -> Sender:
    """Another system, which knows the webhook and not the page."""
    [known] = demo[1].callers
    return Sender(demo[1].hook_url(known), known.key)


def _ask(address: str, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE_S)
    try:
        given = {"Content-Type": "application/json"} | {name.replace("_", "-"): it for name, it in headers.items()}
        connection.request(method, path, None if body is None else json.dumps(body), given)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text
    finally:
        connection.close()


def _say(address: str, text: str, person: str = ANN, channel: str = CHANNEL) -> None:
    assert _ask(address, "POST", "/api/messages", {"person": person, "channel": channel, "text": text})[0] == 204


type Wanted = Callable[[dict[str, Any]], Any]


@contextmanager
def _reading(address: str, person: str = ANN) -> Iterator[Callable[[Wanted], dict[str, Any]]]:
    """Read the news: what is yielded gives the documents by their keys, once there is what is wanted."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE_S)
    connection.request("GET", f"/api/news?person={person}")
    answer = connection.getresponse()
    documents: dict[str, Any] = {}

    def read(wanted: Wanted) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_S
        while not wanted(documents):
            assert time.monotonic() < end, documents
            line = answer.readline()
            if line.startswith(b"data: "):
                documents.update(json.loads(line.removeprefix(b"data: ")))
        return documents

    try:
        yield read
    finally:
        answer.close()
        connection.close()


def _news(address: str, wanted: Wanted, person: str = ANN) -> dict[str, Any]:
    """Give the documents by their keys, once there is what is wanted."""
    with _reading(address, person) as read:
        return read(wanted)


def _command(documents: dict[str, Any], typed: str) -> dict[str, Any]:
    found = [it for key, it in documents.items() if key.startswith("command ") and it["typed"] == typed]
    return found[-1] if found else {}


def _is_told(documents: dict[str, Any], typed: str) -> bool:
    command = _command(documents, typed)
    return bool(command) and command["state"] == "ok" and len(command["answers"]) > 1


def _is_over(documents: dict[str, Any], line: str) -> bool:
    event = _command(documents, line)
    return bool(event) and event["state"] == "ok" and bool(event["event"]["outcome"])


def test_an_order_comes_as_news(address: str) -> None:
    """What is typed comes back as messages, as a command with its steps and answers, and as RTC's job."""
    typed = "/record room page1 user001"
    _say(address, typed)
    news = _news(address, lambda it: _is_told(it, typed))
    command = _command(news, typed)
    assert {step["station"] for step in command["steps"]} == {"sender", "door", "queue", "recorder", "rtc", "reply"}
    assert [news[key]["only_you"] for key in command["answers"]] == [True, False]
    assert any(job["room_id"] == "page1" for job in news["jobs"])
    assert "page1" not in json.dumps(
        [it for key, it in _news(address, bool, "U0BEN").items() if key in command["answers"][:1]]
    )
    status, details = _ask(address, "GET", f"/api/commands/{command['order_id']}")
    assert status == 200
    assert details["order"]["message"]["order_id"] == command["order_id"]
    assert details["rtc"][0]["answer"]["status"] == 201
    assert details["ledger"]


def test_an_order_has_its_audit(address: str) -> None:
    """The records of an order are those of its start, the oldest first; an unknown order has none."""
    typed = "/record room page21 user001"
    _say(address, typed)
    order_id = _command(_news(address, lambda it: _is_told(it, typed)), typed)["order_id"]
    status, records = _ask(address, "GET", f"/api/audit/{order_id}")
    assert status == 200
    assert [it["what"] for it in records[:3]] == ["accepted", "calling", "started"]
    assert {(it["order_id"], it["room_id"]) for it in records} == {(order_id, "page21")}
    assert records[0]["who"] == {"kind": "slack_user", "id": ANN}
    assert _ask(address, "GET", "/api/audit/none") == (200, [])


def test_by_a_response_url_the_answer_is_found_as_well(address: str) -> None:
    """In a channel without the bot the answer comes by the response_url, and belongs to its command all the same."""
    typed = "/record room page2 user001"
    _say(address, typed, channel=STAFF)
    news = _news(address, lambda it: _is_told(it, typed))
    told = [news[key]["text"] for key in _command(news, typed)["answers"]]
    assert any("user001 in room page2" in text for text in told[1:])


def test_an_event_comes_as_news(address: str, caller: Sender) -> None:
    """What any system sends to the webhook is there with its steps and its answer, and nothing that is secret."""
    caller.send(start("hook1"))
    line = "webhook demo: recording.start room hook1 user001"
    event = _command(_news(address, lambda it: _is_over(it, line)), line)
    stations = list(dict.fromkeys(step["station"] for step in event["steps"]))  # a slow machine may need two receives
    assert stations == ["sender", "door", "queue", "recorder", "rtc", "reply"]
    assert event["event"]["answered"] == f"202 order {event['order_id']}"
    status, details = _ask(address, "GET", f"/api/commands/{event['order_id']}")
    assert status == 200
    assert details["door"]["accepted"] is True
    assert details["rtc"][0]["answer"]["status"] == 201
    assert details["ledger"]
    told = json.dumps(details)
    assert "signature=[hidden]" in told
    assert caller.key not in told
    assert caller.key not in json.dumps(_ask(address, "GET", "/api/workspace"))


def test_a_stop_and_its_channel_come_as_news(address: str, caller: Sender) -> None:
    """A stop has RTC's call to stop, and the channel's message is its answer."""
    caller.send(start("hook2"))
    started = "webhook demo: recording.start room hook2 user001"
    _news(address, lambda it: _is_over(it, started))
    caller.send(an_event("recording.stop", {"room_id": "hook2", "user_id": "user001"}, notify={"channel": CHANNEL}))
    line = "webhook demo: recording.stop room hook2 user001"
    said = "Stopped user001 in room hook2"  # perhaps first that it is tried again, because the job was INIT
    news = _news(address, lambda it: any(said in it[name]["text"] for name in _command(it, line).get("answers") or ()))
    event = _command(news, line)
    assert {"rtc", "reply"} <= {step["station"] for step in event["steps"]}
    _, details = _ask(address, "GET", f"/api/commands/{event['id']}")
    assert any(call["request"]["line"].startswith("DELETE ") for call in details["rtc"])


@pytest.mark.parametrize("status", [400, 401, 409, 413, 422])
def test_a_refused_event_comes_as_news(address: str, caller: Sender, status: int) -> None:
    """What the webhook refuses is there as well, with the status and what the problem says."""
    body = json.dumps(start(f"refused{status}")).encode()
    if status == 400:
        body = b"{" + body
    elif status == 409:
        caller.send(start("hook3"), "evt_409")
        line = "webhook demo: recording.start room hook3 user001"
        _news(address, lambda it: _is_over(it, line))
    elif status == 413:
        body = body.replace(b"user001", b"x" * 70_000)
    elif status == 422:
        body = body.replace(b"user001", b"no user")
    headers = caller.headers(body, "evt_409" if status == 409 else f"evt_{status}")
    if status == 401:
        headers["Webhook-Timestamp"] = "1"
    answer = caller.post(body, headers)
    assert answer.status_code == status

    def refused(documents: dict[str, Any]) -> list[dict[str, Any]]:
        events = [it["event"] for it in documents.values() if isinstance(it, dict) and it.get("event")]
        return [it for it in events if it["answered"].startswith(f"{status} {answer.json()['detail']}")]

    [event] = refused(_news(address, refused))
    assert event["accepted"] is False


def test_an_event_is_sent_from_the_page_and_sent_again(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own event is signed on this side; sent again it has the same webhook-id, and starts nothing new.

    Neither goes through a proxy of the environment.
    """
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    text = json.dumps(start("hook4"))
    assert _ask(address, "POST", "/api/events", {"event": text})[0] == 204
    line = "webhook demo: recording.start room hook4 user001"
    first = _command(_news(address, lambda it: _is_over(it, line)), line)
    assert _ask(address, "POST", f"/api/commands/{first['id']}/replay")[0] == 204
    news = _news(address, lambda it: _command(it, line).get("id", first["id"]) != first["id"])
    again = _command(news, line)
    assert again["event"]["answered"] == first["event"]["answered"]
    assert [step["station"] for step in again["steps"]] == ["sender", "door", "reply"]
    assert sum(job["room_id"] == "hook4" for job in news["jobs"]) == 1


def test_an_event_of_an_unknown_caller_cannot_be_sent_again(address: str, caller: Sender) -> None:
    """What another wrote into the path is shown as such; the page has no key of theirs."""
    nobody = Sender(caller.url.replace("demo", "nobody"), caller.key)
    assert nobody.send(start("hook5")).status_code == 401
    line = "webhook nobody: recording.start room hook5 user001"
    event = _command(_news(address, lambda it: _command(it, line).get("event", {}).get("answered")), line)
    assert _ask(address, "POST", f"/api/commands/{event['id']}/replay")[0] == 404


def test_a_command_is_replayed(address: str) -> None:
    """A replay is the same text by the same person in the same channel, as another command."""
    typed = "/record help <b> & more"
    _say(address, typed)
    command = _command(_news(address, lambda it: _command(it, typed)), typed)
    assert _ask(address, "POST", f"/api/commands/{command['id']}/replay")[0] == 204
    news = _news(address, lambda it: _command(it, typed).get("id", command["id"]) != command["id"])
    again = _command(news, typed)
    assert (again["person"], again["channel"]) == (ANN, CHANNEL)


def _is_waiting(documents: dict[str, Any], typed: str) -> bool:
    return bool(_command(documents, typed).get("state") == "waiting")


def test_mending_lets_a_throttled_answer_be_tried_at_once(demo: tuple[str, System]) -> None:
    """After Slack's 429 the order waits as long as Slack asks, but no longer than until all is mended."""
    address, system = demo
    typed = "/record room page3 user001"
    system.slack.misbehave(SlackFault(status=429, error="ratelimited", retry_after=86_400), times=None)
    _say(address, typed)
    _news(address, lambda it: _is_waiting(it, typed))
    assert _ask(address, "DELETE", "/api/switches")[0] == 204
    assert _is_told(_news(address, lambda it: _is_told(it, typed)), typed)


def test_a_demonstration_mends_itself(address: str) -> None:
    """What a demonstration breaks is on while its command is under way, and off when that has its outcome."""
    typed = "/record room page4 user001"
    body = {"person": ANN, "channel": CHANNEL, "text": typed, "breaks": "rtc-silent"}
    assert _ask(address, "POST", "/api/messages", body)[0] == 204
    assert _news(address, lambda it: it.get("broken"))["broken"] == ["rtc-silent"]
    state = _command(_news(address, lambda it: it.get("broken") == []), typed)["state"]
    assert state in {"unknown", "active"}  # RTC's callback may have named the job by then


def test_a_demonstration_leaves_a_switch_that_was_on(address: str) -> None:
    """Who has turned the switch on before turns it off."""
    assert _ask(address, "POST", "/api/switches", {"name": "rtc-500", "on": True})[0] == 204
    body = {"person": ANN, "channel": CHANNEL, "text": "/record help", "breaks": "rtc-500"}
    assert _ask(address, "POST", "/api/messages", body)[0] == 204
    typed = "/record room page5 user001"
    _say(address, typed)
    assert _news(address, lambda it: _is_waiting(it, typed))["broken"] == ["rtc-500"]
    assert _ask(address, "DELETE", "/api/switches")[0] == 204


def test_a_refused_order_fails_at_the_queue(address: str) -> None:
    """The door answers well, and the queue is the station that failed."""
    typed = "/record room page6 user001"
    _ask(address, "POST", "/api/switches", {"name": "queue", "on": True})
    _say(address, typed)
    command = _command(_news(address, lambda it: _command(it, typed).get("state") == "failed"), typed)
    _ask(address, "DELETE", "/api/switches")
    assert {it["station"]: it["state"] for it in command["steps"]}["queue"] == "failed"


def _rivals_of(switch: Switch) -> str:
    return switch.excludes or switch.name


def test_everything_can_be_broken_and_mended(address: str) -> None:
    """Each switch turns on, excludes its rivals, and is off again when all is mended."""
    with _reading(address) as read:
        for _, rivals in groupby(sorted(SWITCHES, key=_rivals_of), key=_rivals_of):
            first, *others = (it.name for it in rivals)
            for name in (first, *others, first):
                assert _ask(address, "POST", "/api/switches", {"name": name, "on": True})[0] == 204
                read(partial(_is_broken, by=[name]))
            assert _ask(address, "DELETE", "/api/switches")[0] == 204
            read(partial(_is_broken, by=[]))


def _is_broken(documents: dict[str, Any], by: list[str]) -> bool:
    return documents.get("broken") == by


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/", None, 200),
        ("GET", "/page/main.js", None, 200),
        ("GET", "/page/../demo/controller.py", None, 404),
        ("GET", "/page/none.js", None, 404),
        ("GET", "/api/none", None, 404),
        ("GET", "/api/news?person=U0NOBODY", None, 404),
        ("GET", "/api/commands/none", None, 404),
        ("POST", "/api/switches", {"name": "none", "on": True}, 404),
        ("POST", "/api/minute", {"at": "noon"}, 400),
        ("POST", "/api/minute", {"at": "2026-01-02T03:04:05"}, 400),
        ("POST", "/api/minute", {}, 204),
        ("POST", "/api/messages", {"person": ANN}, 400),
        ("POST", "/api/events", {"event": {"type": "ping"}}, 400),
        ("POST", "/api/messages", ["no object"], 400),
        ("POST", "/api/messages", {"person": "U0BEN", "channel": "D0ANNBOT", "text": "hello"}, 400),
        ("POST", "/api/messages", {"person": ANN, "channel": CHANNEL, "text": " "}, 400),
        ("POST", "/api/slack/click", {"person": ANN, "channel": CHANNEL, "ts": "1.0", "action_id": "x"}, 404),
        ("POST", "/api/slack/click", {"person": ANN, "channel": CHANNEL, "ts": "1.0", "wrong": "x"}, 400),
        ("POST", "/api/slack/click", {"person": "U0NOBODY"}, 404),
        ("POST", "/api/slack/modal/submit", {"person": ANN}, 404),
        ("POST", "/api/slack/dance", {"person": ANN}, 404),
        ("POST", "/api/configuration", {"source": "rules: []", "over": "0", "person": ANN}, 400),
        ("POST", "/api/configuration", {"source": "rules: []", "over": 0, "person": "U0NOBODY"}, 404),
        ("POST", "/api/configuration/none", {}, 404),
    ],
)
def test_what_cannot_be_is_said_so(address: str, method: str, path: str, body: object, status: int) -> None:
    """Each request has its status; no file but the page's own is given."""
    assert _ask(address, method, path, body)[0] == status


def test_another_site_cannot_use_it(address: str) -> None:
    """A request under another host's name, or with a body that a foreign form could send, is refused."""
    body = {"person": ANN, "channel": CHANNEL, "text": "hello"}
    assert _ask(address, "GET", "/", Host="evil.example")[0] == 403
    assert _ask(address, "POST", "/api/messages", body, Content_Type="text/plain")[0] == 400
    assert _ask(address, "POST", "/api/doctor", {}, Content_Type="text/plain")[0] == 400


def test_the_page_may_load_nothing_from_elsewhere(address: str) -> None:
    """The page's policy allows its own address alone, and none of its files names another."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE_S)
    connection.request("GET", "/")
    policy = connection.getresponse().headers["Content-Security-Policy"]
    connection.close()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    named = {address for file in PAGE.iterdir() for address in re.findall(r"https?://[\w.]+", file.read_text())}
    assert named == {"http://www.w3.org"}  # the name of SVG, which nobody fetches


def test_a_taken_port_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the port is taken there is one line about it, and no system is started."""
    monkeypatch.delattr(serve, "running")
    with (
        closing(Server(lambda _: Answer())) as other,
        pytest.raises(PortTaken, match=str(other.port)),
        served(other.port),
    ):
        pass


def test_a_recording_comes_to_its_file(address: str, demo: tuple[str, System]) -> None:
    """RTC calls back at the webhook's real door, the thread has the file, and the page can play it."""
    _say(address, "/record room pagefile user001")
    _news(address, lambda it: _said(it, "Recording user001", "pagefile"))
    _say(address, "/record stop pagefile user001")
    news = _news(address, lambda it: _said(it, "🎬", "_pagefile_user001_"))
    (job,) = [it for it in news["jobs"] if it["room_id"] == "pagefile"]
    sent = {"recording.started", "recording.running", "recording.ended", "recording.file"}
    _until(lambda: sent <= _events_sent(demo[1], job["job_id"]))
    status, body = _ask(address, "GET", f"/api/files/{job['file']}")
    assert (status, body[4:8]) == (200, b"ftyp")
    assert _ask(address, "GET", "/api/files/none.mp4")[0] == 404
    [caller] = demo[1].callers
    assert _ask(demo[1].hook_url(caller).partition("/hooks/")[0], "POST", "/rtc/callbacks", {"job_id": "1"})[0] == 401


def _events_sent(system: System, job_id: str) -> set[str]:
    """The types of the job's events that the recorder has put on the bus, as its role allows."""
    lines = [line for line in system.stack.logs("RecorderFunction") if '"event_sent"' in line]
    return {json.loads(line)["event_type"] for line in lines if json.loads(line).get("job_id") == job_id}


def _until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < end
        time.sleep(0.2)


def _said(documents: dict[str, Any], *words: str) -> bool:
    texts = [it["text"] for key, it in documents.items() if key.startswith("message ") and it]
    return any(all(word in text for word in words) for text in texts)


def _ops(address: str, *arguments: str, text: str = "") -> tuple[int, str, str]:
    """Run `python -m ops` on this system, as an operator does."""
    done = subprocess.run(
        [sys.executable, "-m", "ops", *arguments, "--local"],
        env=os.environ | {"PORT": address.rpartition(":")[2]},
        input=text,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, without_progress(done.stderr)


@pytest.mark.drill
def test_an_operator_changes_the_teams_configuration(address: str, demo: tuple[str, System]) -> None:
    """Another process finds this system by its page's port; a conflict has an exit status and a line of its own."""
    callers = json.dumps({caller.name: caller.limits for caller in demo[1].callers})  # others of this file need them
    status, shown, _ = _ops(address, "config", "show", "--json")
    assert status == 0
    before = json.loads(shown)["version"]
    document = f"# {time.monotonic_ns()}\noperators: [U0ANN]\ncallers: {callers}\n"
    status, shown, _ = _ops(address, "config", "put", "-", "--json", "--over", str(before), text=document)
    assert status == 0
    assert json.loads(shown)["version"] == before + 1
    status, shown, error = _ops(address, "config", "put", "-", "--over", str(before), text=f"# others\n{document}")
    assert (status, shown) == (3, "")
    assert re.fullmatch(rf"recordbot: the local system: version {before + 1} is current by now, saved by .*\n", error)
    status, shown, _ = _ops(address, "config", "show")
    assert shown.endswith(document)


@pytest.mark.drill
def test_an_operator_shows_and_sets_where_rtc_calls_back(address: str, demo: tuple[str, System]) -> None:
    """Another process reads this system's secrets, asks RTC, and says in a line what it did."""
    rtc = demo[1].rtc
    assert rtc is not None
    url, key = rtc.callback_setting()
    status, shown, _ = _ops(address, "callbacks", "show")
    assert (status, shown.splitlines()[1:]) == (0, ["this deployment is there"])
    assert f"RTC calls back: {url}, signed with the first of this deployment's keys" in shown
    rtc.call_back("https://theirs.example.com/x", "")
    status, shown, error = _ops(address, "callbacks", "set", url, text="no\n")
    assert (status, error) == (1, "recordbot: nothing was set: the answer was not yes (--yes asks nothing)\n")
    assert rtc.callback_setting() == ("https://theirs.example.com/x", "")
    status, shown, _ = _ops(address, "callbacks", "set", url, text="yes\n")
    assert (status, "theirs.example.com/x, not signed" in shown, key in shown) == (0, True, False)
    assert rtc.callback_setting() == (url, key)


@pytest.mark.drill
def test_ctrl_c_sets_half_of_nothing(address: str, demo: tuple[str, System]) -> None:
    """At the question nothing was set; while RTC is asked nobody knows, and a line says so. It can be run again."""
    rtc = demo[1].rtc
    assert rtc is not None
    url, key = rtc.callback_setting()
    theirs = ("https://theirs.example.com/x", "")
    rtc.call_back(*theirs)
    with _setting(address, url) as process:
        assert _ended_by_ctrl_c(process) == (130, "recordbot: interrupted: nothing was set\n")
    assert rtc.callback_setting() == theirs
    rtc.misbehave(RtcFault(wire=Wire.NOTHING, delay=PATIENCE_S, made=True), operation="set callback")
    with _setting(address, url) as process:
        assert process.stdin is not None
        process.stdin.write("yes\n")
        process.stdin.flush()
        _until(lambda: rtc.callback_setting() == (url, key))
        status, error = _ended_by_ctrl_c(process)
    assert (status, error.count("\n")) == (130, 1)
    assert "interrupted: RTC was being asked, and it may be set or not: `callbacks show` says which" in error
    status, shown, _ = _ops(address, "callbacks", "set", url, "--yes")
    assert (status, shown) == (0, f"RTC calls back at {url} already: nothing was set\n")


@contextmanager
def _setting(address: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """`callbacks set` on this system, which has asked its question."""
    with subprocess.Popen(
        [sys.executable, "-m", "ops", "callbacks", "set", url, "--local"],
        env=os.environ | {"PORT": address.rpartition(":")[2]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "Type yes:\n":
            assert process.poll() is None
        yield process
        process.kill()


def _ended_by_ctrl_c(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=PATIENCE_S)
    return process.returncode, without_progress(error)
