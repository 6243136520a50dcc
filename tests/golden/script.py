"""The golden record's script: what people type and callers send, and what goes wrong meanwhile."""

import json

from tests.golden.play import (
    BEN,
    CLASS_RECORDINGS,
    GENERAL,
    RESPONSE_URL_ENDED,
    STAFF,
    THROTTLED,
    Play,
    RtcFault,
    Sender,
    Step,
    an_event,
)

HELP = ("", "help", "?", "help start", "help idle", "help stop", "help nonsense")
ERRORS = (
    "room ROOM user001 hdd idle=2s",
    "ROOM",
    "hd sd",
    "room= user=",
    "ROOM user001 720p mute",
    "ROOM user001 hd sd",
    "ROOM user001 audio no-audio",
    "ROOM user001 --qality hd",
    "ROOM user001 idle=13h rule=! push=http://live.example/k3y",
    "ROOM everyone",
    "ROOM " + ",".join(f"u{n}" for n in range(11)),
    "stop ROOM user001",
    "stop 7",
    "status",
    "list",
)
PUSH = "rtmp://live.example/app/k3y"
REFUSED = {
    "RTC refuses: too many jobs": RtcFault(status=400, error_code="RTC.00001007"),
    "RTC refuses: somebody else records it": RtcFault(status=400, error_code="RTC.00001006"),
    "RTC refuses: no such app": RtcFault(status=404, error_code="RTC.00001003"),
    "RTC refuses: our key": RtcFault(status=401, error_code="APIGW.0301"),
    "RTC refuses: HTML": RtcFault(status=403, body="<html>denied</html>"),
}
UNKNOWN = RtcFault(status=502, body="<html>Bad Gateway</html>")
TRY_AGAIN = RtcFault(status=500, error_code="RTC.00002001")
TOO_MANY_JOBS = REFUSED["RTC refuses: too many jobs"]


def run(play: Play) -> None:
    """Take every step. The table is gone at the end."""
    _say_and_be_answered_at_once(play)
    started = play.step("a start, and the same again")
    started.type("room ROOM user001 hd")
    _start_in_other_ways(play)
    _be_refused(play)
    _do_not_know(play)
    _try_again(play)
    hook, several = _start_by_webhook(play)
    _be_refused_by_the_webhook(play)
    started.type("ROOM user001", BEN)
    several.call("GET", _link(several))
    _stop_by_webhook(play, hook, started)
    _fail_to_answer(play)
    _fail_to_queue(play)
    _lose_the_table(play)


def _say_and_be_answered_at_once(play: Play) -> None:
    asked = play.step("help")
    for text in HELP:
        asked.type(text)
    slipped = play.step("errors")
    for text in ERRORS:
        slipped.type(text)
    slipped.type("room ROOM <@U0ANN|ann>", markup=True)
    forged = play.step("a forged command")
    secret, play.slack.signing_secret = play.slack.signing_secret, "forged"
    forged.type("ROOM user001")
    play.slack.signing_secret = secret
    dry = play.step("dry runs")
    dry.type("ROOM user001 dry-run")
    dry.type(f"ROOM a,b sd screen push={PUSH} dry-run")


def _start_in_other_ways(play: Play) -> None:
    several = play.step("several users, the first refused")
    play.rtc.misbehave(TOO_MANY_JOBS, operation="start")
    several.type("start room=ROOM a,b;c")
    play.step("sound alone, pushed, ended when idle").type(f"ROOM user001 audio push={PUSH} idle=10m")
    play.step("the other options").type("ROOM user001 sd screen no-audio rule=5f5e172b")
    play.step("where the bot is no member").type("ROOM user001", channel=GENERAL)
    play.step("in a private channel").type("ROOM user001", channel=STAFF)


def _be_refused(play: Play) -> None:
    for name, fault in REFUSED.items():
        play.rtc.misbehave(fault, operation="start")
        play.step(name).type("ROOM user001")


def _do_not_know(play: Play) -> None:
    unknown = play.step("an unknown outcome, and the same again")
    play.rtc.misbehave(UNKNOWN, operation="start")
    unknown.type("ROOM user001")
    unknown.type("ROOM user001")


def _try_again(play: Play) -> None:
    play.rtc.misbehave(TRY_AGAIN, operation="start")
    play.step("tried again, and started").type("ROOM user001")
    play.rtc.misbehave(TRY_AGAIN, operation="start", times=2)
    play.step("tried again, and given up").type("ROOM user001")


def _start_by_webhook(play: Play) -> tuple[Step, Step]:
    hook = play.step("started and stopped by webhook")
    event = _start(hook.room, notify={"channel": CLASS_RECORDINGS.channel_id})
    hook.send(event, "hook-1")
    hook.send(event, "hook-1")
    hook.send(_start(hook.room, "user002"), "hook-1")
    several = play.step("several streams by webhook")
    data = [{"room_id": several.room, "user_id": 7, "video_type": None}, {"room_id": several.room, "user_id": "7"}]
    play.rtc.misbehave(TOO_MANY_JOBS, operation="start")
    several.send(an_event("recording.start", data), "hook-2")
    unknown = play.step("an unknown outcome by webhook")
    play.rtc.misbehave(UNKNOWN, operation="start")
    unknown.call("GET", unknown.send(_start(unknown.room), "hook-3").json()["status_url"])
    asked = play.step("nothing to order")
    asked.send(an_event("ping", {}), "hook-4")
    asked.send(an_event("ping", {}), "hook-5", caller=1)
    asked.send(_start(asked.room, dry_run=True), "hook-6")
    asked.call("GET", f"{play.system.stack.endpoint}/openapi.json")
    return hook, several


