"""One command or event in full, for the panel's tabs: the request, the order, RTC's calls, the ledger and the logs.

local/demo/masking.py hides the secrets in all of it.
"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from functions.http.api_gateway import HttpRequest
from local.demo.correlate import find_call, find_stop
from local.demo.masking import masked
from local.demo.step import Step
from local.demo.steps import reply_step
from local.demo.summaries import answered
from local.demo.trace import Trace, body_of
from local.http_message import Answer, Request, Wire
from local.rtc.api import Call as RtcCall
from local.rtc.signature import canonical_request
from shared.strict_json import NotJson, read_json

_WINDOW = 300
"""Seconds that a signature is valid."""
_UNVERIFIED = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.CONTENT_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE})
"""A door may give these answers before it checks the signature."""


def details_of(
    trace: Trace,
    steps: Sequence[Step],
    rtc_calls: Sequence[RtcCall],
    items: Iterable[Mapping[str, Any]],
) -> object:
    """Return the contents of the tabs as JSON. `items` are the ledger's items as DynamoDB returns them."""
    return masked(
        {
            "door": _door(trace),
            "order": _order(trace),
            "replies": _replies(trace, steps),
            "rtc": [_rtc(step, _record(step, trace, rtc_calls)) for step in steps if step.station == "rtc"],
            "ledger": _ledger(trace, items),
            "logs": [{"function": line.function, "at": line.at * 1000, **line.fields} for line in trace.lines],
        }
    )


def _door(trace: Trace) -> dict[str, object]:
    accepted, verdict = _verdict(trace)
    request = _received(trace.request)
    return {
        "accepted": accepted,
        "verdict": verdict,
        "request": {**request, "body": ""} if trace.form else request,  # the form shows the same, decoded
        "form": {**trace.form, "payload": trace.interaction} if "payload" in trace.form else dict(trace.form),
        "answer": _answer(trace.answer) if trace.answer else None,
        "error": trace.door.error or (trace.delivery.error if trace.delivery else ""),
    }


def _verdict(trace: Trace) -> tuple[bool | None, str]:
    """Return whether the door accepted the signature, and the same in words; None if the answer doesn't tell."""
    answer, headers = trace.answer, trace.request.headers
    if answer is None:
        return None, "The door has not answered yet." if trace.door.seconds is None else "The door gave no answer."
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return False, f"The door did not accept the signature: {answered(trace)}"
    signed, stamp = (
        ("webhook-id.webhook-timestamp.body", "webhook-timestamp")
        if trace.caller
        else ("v0:timestamp:body", "x-slack-request-timestamp")
    )
    timestamp = headers.get(stamp, "")
    if answer.status in _UNVERIFIED or not timestamp.isdecimal():
        return None, f"The answer does not tell whether the signature is valid: {answered(trace)}"
    age = trace.door.began_at - float(timestamp)
    return True, f"The signature is valid: HMAC-SHA256 over {signed}, {age:.1f} s old (at most {_WINDOW} s)."


def _order(trace: Trace) -> dict[str, object] | None:
    if not trace.receives:
        return None
    receives = [
        {
            "receive": it.number,
            "message_id": it.record["messageId"],
            "sent": int(it.record["attributes"]["SentTimestamp"]),
            "received": it.call.began_at * 1000,
            "error": it.call.error,
        }
        for it in trace.receives
    ]
    return {"message": dict(trace.order), "receives": receives}


def _record(step: Step, trace: Trace, calls: Sequence[RtcCall]) -> RtcCall | None:
    if step.job_id and not step.request_id:
        return find_stop(calls, step.job_id, step.at)
    streams = trace.streams
    stream = streams[step.attempt] if step.attempt is not None and step.attempt < len(streams) else {}
    return find_call(calls, step.request_id, stream, step.at)


def _rtc(step: Step, call: RtcCall | None) -> dict[str, object]:
    shown: dict[str, object] = {
        "title": step.title,
        "state": step.state,
        "ms": None if step.seconds is None else step.seconds * 1000,
        "note": step.note,
    }
    if call is None:
        return shown
    headers = call.request.headers
    names = headers.get("Authorization").partition("SignedHeaders=")[2].partition(",")[0].split(";")
    is_answered = call.answer.wire is Wire.WHOLE
    return {
        **shown,
        "verdict": call.verdict,
        "request": _request(call.request),
        "canonical": canonical_request(call.request, names).decode("latin-1") if names != [""] else "",
        "curl": _curl(call.request),
        "answer": _answer(call.answer) if is_answered else None,
        "fault": call.fault.model_dump(mode="json", exclude_defaults=True) if call.fault else None,
    }


def _replies(trace: Trace, steps: Sequence[Step]) -> list[dict[str, object]]:
    """Return the calls to Slack with what they sent; and a reply that needs no call: the door's answer, or the link."""
    if trace.posts:
        return [_reply(reply_step(it), _request(it.request), _answer(it.answer)) for it in trace.posts]
    answer = _answer(trace.answer) if trace.answer else None
    return [_reply(step, None, answer) for step in steps if step.station == "reply"]


def _reply(step: Step, request: object, answer: object) -> dict[str, object]:
    return {"title": step.title, "state": step.state, "note": step.note, "request": request, "answer": answer}


def _ledger(trace: Trace, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the order's items, and the stream locks that it holds."""
    documents = [_item(item) for item in items] if trace.order_id else []
    return [it for it in documents if it["pk"] == f"ORDER#{trace.order_id}" or _order_of(it) == trace.order_id]


def _order_of(item: Mapping[str, Any]) -> object:
    data = item.get("data")
    return data.get("order_id") if isinstance(data, dict) else None


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    return {**plain, "data": json.loads(plain["data"])} if "data" in plain else plain


def _request(request: Request) -> dict[str, object]:
    return {
        "line": f"{request.method} {request.target}",
        "headers": [f"{name}: {value}" for name, value in request.headers],
        "body": _pretty(request.body.decode(errors="replace")),
    }


def _received(request: HttpRequest) -> dict[str, object]:
    target = request.path + (f"?{request.query}" if request.query else "")
    headers = [f"{name}: {value}" for name, value in request.headers.items()]
    body = _pretty(request.body.decode(errors="replace"))
    return {"line": f"{request.method} {target}", "headers": headers, "body": body}


def _answer(answer: Answer) -> dict[str, object]:
    headers = [f"{name}: {value}" for name, value in answer.headers]
    return {"status": int(answer.status), "headers": headers, "body": _pretty(body_of(answer))}


def _pretty(body: str) -> str:
    try:
        return json.dumps(read_json(body), indent=2, ensure_ascii=False)
    except NotJson:
        return body


def _curl(request: Request) -> str:
    omitted = {"host", "content-length", "user-agent", "accept-encoding"}
    headers = [f"{name}: {value}" for name, value in request.headers if name.lower() not in omitted]
    parts = ["curl", "-X", request.method, f"http://{request.headers.get('Host')}{request.target}"]
    lines = [shlex.join(parts), *(f"  -H {shlex.quote(header)}" for header in headers)]
    if request.body:
        lines.append(f"  -d {shlex.quote(request.body.decode(errors='replace'))}")
    return " \\\n".join(lines)
