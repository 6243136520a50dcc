"""EventBridge Scheduler on this machine: it puts the messages of schedules on their queues.

It sends under the name of the schedule, so it may do what the schedule's role may. As on AWS, a message that the queue
does not take is sent again as the retry policy says, and then dropped.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.template_schedule import Schedule

if TYPE_CHECKING:  # boto3-stubs is a development dependency
    from mypy_boto3_sqs import SQSClient

_LONGEST_PAUSE = timedelta(minutes=1)

_logger = logging.getLogger(__name__)


class Scheduler:
    """Fires `schedules`, whose inputs and states are resolved, until `close`: by `fire`, or also by the clock.

    `queues` has the URL of each schedule's queue by logical id, and `client_of` returns the client of a schedule.
    """

    def __init__(
        self,
        schedules: Sequence[Schedule],
        queues: Mapping[str, str],
        client_of: Callable[[str], "SQSClient"],
        *,
        arn_prefix: str,
    ) -> None:
        self._schedules = [it for it in schedules if it.state == "ENABLED"]
        self._queues = queues
        self._clients = {it.name: client_of(it.name) for it in self._schedules}
        self._arn_prefix = arn_prefix
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def fire(self, at: datetime) -> None:
        """Fire all schedules that are enabled, as scheduled for `at`. Their messages are on the queues afterwards."""
        for schedule in self._schedules:
            self._fire(schedule, at)

    def follow_clock(self) -> None:
        """Fire each schedule when its time comes, for the first time after its first interval."""
        for schedule in self._schedules:
            self._run(self._follow_clock, schedule)

    def close(self) -> None:
        """Fire no more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _follow_clock(self, schedule: Schedule) -> None:
        at = datetime.now(UTC) + schedule.every
        while not self._stopping.wait((at - datetime.now(UTC)).total_seconds()):
            self._fire(schedule, at)
            while at <= datetime.now(UTC):  # this machine may have slept
                at += schedule.every

    def _fire(self, schedule: Schedule, at: datetime) -> None:
        if not self._send(schedule, at, 1) and schedule.retries:
            self._run(self._retry, schedule, at)

    def _retry(self, schedule: Schedule, at: datetime) -> None:
        end = datetime.now(UTC) + schedule.max_age
        for attempt in range(2, schedule.retries + 2):
            pause = min(timedelta(seconds=2 ** (attempt - 2)), _LONGEST_PAUSE)
            if self._stopping.wait(pause.total_seconds()) or datetime.now(UTC) > end:
                return
            if self._send(schedule, at, attempt):
                return

    def _send(self, schedule: Schedule, at: datetime, attempt: int) -> bool:
        attributes = {
            "schedule-arn": f"{self._arn_prefix}{schedule.name}",
            "scheduled-time": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "execution-id": str(uuid.uuid4()),
            "attempt-number": str(attempt),
        }
        body = str(schedule.input)
        for name, value in attributes.items():
            body = body.replace(f"<aws.scheduler.{name}>", value)
        try:
            self._clients[schedule.name].send_message(QueueUrl=self._queues[schedule.queue], MessageBody=body)
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.is_set():
                _logger.warning("the schedule %s can't send its message: %s", schedule.name, error)
            return False
        return True

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
