"""The Huawei Cloud RTC API as its page describes it, on this machine: jobs, their files, and IAM's token call.

`RtcApi.answer` answers a request without a socket; local/rtc/server.py serves it on a port. It is independent of the
product (it imports nothing of shared/), so that a mistake in one isn't repeated in the other. Source: the API page
"Starting a Single Stream Recording Job" and the pages beside it. `# guess:` marks what they don't say, with the reason.
"""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from local.faults import Faults
from local.http_message import Answer, Request
from local.rtc.admission import Admission
from local.rtc.callbacks import Call as CallbackCall
from local.rtc.callbacks import Callbacks, Manner
from local.rtc.credentials import MADE_UP, Credentials
from local.rtc.faults import NOT_CARRIED_OUT, Fault, Operation
from local.rtc.files import Files, StoredFile
from local.rtc.jobs import Job, Jobs
from local.rtc.obs import is_for, read
from local.rtc.operations import Operations
from local.rtc.refusal import Refused
from local.rtc.routes import Route, route_of

CALLS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """A call and its answer, secrets included, for tests and for the page.

    `verdict` is "accepted", or why the call was refused. `fault` is the fault that was applied, if any.
    """

    received: datetime
    request: Request
    operation: Operation | None
    verdict: str
    answer: Answer
    request_id: str
    fault: Fault | None


