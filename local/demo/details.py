"""One command or event in full, for the panel's tabs: the request at its door, the order, RTC's calls, ledger and logs.

Everything goes through the masks of local/demo/masking.py before it leaves.
"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from functions.http.api_gateway import HttpRequest
from local.demo.correlate import call_of, stop_of
from local.demo.in_short import answered
from local.demo.masking import masked
from local.demo.step import Step
from local.demo.trace import Trace, body_of
from local.http_message import Answer, Request, Wire
from local.rtc.api import Call as RtcCall
from local.rtc.signature import canonical_request

_WINDOW = 300
"""Seconds: how old a request of Slack's may be, and how far off a caller's clock."""
_UNREAD = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.CONTENT_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE})
"""With these a door answers before it has looked at the signature, or perhaps before."""


def details_of(
    seen: Trace,
    steps: Sequence[Step],
    rtc_calls: Sequence[RtcCall],
    items: Iterable[Mapping[str, Any]],
) -> object:
    """Give the tabs' contents as JSON has them. `items` are the ledger's, as DynamoDB has them."""
    return masked(
        {
            "door": _door(seen),
            "order": _order(seen),
            "rtc": [_rtc(step, _record(step, seen, rtc_calls)) for step in steps if step.station == "rtc"],
            "ledger": _ledger(seen, items),
            "logs": [{"function": line.function, "at": line.at * 1000, **line.fields} for line in seen.lines],
        }
    )


def _door(seen: Trace) -> dict[str, object]:
    accepted, verdict = _verdict(seen)
    request = _received(seen.request)
    return {
        "accepted": accepted,
        "verdict": verdict,
        "request": request if seen.caller else {**request, "body": ""},  # it is the form, which is easier to read
        "form": dict(seen.form),
        "answer": _answer(seen.answer) if seen.answer else None,
        "error": seen.door.error or (seen.delivery.error if seen.delivery else ""),
    }


def _verdict(seen: Trace) -> tuple[bool | None, str]:
    """Whether the door accepted the signature, and the same in words; None where it said nothing of it."""
    answer, headers = seen.answer, seen.request.headers
    if answer is None:
        return None, "The door has not answered yet." if seen.door.seconds is None else "The door gave no answer."
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return False, f"The door did not accept the signature: {answered(seen)}"
    signed, stamp = (
        ("webhook-id.webhook-timestamp.body", "webhook-timestamp")
        if seen.caller
        else ("v0:timestamp:body", "x-slack-request-timestamp")
    )
    timestamp = headers.get(stamp, "")
    if answer.status in _UNREAD or not timestamp.isdecimal():
        return None, f"The door says nothing of the signature: {answered(seen)}"
    age = seen.door.began_at - float(timestamp)
    return True, f"The signature fits: HMAC-SHA256 over {signed}, {age:.1f} s old (at most {_WINDOW} s)."


def _order(seen: Trace) -> dict[str, object] | None:
    if not seen.receives:
        return None
    receives = [
        {
            "receive": it.number,
            "message_id": it.record["messageId"],
            "sent": int(it.record["attributes"]["SentTimestamp"]),
            "received": it.call.began_at * 1000,
            "error": it.call.error,
        }
        for it in seen.receives
    ]
    return {"message": dict(seen.order), "receives": receives}


def _record(step: Step, seen: Trace, calls: Sequence[RtcCall]) -> RtcCall | None:
    if step.job_id and not step.request_id:
        return stop_of(calls, step.job_id, step.at)
    requests = seen.order.get("requests", [])
    stream = requests[step.attempt] if step.attempt is not None and step.attempt < len(requests) else {}
    return call_of(calls, step.request_id, stream, step.at)


def _rtc(step: Step, call: RtcCall | None) -> dict[str, object]:
    told: dict[str, object] = {
        "title": step.title,
        "ms": None if step.seconds is None else step.seconds * 1000,
        "note": step.note,
    }
    if call is None:
        return told
    headers = call.request.headers
    names = headers.get("Authorization").partition("SignedHeaders=")[2].partition(",")[0].split(";")
    arrives = call.answer.wire is Wire.WHOLE
    return {
        **told,
        "verdict": call.verdict,
        "request": _request(call.request),
        "canonical": canonical_request(call.request, names).decode("latin-1") if names != [""] else "",
        "curl": _curl(call.request),
        "answer": _answer(call.answer) if arrives else None,
        "fault": call.fault.model_dump(mode="json", exclude_defaults=True) if call.fault else None,
    }


def _ledger(seen: Trace, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the order's attempts, and the locks that it holds."""
    read = [_item(item) for item in items] if seen.order_id else []
    return [it for it in read if it["pk"] == f"ORDER#{seen.order_id}" or _order_of(it) == seen.order_id]


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
        "body": _shown(request.body.decode(errors="replace")),
    }


def _received(request: HttpRequest) -> dict[str, object]:
    target = request.path + (f"?{request.query}" if request.query else "")
    headers = [f"{name}: {value}" for name, value in request.headers.items()]
    body = _shown(request.body.decode(errors="replace"))
    return {"line": f"{request.method} {target}", "headers": headers, "body": body}


def _answer(answer: Answer) -> dict[str, object]:
    headers = [f"{name}: {value}" for name, value in answer.headers]
    return {"status": int(answer.status), "headers": headers, "body": _shown(body_of(answer))}


def _shown(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _curl(request: Request) -> str:
    left_out = {"host", "content-length", "user-agent", "accept-encoding"}
    headers = [f"{name}: {value}" for name, value in request.headers if name.lower() not in left_out]
    parts = ["curl", "-X", request.method, f"http://{request.headers.get('Host')}{request.target}"]
    lines = [shlex.join(parts), *(f"  -H {shlex.quote(header)}" for header in headers)]
    if request.body:
        lines.append(f"  -d {shlex.quote(request.body.decode(errors='replace'))}")
    return " \\\n".join(lines)
