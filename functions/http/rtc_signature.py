"""RTC's signature on its callbacks. It proves that the bytes came from somebody who has the app's callback key.

https://support.huaweicloud.com/intl/en-us/rtc_faq/rtc_06_0144.html
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

from functions.http.verification import NotSigned

WINDOW = 300
"""The largest difference between RTC's clock and ours, in seconds. Beyond it a request counts as replayed."""
_RAND, _TIMESTAMP, _SIGNATURE = "x-rtc-rand", "x-rtc-timestamp", "x-rtc-signature"
_FORMS = {_RAND: r"[\x21-\x7e]{1,256}", _TIMESTAMP: r"[0-9]{10}|[0-9]{13}", _SIGNATURE: r"[0-9a-f]{64}"}


def require_form(headers: Mapping[str, str], now: float) -> None:
    """Raise NotSigned unless the headers have the form of a signature around `now` (Unix time, seconds).

    No key is needed for that. Header names are in lower case. RTC's page doesn't say whether the timestamp is in
    seconds or in milliseconds, so both are read.
    """
    for name, form in _FORMS.items():
        if not re.fullmatch(form, headers.get(name, "")):
            raise NotSigned(f"{name} is missing or malformed")
    moment = int(headers[_TIMESTAMP]) / (1 if len(headers[_TIMESTAMP]) == 10 else 1000)  # noqa: PLR2004 - digits
    if abs(moment - now) > WINDOW:
        raise NotSigned(f"{_TIMESTAMP} is over {WINDOW} seconds from our clock")


def verify(body: bytes, headers: Mapping[str, str], keys: Iterable[str], now: float) -> None:
    """Raise NotSigned unless one of the keys signed the raw body around `now` (Unix time, seconds)."""
    require_form(headers, now)
    # Nothing stands between the three parts. A part can't grow at another's cost all the same: the timestamp has 10
    # or 13 digits around now, and a callback's body begins with a brace.
    message = f"{headers[_RAND]}{headers[_TIMESTAMP]}".encode() + body
    expected = [hmac.digest(key.encode(), message, hashlib.sha256).hex() for key in keys]
    # Not any(): each key is compared, whichever matches.
    if not sum(hmac.compare_digest(ours, headers[_SIGNATURE]) for ours in expected):
        raise NotSigned("no callback key made the signature")