class RtcApi:
    """The stand-in. It begins without jobs; its first job's id is "1" (real ids look like 32 hex digits). Thread-safe.

    The arguments are switches for what no source settles.
    """

    def __init__(
        self,
        credentials: Credentials = MADE_UP,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        # guess: how long a job stays INIT. The error table (RTC.00001022) only shows that it does.
        init_time: timedelta = timedelta(seconds=1),
        # guess: how many jobs may be INIT or RUNNING. The error table (RTC.00001007) has no number and no states.
        quota: int = 100,
        # guess: about ten calls a second, from Huawei's limits of similar calls; None: no throttle.
        calls_per_second: int | None = 10,
        # guess: what a start without video_type records. The page says both "the video is not recorded" (None) and
        # "the default value is CAMERASTREAM".
        absent_video: str | None = None,
        # guess: whether a second start of a stream is refused (RTC.00001006). The error table speaks of a duplicated
        # external id, the page of none. Decision 3 believes that RTC records the stream twice.
        refuses_duplicates: bool = False,
        # guess: whether a start needs a rule that exists, or an address to push to. Huawei's Go SDK says "at least one"
        # of record_param and publish_param, the page calls both optional; the page of the rules has one for each app.
        strict_rules: bool = False,
        # guess: whether our key may list buckets. API Explorer has that call with a token only.
        may_list: bool = True,
        # Whether nobody is in a room until somebody joins: then a job ends after its max_idle_time.
        empty_rooms: bool = False,
    ) -> None:
        self.credentials = credentials
        self._clock = clock
        self._init_time = init_time
        self._jobs = Jobs(
            credentials.app_id,
            init_time=init_time,
            quota=quota,
            refuses_duplicates=refuses_duplicates,
            empty_rooms=empty_rooms,
        )
        self._files = Files(credentials.bucket, credentials.region, init_time=init_time)
        self._callbacks = Callbacks()
        self._faults = Faults[Operation | None, Fault]()
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._lock = threading.Lock()
        self._clock_ahead = timedelta(0)
        self._admission = Admission(credentials, clock, calls_per_second)
        self._operations = Operations(
            credentials,
            self._admission,
            self._jobs,
            self._files,
            self._callbacks,
            absent_video=absent_video,
            strict_rules=strict_rules,
            may_list=may_list,
        )

    def answer(self, request: Request) -> Answer:
        """Answer a request; with 5xx only after `misbehave`."""
        request_id = uuid.uuid4().hex
        with self._lock:
            received = self._clock()
            route = route_of(request)
            fault = self._faults.take(route.operation)
            if fault is None or fault.carried_out:
                answer, verdict = self._carry_out(route, request, request_id)
            else:
                answer, verdict = NOT_CARRIED_OUT.apply(Answer(), request_id), "not carried out, as set"
            if fault is not None:
                answer = fault.apply(answer, request_id)
            date = format_datetime(received + self._clock_ahead, usegmt=True)
            answer = replace(answer, headers=(*answer.headers, ("Date", date), ("X-request-Id", request_id)))
            self._calls.append(Call(received, request, route.operation, verdict, answer, request_id, fault))
            return answer

    def jobs(self) -> list[Job]:
        """Return every job in its current state, the oldest first."""
        with self._lock:
            return self._jobs.all(self._clock())

    def files(self) -> list[StoredFile]:
        """Return every file in the bucket, the oldest first."""
        with self._lock:
            self._store(self._clock())
            return self._files.all()

    def name_files(self, name: str) -> None:
        """Name the next files so: a text with `{folder}`, `{stream}` and `{start}`."""
        with self._lock:
            self._files.name = name

    def name_of_files(self) -> str:
        """Return how files are named."""
        with self._lock:
            return self._files.name

    def lose_files(self, times: int | None = 1) -> None:
        """Store no file of the next `times` jobs that end; None means until `behave`."""
        with self._lock:
            self._files.lose(times)

    def read_object(self, request: Request) -> Answer | None:
        """Return OBS's answer to a request; None if it is none to the bucket."""
        with self._lock:
            now = self._clock()
            self._store(now)
            return (
                read(self._files, self.credentials, request, now.timestamp()) if is_for(self._files, request) else None
            )

    def call_back(self, url: str, auth_key: str) -> None:
        """Call back at this address from now on, as the app's setting says."""
        with self._lock:
            self._callbacks.url, self._callbacks.auth_key = url, auth_key

    def callback_setting(self) -> tuple[str, str]:
        """Return where it calls back, and the key with which it signs; empty for none."""
        with self._lock:
            return self._callbacks.url, self._callbacks.auth_key

    def call_back_so(self, manner: Manner) -> None:
        """Call back in this manner, until `behave`."""
        with self._lock:
            self._callbacks.manner = manner

    def callbacks_due(self) -> list[CallbackCall]:
        """Return the callbacks that are to be posted now. Each is returned once."""
        with self._lock:
            now = self._clock()
            return self._callbacks.due(self._store(now), self._files, now)

    def calls(self) -> list[Call]:
        """Return the latest thousand calls, the oldest first."""
        with self._lock:
            return list(self._calls)

    def fail(self, job_id: str) -> None:
        """Let a job die, whatever its state: its stop reason is INTERNAL_ERROR."""
        with self._lock:
            self._jobs.fail(job_id, self._clock())

    def leave(self, room_id: str) -> None:
        """Let the room's publishers disconnect: its jobs end after their max_idle_time."""
        with self._lock:
            self._jobs.leave(room_id, self._clock())

    def join(self, room_id: str) -> None:
        """Let the room's publishers connect again."""
        with self._lock:
            self._jobs.join(room_id, self._clock())

    def stay_init(self, init_time: timedelta) -> None:
        """Let jobs be INIT for so long, also those that are INIT now, until `behave`."""
        with self._lock:
            self._jobs.stay_init(init_time, self._clock())

    def misbehave(self, fault: Fault, *, operation: Operation | None = None, times: int | None = 1) -> None:
        """Apply `fault` to the next `times` calls of `operation`. None means any operation, and until `behave`."""
        with self._lock:
            self._faults.add(fault, operation, times)

    def behave(self) -> None:
        """Remove all faults. Jobs run as soon as before."""
        with self._lock:
            self._faults.clear()
            self._files.lose(0)
            self._callbacks.manner = Manner()
            self._jobs.stay_init(self._init_time, self._clock())

    def check_signatures(self, *, wrong_key: bool = False, clock_ahead: timedelta = timedelta(0)) -> None:
        """Check signatures as usual, or with another secret key or a clock that is ahead. Unlock all keys."""
        with self._lock:
            self._clock_ahead = clock_ahead
            self._admission.check_signatures(wrong_key=wrong_key, clock_ahead=clock_ahead)

    def revoke_tokens(self) -> None:
        """Revoke every token issued so far."""
        with self._lock:
            self._admission.tokens.revoke()

    def _store(self, now: datetime) -> list[Job]:
        jobs = self._jobs.all(now)
        self._files.store(jobs, now)
        return jobs

    def _carry_out(self, route: Route, request: Request, request_id: str) -> tuple[Answer, str]:
        try:
            return self._operations.carry_out(route, request, self._clock()), "accepted"
        except Refused as refusal:
            return refusal.answer(request_id), refusal.why
