"""One command in full, for the panel's tabs: Slack's request, the order, the calls to RTC, the ledger and the logs.

Everything goes through the masks of local/demo/masking.py before it leaves.
"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from local.demo.evidence import Evidence, body_of, call_of
from local.demo.masking import masked
from local.demo.steps import Step
from local.http_message import Answer, Request, Wire
from local.rtc.api import Call as RtcCall
from local.rtc.signature import canonical_request

_WINDOW = 300
"""Seconds: how old a request of Slack's may be."""


def details_of(
    seen: Evidence,
    steps: Sequence[Step],
    rtc_calls: Sequence[RtcCall],
    items: Iterable[Mapping[str, Any]],
) -> object:
    """Give the tabs' contents as JSON has them. `items` are the ledger's, as DynamoDB has them."""
    return masked(
        {
            "slack": _slack(seen),
            "order": _order(seen),
            "rtc": [_rtc(step, _record(step, seen, rtc_calls)) for step in steps if step.station == "rtc"],
            "ledger": _ledger(seen, items),
            "logs": [{"function": line.function, "at": line.at * 1000, **line.fields} for line in seen.lines],
        }
    )


def _slack(seen: Evidence) -> dict[str, object]:
    delivery = seen.delivery
    if delivery is None:
        return {"verdict": "The door has not answered yet.", "form": dict(seen.form)}
    age = seen.door.began_at - float(delivery.request.headers.get("X-Slack-Request-Timestamp"))
    status = delivery.answer.status if delivery.answer else None
    accepted = status is not None and status != HTTPStatus.UNAUTHORIZED
    fits = "The signature fits" if accepted else "The door did not accept the signature"
    return {
        "accepted": accepted,
        "verdict": f"{fits}: HMAC-SHA256 over v0:timestamp:body, {age:.1f} s old (at most {_WINDOW} s).",
        "request": {**_request(delivery.request), "body": ""},  # it is the form, and that is easier to read
        "form": dict(seen.form),
        "answer": _answer(delivery.answer) if delivery.answer else None,
        "error": delivery.error,
    }


def _order(seen: Evidence) -> dict[str, object] | None:
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


def _record(step: Step, seen: Evidence, calls: Sequence[RtcCall]) -> RtcCall | None:
    requests = seen.order.get("requests", [])
    stream = requests[step.entry] if step.entry is not None and step.entry < len(requests) else {}
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
        "mishap": call.mishap.model_dump(mode="json", exclude_defaults=True) if call.mishap else None,
    }


def _ledger(seen: Evidence, items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the order's entries, and the guards that it holds."""
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
