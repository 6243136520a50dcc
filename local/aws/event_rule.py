"""Read the events on an event bus as another system can: by a rule whose target is a queue."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from functions.aws.event_bus import SOURCE
from local.aws.account import Aws
from local.aws.queue_poller import QueuePoller
from local.aws.template import QueueMapping

_BATCH = 10
"""The most events that are received at a time."""


def read_events(aws: Aws, bus: str, take: Callable[[Mapping[str, Any]], None]) -> QueuePoller:
    """Return a poller that hands the detail of each of our events on the bus to `take`."""

    def deliver(_: str, batch: Any) -> None:
        for record in batch["Records"]:
            take(json.loads(record["body"])["detail"])

    mapping = QueueMapping("events", "the reader of events", _BATCH, maximum_concurrency=1, reports_failures=False)
    return QueuePoller(mapping, aws.sqs, aws.deliver_events(bus, SOURCE), deliver, at_once=1)
