"""What was asked for, what the door answered and what came of it, in a line each."""

from collections.abc import Mapping
from typing import Any

from bot.language.normalising import from_slack
from local.demo.event_log import Line
from local.demo.trace import Trace, body_of, read_object

_MOST = 80
_UNDONE = frozenset({"outcome unknown", "not started", "not stopped", "already recording"})
"""What the recorder logs of a stream that it did not start or stop."""


def asked(seen: Trace) -> str:
    """Give a command as it was typed, and of an event its type and what it is about."""
    if not seen.caller:
        return f"{seen.form.get('command', '')} {from_slack(seen.form.get('text', ''))}".strip()
    if seen.request.method != "POST":
        return seen.request.method
    event = seen.event
    if not isinstance(event.get("type"), str):
        return f"no event: {len(seen.request.body)} bytes"
    data = event.get("data")
    about = ", ".join(_about(it) for it in (data if isinstance(data, list) else [data]) if isinstance(it, Mapping))
    return " ".join(filter(None, (_cut(event["type"]), _cut(about), "dry run" if event.get("dry_run") is True else "")))


def answered(seen: Trace) -> str:
    """Give the status of the door's answer to an event, and what it says; empty until there is one."""
    if seen.answer is None:
        return seen.door.error
    status, said = int(seen.answer.status), read_object(body_of(seen.answer))
    return f"{status} {_cut(_said(said) or body_of(seen.answer), 2 * _MOST)}"


def outcome(seen: Trace) -> str:
    """Give what came of an order's streams, as far as the recorder's log tells; empty until it is done with one."""
    receives = [it for it in seen.receives if not it.look]
    done = [line for it in receives for line in it.lines if line.message in {"started", "stopped"}]
    undone = [line for it in receives[-1:] for line in it.lines if line.message in _UNDONE]
    told = [f"job {line.fields['job_id']} {line.message}" for line in done] + [_why(it) for it in undone]
    if not told and any(it.is_done for it in receives):
        return "nothing new was started or stopped"
    return ", ".join(told)


def _said(answer: Mapping[str, Any]) -> str:
    match answer:
        case {"order_id": order_id}:
            return f"order {order_id}"
        case {"would_send": list(bodies)}:
            return f"RTC would be sent {len(bodies)} request{'s' * (len(bodies) != 1)}"
        case {"caller": caller, "clock_ahead_seconds": ahead}:
            return f"you are {caller}, your clock is off by {ahead} s"
        case {"detail": detail, "errors": [{"pointer": pointer, "detail": first}, *_]}:
            return f"{detail}: {pointer} {first}"
        case _:
            return str(answer.get("detail", ""))


def _why(line: Line) -> str:
    if line.message == "already recording":
        job_id = line.fields.get("job_id")
        return f"{line.message}: job {job_id}" if job_id else "perhaps recording already"
    if line.message == "not stopped":
        return f"not stopped: {str(line.fields['error']).removeprefix('stop: ')}"
    words = (line.fields.get(name) for name in ("error_code", "error_msg"))
    return ": ".join(filter(None, (line.message, " ".join(str(word) for word in words if word))))


def _about(data: Mapping[str, Any]) -> str:
    named = {"room": data.get("room_id"), "": data.get("user_id"), "job": data.get("job_id")}
    return " ".join(f"{name} {value}".strip() for name, value in named.items() if isinstance(value, str | int))


def _cut(text: str, most: int = _MOST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