def _start(room: str, user: str = "user001", **more: object) -> dict[str, object]:
    return an_event("recording.start", {"room_id": room, "user_id": user}, **more)


def _be_refused_by_the_webhook(play: Play) -> None:
    step = play.step("refused by the webhook")
    good = json.dumps(_start(step.room)).encode()
    sender, limited = step.sender(), step.sender(1)
    signed = sender.headers(good, "hook-7")
    step.post("unsigned", good, {"Content-Type": "application/json"})
    step.post("by another's key", good, Sender(sender.url, limited.key).headers(good, "hook-7"))
    step.post("too old", good, sender.headers(good, "hook-7", off=-310))
    step.post("changed", good.replace(b"user001", b"user002"), signed)
    step.post("no JSON", good[:-1], sender.headers(good[:-1], "hook-7"))
    step.post("as a form", good, signed | {"Content-Type": "application/x-www-form-urlencoded"})
    long = good + b" " * 64_000
    step.post("too long", long, sender.headers(long, "hook-7"))
    wrong = {"room_id": step.room, "user_id": "", "max_idle_time": 2, "quality": "hd"}
    step.send(an_event("recording.start", wrong), "hook-7")
    step.send({"type": "recording.start"}, "hook-7")
    step.send(an_event("recording.pause", {}), "hook-7")
    step.send(_start(step.room), "hook-7", caller=1)
    step.send(_start("100", notify={"channel": "C1"}), "hook-7", caller=1)
    endpoint = play.system.stack.endpoint
    step.call("GET", sender.url)
    step.call("POST", f"{endpoint}/openapi.json")
    step.call("GET", f"{endpoint}/orders/{'0' * 24}")
    step.call("GET", f"{endpoint}/nowhere")


def _stop_by_webhook(play: Play, hook: Step, started: Step) -> None:
    link = _link(hook)
    hook.call("GET", link)
    hook.call("GET", link[:-1])
    hook.call("POST", link)
    by_user = an_event("recording.stop", {"room_id": hook.room, "user_id": "user001"})
    play.rtc.misbehave(TOO_MANY_JOBS, operation="stop")
    _stop(hook, by_user, "hook-8")
    _stop(hook, by_user | {"notify": {"channel": CLASS_RECORDINGS.channel_id}}, "hook-9")
    _stop(hook, by_user, "hook-10")
    job = next(job.job_id for job in play.rtc.jobs() if job.parameters.room_id == started.room)
    by_job = an_event("recording.stop", {"job_id": job}, notify={"channel": CLASS_RECORDINGS.channel_id})
    started.send(by_job, "hook-11", caller=1)
    _stop(started, by_job, "hook-12")
    _stop(started, by_job, "hook-13")
    _stop(play.step("stopped by webhook, unknown to RTC"), an_event("recording.stop", {"job_id": "999"}), "hook-14")
    started.type("ROOM user001")


def _link(step: Step) -> str:
    """The link to the status of the step's first order."""
    return str(step.exchanges[0][1].json()["status_url"])


def _stop(step: Step, event: dict[str, object], webhook_id: str) -> None:
    step.call("GET", step.send(event, webhook_id).json()["status_url"])


def _fail_to_answer(play: Play) -> None:
    play.rtc.misbehave(TOO_MANY_JOBS, operation="start")
    play.slack.misbehave(RESPONSE_URL_ENDED, door="response_url")
    play.step("the response_url has ended").type("ROOM user001", channel=GENERAL)
    play.rtc.misbehave(TOO_MANY_JOBS, operation="start")
    play.slack.misbehave(THROTTLED, door="web_api")
    play.step("Slack is told too fast").type("ROOM user001")


def _fail_to_queue(play: Play) -> None:
    full = play.step("the queue takes nothing")
    play.system.stack.refuse_messages(refuse=True)
    full.type("ROOM user001")
    full.send(_start(full.room), "hook-15")
    play.system.stack.refuse_messages(refuse=False)
    play.step("a message that is no order").put("{}")


def _lose_the_table(play: Play) -> None:
    lost = play.step("the table is gone")
    stack = play.system.stack
    for function in ("SlackFunction", "WebhookFunction"):
        stack.kill(function)  # each keeps the team's document for a minute, and how long it has had it is chance
    lost.type("presets")  # Slack's door knows it now, the webhook doesn't
    stack.dynamodb.delete_table(TableName=stack.table_name("LedgerTable"))
    lost.type("ROOM user001")
    lost.send(_start(lost.room), "hook-16")
