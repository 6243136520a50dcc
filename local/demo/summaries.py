"""One-line summaries: what was requested, what the door answered, and the outcome."""

from collections.abc import Mapping
from typing import Any

from bot.language.normalising import from_slack
from local.demo.event_log import Line
from local.demo.trace import Trace, body_of, part, read_object
from shared.log_events import LogEvent

_LENGTH = 80


def requested(trace: Trace) -> str:
    """Return a command as it was typed, or what was clicked; of a caller's event its type and what it names."""
    if trace.interaction:
        return _shorten(_done_in_slack(trace.interaction))
    if not trace.caller:
        return f"{trace.form.get('command', '')} {from_slack(trace.form.get('text', ''))}".strip()
    if trace.request.method != "POST":
        return trace.request.method
    event = trace.event
    if not isinstance(event.get("type"), str):
        return f"no event: {len(trace.request.body)} bytes"
    data = event.get("data")
    named = ", ".join(_named(it) for it in (data if isinstance(data, list) else [data]) if isinstance(it, Mapping))
    dry_run = "dry run" if event.get("dry_run") is True else ""
    return " ".join(filter(None, (_shorten(event["type"]), _shorten(named), dry_run)))


def answered(trace: Trace) -> str:
    """Return the status of the door's answer to an event, and its main point; empty until there is an answer."""
    if trace.answer is None:
        return trace.door.error
    status, body = int(trace.answer.status), body_of(trace.answer)
    return f"{status} {_shorten(_main_point(read_object(body)) or body, 2 * _LENGTH)}"


def outcome(trace: Trace) -> str:
    """Return the outcome of an order's streams, as far as the recorder has logged it; empty while there is none."""
    receives = [it for it in trace.receives if not it.check]
    done = [_done(line) for it in receives for line in it.lines]
    failed = [_failed(line) for it in receives[-1:] for line in it.lines]
    outcomes = [*filter(None, done), *filter(None, failed)]
    if not outcomes and any(it.is_final for it in receives):
        return "nothing new was started or stopped"
    return ", ".join(outcomes)


def _done_in_slack(payload: Mapping[str, Any]) -> str:
    """Return what a person did: which button, form or shortcut it was."""
    match payload:
        case {"type": "block_actions", "actions": [action, *_]} if isinstance(action, dict):
            shown = part(part(action, "selected_option"), "text") or part(action, "text")
            is_home = part(payload, "view").get("type") == "home"
            return f"clicked [{shown.get('text') or action.get('action_id')}]{' in the home tab' if is_home else ''}"
        case {"type": "view_submission" | "view_closed" as kind, "view": {"title": {"text": str(title)}}}:
            return f"{'submitted' if kind == 'view_submission' else 'closed'} the form “{title}”"
        case {"type": "shortcut" | "message_action", "callback_id": str(callback_id)}:
            return f"used the shortcut {callback_id}"
        case {"event": {"type": str(kind)}}:
            return "opened the home tab" if kind == "app_home_opened" else kind
        case _:
            return str(payload.get("type", "something else"))


def _main_point(answer: Mapping[str, Any]) -> str:
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


def _done(line: Line) -> str:
    match line.message:
        case LogEvent.STARTED:
            return f"job {line.fields['job_id']} started"
        case LogEvent.STOPPED:
            return f"job {line.fields['job_id']} stopped"
        case _:
            return ""


def _failed(line: Line) -> str:
    match line.message:
        case LogEvent.ALREADY_RECORDING:
            job_id = line.fields.get("job_id")
            return f"already recording: job {job_id}" if job_id else "perhaps recording already"
        case LogEvent.NOT_STOPPED:
            return f"not stopped: {str(line.fields['error']).removeprefix('stop: ')}"
        case LogEvent.NOT_STARTED:
            return _with_error("not started", line)
        case LogEvent.OUTCOME_UNKNOWN:
            return _with_error("outcome unknown", line)
        case _:
            return ""


def _with_error(text: str, line: Line) -> str:
    error = " ".join(str(line.fields[name]) for name in ("error_code", "error_msg") if line.fields.get(name))
    return f"{text}: {error}" if error else text


def _named(data: Mapping[str, Any]) -> str:
    values = {"room": data.get("room_id"), "": data.get("user_id"), "job": data.get("job_id")}
    return " ".join(f"{name} {value}".strip() for name, value in values.items() if isinstance(value, str | int))


def _shorten(text: str, length: int = _LENGTH) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
