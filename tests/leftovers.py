"""Let a test leave nothing behind in a system that it shares.

What one test started is otherwise looked at and told while the next one runs, and that one reads it, or fails for it.
"""

import time
from collections.abc import Callable
from itertools import batched

from local.slack.chat import Chat
from local.system import System

QUEUES = ("OrderQueue", "CallerQueue", "DeadLetterQueue")
GRACE_S = 5.0
"""How long what is being processed may take. A message that a killed recorder had is in flight for minutes."""
AT_ONCE = 25
"""The most items that DynamoDB deletes in a call."""


def clear(system: System, before: Callable[[System], None] = lambda _: None) -> None:
    """End RTC's jobs, empty the queues and tables (the team's configuration stays), and delete what was said in Slack.

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
    _delete_messages(system.slack.chat)
    try:
        before(system)
    finally:
        _empty(system)


def _delete_messages(chat: Chat) -> None:
    """The page draws all that is there at each change."""
    for channel in list(chat.channels.values()):
        for message in chat.messages(channel):
            chat.delete(message)


def _empty(system: System) -> None:
    stack = system.stack
    scan = stack.dynamodb.get_paginator("scan")
    for table in map(stack.table_name, ("LedgerTable", "AuditTable")):
        pages = scan.paginate(TableName=table, ProjectionExpression="pk, sk")
        keys = [it for page in pages for it in page["Items"] if not it["pk"]["S"].startswith("CONFIG#")]
        for some in batched(keys, AT_ONCE, strict=False):
            stack.dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": it}} for it in some]})


def _in_flight(system: System, url: str) -> bool:
    counts = system.stack.sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    return counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"] != "0"
