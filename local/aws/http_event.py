"""API Gateway's payload format 2.0: convert a request to a function's event, and a function's result to an answer.

Pure. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.http_message import Answer, Request

_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
"""Bodies with these content types arrive as text; all others, such as forms, in base64."""


class ResultError(Exception):
    """The function's result isn't an HTTP answer; API Gateway answers 500."""


def event_of(
    request: Request, *, route_key: str, path_parameters: dict[str, str], request_id: str, now: datetime
) -> dict[str, Any]:
    """Return the event for `request`, which came from 127.0.0.1 at `now` and matched `route_key`."""
    headers: dict[str, str] = {}
    for name, value in request.headers:
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    cookies = [cookie.strip() for cookie in headers.pop("cookie", "").replace(",", ";").split(";") if cookie.strip()]
    queries: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        queries[name] = f"{queries[name]},{value}" if name in queries else value
    host = headers.get("host", "localhost")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers | {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": host.partition(":")[0],
            "domainPrefix": host.partition(":")[0].partition(".")[0],
            "http": {
                "method": request.method,
                "path": unquote(request.path),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if queries:
        event["queryStringParameters"] = queries
    if path_parameters:
        event["pathParameters"] = path_parameters
    if request.body:
        event["body"], event["isBase64Encoded"] = _body_of(request.body, headers.get("content-type", ""))
    return event


def answer_of(result: Any, request_id: str) -> Answer:
    """Return the answer in `result`: a dict as the format defines it, or just a body. Raises ResultError."""
    if not isinstance(result, dict) or "statusCode" not in result:
        body = result if isinstance(result, str) else json.dumps(result)
        result = {"statusCode": HTTPStatus.OK, "headers": {"content-type": "application/json"}, "body": body}
    try:
        headers = {name.lower(): _header_text(value) for name, value in (result.get("headers") or {}).items()}
        cookies = [("set-cookie", _header_text(cookie)) for cookie in result.get("cookies") or ()]
        body = result.get("body") or ""
        content = base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
        status = int(result["statusCode"])
    except (AttributeError, TypeError, ValueError) as error:
        raise ResultError(f"the function's result is no answer: {error}") from error
    headers.setdefault("content-type", "text/plain; charset=utf-8")
    return Answer(status, (*headers.items(), *cookies, ("apigw-requestid", request_id)), content)


def _body_of(body: bytes, content_type: str) -> tuple[str, bool]:
    if content_type.lower().startswith(_TEXT_TYPES):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass  # not text: base64 keeps the bytes
    return base64.b64encode(body).decode(), True


def _header_text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not text.isprintable() or not text.isascii():
        raise ValueError(f"a header must be printable ASCII, not {text!r}")
    return text
