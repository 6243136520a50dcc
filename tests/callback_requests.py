"""RTC's callbacks as requests to the webhook, signed as Huawei's page does it: with no code of ours."""

import hashlib
import hmac
import json
from typing import Any

from tests.webhook_requests import NOW, a_request

CALLBACK_KEY = "callback-key-of-the-tests-0123456789"
APP = "app1"
COMPLETE: dict[str, Any] = {
    "event_type": "RECORD_FILE_COMPLETE",
    "app_id": APP,
    "job_id": "1",
    "room_id": "100",
    "stream_name": "s_1_100_user001",
    "record_format": "MP4",
    "download_url": "https://lessons.obs.cn-north-4.myhuaweicloud.com/app1/mp4/s_1/s_1.mp4",
    "file_size": 812_000_000,
    "record_duration": 5040,
    "width": 1280,
    "height": 720,
    "start_time": "2026-03-02T09:00:00Z",
    "end_time": "2026-03-02T10:24:00Z",
    "obs_location": "cn-north-4",
    "obs_bucket": "lessons",
    "obs_object": "app1/mp4/s_1/s_1.mp4",
}
"""What RTC says of a complete file."""


def callback_headers(
    body: bytes, *, key: str = CALLBACK_KEY, now: float = NOW, rand: str = "5f5e17", milliseconds: bool = False
) -> dict[str, str]:
    """The headers that RTC sends with this body."""
    timestamp = str(int(now * 1000) if milliseconds else int(now))
    content = rand.encode() + timestamp.encode() + body
    signature = hmac.new(key.encode(), content, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-rtc-rand": rand,
        "x-rtc-timestamp": timestamp,
        "x-rtc-signature": signature,
    }


def a_callback(said: object = COMPLETE, headers: dict[str, str] | None = None, *, now: float = NOW) -> dict[str, Any]:
    """API Gateway's event for a callback that is signed, unless other headers are given."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return a_request(body, callback_headers(body, now=now) if headers is None else headers, path="/rtc/callbacks")
