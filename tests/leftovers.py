"""Let a test leave nothing behind in a system that it shares.

What one test started is otherwise looked at and told while the next one runs, and that one reads it, or fails for it.
"""

import time
from collections.abc import Callable

from local.system import System

QUEUES = ("OrderQueue", "CallerQueue", "DeadLetterQueue")
GRACE_S = 5.0
"""How long what is being processed may take. A message that a killed recorder had is in flight for minutes."""


def clear(system: System, before: Callable[[System], None] = lambda _: None) -> None:
    """End RTC's jobs, and drop each message, each item of the audit, and of the ledger all but the configuration.

    `before` looks at the tables when nothing is on its way any more.
    """
    assert system.rtc is not None
    for job in system.rtc.jobs():
        if job.state != "STOPPED":
            system.rtc.fail(job.job_id)
    stack = system.stack
    urls = [stack.queue_url(name) for name in QUEUES]
    end = time.monotonic() + GRACE_S
    while any(_in_flight(system, url) for url in urls) and time.monotonic() < end:
        time.sleep(0.05)
    for url in urls:
        stack.sqs.purge_queue(QueueUrl=url)
    try:
        before(system)
    finally:
        _empty(system)


def _empty(system: System) -> None:
    stack = system.stack
    scan = stack.dynamodb.get_paginator("scan")
    for table in map(stack.table_name, ("LedgerTable", "AuditTable")):
        for page in scan.paginate(TableName=table, ProjectionExpression="pk, sk"):
            for item in page["Items"]:
                if not item["pk"]["S"].startswith("CONFIG#"):
                    stack.dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def _in_flight(system: System, url: str) -> bool:
    counts = system.stack.sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    return counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"] != "0"
