"""Every secret is planted, goes through every flow, and is found nowhere but where it belongs."""

import json

import pytest

from local.demo.controller import Controller
from local.demo.event_log import EventLog
from local.rtc.faults import Fault
from local.slack import faults as slack_faults
from local.slack.chat import ANN, CLASS_RECORDINGS
from tests.e2e import audit
from tests.e2e.conftest import Deployment, eventually
from tests.webhook_sender import RUNS, Sender, an_event, outcome, start

KEY, LOGIN, SIGN = "k3yPlanted1", "us3rPlanted2", "s1gnPlanted3"
PUSH = f"rtmp://live.example/app/{KEY}?login={LOGIN}&sign={SIGN}"


@pytest.mark.drill
def test_no_secret_leaves_its_place(bot: Deployment) -> None:
    """Not in logs and metrics at DEBUG, answers, messages, ledger items, the audit, and the page's export."""
    answered = _answered_in_every_flow(bot)
    planted = {KEY, LOGIN, SIGN, *audit.secrets_of(bot.system)}
    assert len(planted) > 10
    places = {
        "logs": "\n".join(bot.logs),
        "ledger": json.dumps(bot.items()),
        "audit": json.dumps(audit.items(bot.system, "AuditTable")),
        "messages": repr([message.document() for message in bot.slack.chat.messages(CLASS_RECORDINGS, ANN)]),
        "answers": answered,
        "page": json.dumps(_shown_on_the_page(bot)),
    }
    assert all(bot.room in places[name] for name in ("ledger", "audit", "messages", "answers", "page"))
    found = [
        (place, text[max(at - 300, 0) : at + 60])
        for place, text in places.items()
        for secret in planted
        if (at := text.find(secret)) >= 0
    ]
    assert not found, "\n".join(f"{place}: {text}" for place, text in found)
    # The signature of a link to an order's status works like a password: only the caller has it.
    signatures = [it.partition("signature=")[2] for it in answered.split('"') if "signature=" in it]
    assert signatures
    others = [text for place, text in places.items() if place != "answers"]
    assert not [signature for signature in signatures for text in others if signature in text]


def _answered_in_every_flow(bot: Deployment) -> str:
    """Let all happen that recordbot can be asked, and return what callers were answered."""
    keys = bot.rtc.credentials
    sent = f"{keys.access_key} {keys.secret_key} {keys.security_token} {PUSH} {KEY} {SIGN}"
    echo = json.dumps({"error_code": "RTC.00001001", "error_msg": f"refused: {sent}", "request_id": KEY})
    refused = Fault(status=400, body=echo, content_type="application/json")
    bot.type(f"ROOM user001 push={PUSH} dry-run")
    bot.read("Dry run")
    bot.type(f"ROOM user001 push={PUSH}")
    bot.read("Recording user001")
    bot.type(f"ROOM user001 push={PUSH}")
    bot.read("Already recording")
    for text in (f"ROOM user002 puhs={PUSH} hdd", f"ROOM user002 {PUSH}", f"help {PUSH}", f"stop ROOM {PUSH}"):
        bot.type(text)
    bot.rtc.misbehave(refused, operation="start")
    bot.type(f"ROOM user003 push={PUSH}")
    bot.read("Not recorded: user003", "RTC.00001001")
    bot.rtc.misbehave(Fault(status=502, body=f"<html>{sent}</html>"), operation="start")
    bot.type(f"ROOM user004 push={PUSH}")
    bot.read("user004", "may or may not be recording")
    bot.slack.misbehave(slack_faults.Fault(status=200, error="channel_not_found"), method="chat.postMessage")
    bot.type(f"ROOM user005 push={PUSH}")
    bot.read("user005")
    # RTC knows the address of the job that is stopped, and may repeat it, though it is not in the request.
    known = json.dumps({"error_code": "RTC.00001001", "error_msg": f"still pushed to {PUSH}"})
    bot.rtc.misbehave(Fault(status=400, body=known, content_type="application/json"), operation="stop")
    bot.type("stop ROOM user001")
    bot.read("RTC.00001001", "user001")
    bot.type("stop ROOM user001")
    bot.read("Stopped user001")
    answers = _answered_to_a_caller(bot, refused)
    bot.put(json.dumps({"room": bot.room}))
    eventually(bot.dead_letters)
    return answers


def _answered_to_a_caller(bot: Deployment, refused: Fault) -> str:
    caller, *_ = bot.system.callers
    sender = Sender(bot.system.hook_url(caller), caller.key)
    pushed = {"room_id": bot.room, "publish_param": {"rtmp_urls": [PUSH]}}
    notify = {"notify": {"channel": CLASS_RECORDINGS.channel_id}}
    answers = [
        sender.send(an_event("recording.start", pushed | {"user_id": "user006"}, dry_run=True)),
        sender.send(an_event("recording.start", pushed | {"user_id": "user006"}, **notify)),
        sender.send(start(bot.room, PUSH)),
        sender.send(an_event("recording.start", pushed | {"user_id": PUSH, "video_type": PUSH})),
        sender.send(an_event("recording.stop", {"job_id": PUSH}, notify={"channel": PUSH})),
    ]
    statuses = [outcome(answers[1].json()["status_url"])]
    bot.rtc.misbehave(refused, operation="start")
    answers.append(sender.send(an_event("recording.start", pushed | {"user_id": "user007"}, **notify)))
    statuses.append(outcome(answers[-1].json()["status_url"]))
    assert [answer.status_code for answer in answers] == [200, 202, 422, 422, 422, 202]
    assert [status["streams"][0]["state"] in RUNS for status in statuses] == [True, False]
    assert statuses[1]["streams"][0]["state"] == "not_started"
    return "\n".join([*(answer.text for answer in answers), json.dumps(statuses)])


def _shown_on_the_page(bot: Deployment) -> list[object]:
    """All panels, as the page draws them and as they are exported."""
    event_log = EventLog()
    for call in bot.calls:
        event_log.add_call(call)
    for line in bot.logs:
        function, _, text = line.partition(": ")
        event_log.add_line(function, text)
    page = Controller(bot.system, event_log, port=0)
    details = [page.details(trace.request_id) for trace in page._traces()]
    return [page.documents(ANN.user_id), page.workspace(), details]
