"""OBS as far as a signed address needs it: GET of one object, with a signature in the query.

https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0011.html. It is independent of the product's own code.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from local.http_message import Answer, Request
from local.rtc.credentials import Credentials
from local.rtc.files import Files

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/")


def is_for(files: Files, request: Request) -> bool:
    """Return whether the request names the bucket in its host, as OBS's addresses do."""
    return request.headers.get("Host").startswith(f"{files.bucket}.")


def read(files: Files, credentials: Credentials, request: Request, now: float) -> Answer:
    """Return the object that a signed request asks for, or why not, as OBS says it."""
    if request.method not in {"GET", "HEAD"}:
        return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed")
    given = {name: values[0] for name, values in parse_qs(request.query).items()}
    key = unquote(request.path).removeprefix("/")
    code = _wrong(files, credentials, given, key, now)
    if code is not None:
        return _refusal(HTTPStatus.FORBIDDEN, code)
    file = files.with_key(key)
    if file is None:
        return _refusal(HTTPStatus.NOT_FOUND, "NoSuchKey")
    return Answer(HTTPStatus.OK, (("Content-Type", "video/mp4"),), file.body)


def _wrong(files: Files, credentials: Credentials, given: Mapping[str, str], key: str, now: float) -> str | None:
    expires = given.get("Expires", "")
    if given.get("AccessKeyId") != credentials.obs_access_key or not expires.isdigit():
        return "InvalidAccessKeyId" if given.get("AccessKeyId") else "AccessDenied"
    encoded = "".join(it if it in _PLAIN else "".join(f"%{byte:02X}" for byte in it.encode()) for it in key)
    text = f"GET\n\n\n{expires}\n/{files.bucket}/{encoded}"
    digest = hmac.new(credentials.obs_secret_key.encode(), text.encode(), hashlib.sha1).digest()
    if not hmac.compare_digest(base64.b64encode(digest).decode(), given.get("Signature", "")):
        return "SignatureDoesNotMatch"
    return "AccessDenied" if now > int(expires) else None


def _refusal(status: HTTPStatus, code: str) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{escape(code)}</Code></Error>'
    return Answer(status, (("Content-Type", "application/xml"),), body.encode())
