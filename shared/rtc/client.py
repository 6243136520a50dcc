"""The calls to RTC: single stream recording jobs, a bucket's list, rules, callbacks. Only RtcError leaves this module.

Source: "Starting a Single Stream Recording Job" and its siblings (query, update, stop) in the RTC API reference,
https://support.huaweicloud.com/intl/en-us/api-rtc/.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import requests
from pydantic import JsonValue
from requests.auth import AuthBase

from shared import transport
from shared.log_events import LogEvent
from shared.recorded_files import RecordedFile
from shared.rtc.answers import MAX_BODY, Answer, error_in, job_in
from shared.rtc.auth import AkSkAuth, TokenAuth, require_endpoint, utc_now
from shared.rtc.buckets import ANY_STREAM, Bucket
from shared.rtc.callback_setting import CallbackSetting, setting_in
from shared.rtc.errors import AlreadyDone, NotConnected, OutcomeUnknown, RtcError
from shared.rtc.models import PublishParam, RecordingJob, RecordingRequest, RecordParam
from shared.rtc.push_addresses import keys_in
from shared.rtc.record_rules import RecordRule, rule_in
from shared.rtc.request_preview import RequestPreview, masked_body, masked_in

DEFAULT_ENDPOINT = "https://rtc-api.myhuaweicloud.com"
_FOR_AUTHENTICATION = 2.0
"""Extra seconds for authentication. A longer login uses up the time of its call."""
_MOST_OF_A_LIST = 4 * 1024 * 1024
"""The most bytes of a list of objects, which has no pages."""
_logger = logging.getLogger("recordbot.rtc")

MAX_IDLE_CONNECTION = timedelta(seconds=10)
"""How long a kept-alive connection may be idle before a start. Lambda freezes between two calls, and the server may
close the connection meanwhile. A start that is sent on it would have an unknown outcome."""


class RtcClient:
    """Starts, shows, updates and stops recordings of one app.

    `limits` are seconds: to connect, and until the whole answer is there. One operation, with its authentication, takes
    little more than their sum. Raises ValueError for a malformed endpoint or app_id. For one thread at a time.
    """

    def __init__(
        self,
        *,
        endpoint: str = DEFAULT_ENDPOINT,
        app_id: str,
        auth: AkSkAuth | TokenAuth,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = utc_now,
        limits: tuple[float, float] = (3.0, 10.0),
    ) -> None:
        require_endpoint("RTC's endpoint", endpoint)
        if not re.fullmatch(r"[A-Za-z0-9_-]+", app_id):
            raise ValueError(f"app_id has to be letters, digits, _ or -: {app_id!r}")
        self.app_id = app_id
        self._jobs_url = f"{endpoint}/v2/apps/{app_id}/individual-stream-jobs"
        self._objects_url = f"{endpoint}/v2/rtc-ops/buckets/objects"
        self._callback_url = f"{endpoint}/v2/apps/{app_id}/record-callback"
        self._rules_url = f"{endpoint}/v2/apps/{app_id}/record-rules"
        self._auth = auth
        self._session = session or transport.new_session()
        self._clock = clock
        self._limits = limits
        self._last_used = clock()
        self.last_request_id: str | None = None
        """X-request-Id of the last answer, for the log."""
        self.last_date: datetime | None = None
        """RTC's time in the last answer, if it had one."""

    def start(self, request: RecordingRequest) -> RecordingJob:
        """Start a recording, and return the new job, usually still INIT.

        Raises RtcError. After OutcomeUnknown the job may be running, so the start must never be repeated.
        """
        if abs(self._clock() - self._last_used) > MAX_IDLE_CONNECTION:
            self._session.close()  # closes its connections; the next request opens a new one
        answer = self._ask("start", "POST", self._jobs_url, request.body())
        return job_in("start", answer, app_id=self.app_id, room_id=request.room_id, user_id=request.user_id)

    def preview(self, request: RecordingRequest) -> RequestPreview:
        """Return what `start` would send, with its secrets masked. Nothing is sent, and no token is fetched."""
        prepared = self._prepare("POST", self._jobs_url, request.body(), auth=None)
        headers, canonical_request = self._auth.preview(prepared)
        shown = {**prepared.headers, **headers}
        return RequestPreview("POST", self._jobs_url, shown, masked_body(request), canonical_request)

    def show(self, job_id: str) -> RecordingJob:
        """Return the job as it is now. Raises RtcError: NotFound if RTC does not know the job, or no longer."""
        return job_in("show", self._ask("show", "GET", self._job_url(job_id)), job_id=job_id)

    def update(
        self, job_id: str, *, record_param: RecordParam | None = None, publish_param: PublishParam | None = None
    ) -> RecordingJob:
        """Change the recording rule or push URLs, and return the job. Raises RtcError: NotReady while it is INIT."""
        given = {"record_param": record_param, "publish_param": publish_param}
        body = {name: value.model_dump(mode="json") for name, value in given.items() if value is not None}
        return job_in("update", self._ask("update", "PUT", self._job_url(job_id), body), job_id=job_id)

    def stop(self, job_id: str) -> None:
        """Stop the job. A job that is already over counts as stopped. Raises RtcError: NotReady while it is INIT."""
        answer = self._ask("stop", "DELETE", self._job_url(job_id))
        if answer.ok and not answer.body.strip():
            return
        error = error_in("stop", answer)
        if not isinstance(error, AlreadyDone):
            raise error

    def files_of(self, bucket: Bucket, stream_name: str) -> tuple[RecordedFile, ...]:
        """Return the files of a stream in a bucket, as RTC lists them. Raises RtcError."""
        return bucket.files_in(self._list(bucket, stream_name), stream_name)

    def jobs_in(self, bucket: Bucket, room_id: str, user_id: str) -> dict[str, RecordedFile]:
        """Return the jobs of a user of a room that have left files in a bucket, each with a file. Raises RtcError."""
        return bucket.jobs_in(self._list(bucket, ANY_STREAM), room_id, user_id)

    def rule(self, rule_id: str) -> RecordRule:
        """Return a recording rule of the app. Raises RtcError: NotFound if there is no such rule."""
        return rule_in(self._ask("show rule", "GET", f"{self._rules_url}/{quote(rule_id, safe='')}"))

    def callback(self) -> CallbackSetting:
        """Return where RTC calls back about the app's recordings. Raises RtcError."""
        return setting_in("show callback", self._ask("show callback", "GET", self._callback_url))

    def set_callback(self, setting: CallbackSetting) -> CallbackSetting:
        """Let RTC call back there, and nowhere else. Return what it answers. Raises RtcError."""
        return setting_in("set callback", self._ask("set callback", "PUT", self._callback_url, setting.body()))

    def _list(self, bucket: Bucket, stream_name: str) -> Answer:
        return self._ask("list", "GET", f"{self._objects_url}?{bucket.query(stream_name)}", most=_MOST_OF_A_LIST)

    def _job_url(self, job_id: str) -> str:
        return f"{self._jobs_url}/{quote(job_id, safe='')}"

    def _prepare(
        self, method: str, url: str, body: Mapping[str, JsonValue] | None, *, auth: AuthBase | None
    ) -> requests.PreparedRequest:
        content = None if body is None else json.dumps(body).encode()
        # Content-Type is mandatory by Table 2, with or without a body. Of the session only the headers matter: it has
        # no cookies and no login, and to merge them takes a twentieth of a call.
        headers = {**self._session.headers, "Content-Type": "application/json"}
        return requests.Request(method, url, headers=headers, data=content, auth=auth).prepare()

    def _ask(
        self,
        operation: str,
        method: str,
        url: str,
        body: Mapping[str, JsonValue] | None = None,
        most: int = MAX_BODY,
    ) -> Answer:
        began = time.monotonic()
        self.last_request_id = None
        transport.set_deadline(self._session, sum(self._limits) + _FOR_AUTHENTICATION)
        try:
            prepared = self._prepare(method, url, body, auth=self._auth)
        except RtcError:
            raise
        except Exception as error:
            raise NotConnected(operation, error_msg=f"it could not be put together ({type(error).__name__})") from error
        try:
            response = self._session.send(prepared, timeout=self._limits, allow_redirects=False, stream=True)
            content = transport.read_bounded(response, most)
        except RtcError:
            raise
        except transport.NotConnected as error:
            raise NotConnected(operation, error_msg=str(error)) from None
        except Exception as error:
            # requests, urllib3, http.client and ssl each have their own errors for a broken answer. The request may
            # have been sent, so its outcome is unknown.
            raise OutcomeUnknown(operation, error_msg=_in_words(error)) from error
        finally:
            self._last_used = self._clock()
        self.last_date = _date_of(response)
        request_id = transport.header(response.headers, "X-request-Id")
        secrets, push_keys = self._auth.secrets(), _keys_in(body)
        answer = Answer(
            response.status_code,
            masked_in(request_id or "", (*secrets, *push_keys)) or None,
            content,
            clock_ahead=self._clock_ahead(),
            secrets=secrets,
            push_keys=push_keys,
        )
        self.last_request_id = answer.request_id
        milliseconds = round((time.monotonic() - began) * 1000)
        facts = {"operation": operation, "status": answer.status, "request_id": answer.request_id, "ms": milliseconds}
        _logger.info(LogEvent.RTC_ANSWERED, extra=facts)
        return answer

    def _clock_ahead(self) -> timedelta:
        """Return how far our clock is ahead of RTC's; zero if the answer doesn't say, or if no signature needs it."""
        is_signed = isinstance(self._auth, AkSkAuth)
        return self._clock() - self.last_date if is_signed and self.last_date is not None else timedelta(0)


def _date_of(response: requests.Response) -> datetime | None:
    try:
        date = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _keys_in(body: Mapping[str, JsonValue] | None) -> tuple[str, ...]:
    match body:
        case {"publish_param": {"rtmp_urls": [*urls]}}:
            return tuple(key for url in urls for key in keys_in(str(url)))
        case {"auth_key": str(key)}:
            return (key,)
    return ()


def _in_words(error: Exception) -> str:
    if isinstance(error, requests.Timeout | TimeoutError):
        return "no answer in time"
    return f"the connection broke ({type(error).__name__})"
