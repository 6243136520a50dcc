"""The alarms: whether each topic has a subscriber."""

from collections.abc import Iterator

from ops.deployment import Deployment, one_line
from ops.doctor.finding import Finding, ok, unknown, wrong

_TOPICS = (("page alarms", "PageTopicArn", "PageEmail"), ("notice alarms", "NoticeTopicArn", "NoticeEmail"))
_PENDING = "PendingConfirmation"
"""SNS lists this instead of an ARN, and "Deleted" for one that has just been removed."""


def check(deployment: Deployment) -> Iterator[Finding]:
    """Check the subscriptions of both topics."""
    client = deployment.client("sns")
    for what, output, parameter in _TOPICS:
        topic = deployment.output(output)
        with one_line(deployment.name):
            pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            found = [it for page in pages for it in page["Subscriptions"]]
        pending = [f"{it['Protocol']} {it['Endpoint']}" for it in found if it["SubscriptionArn"] == _PENDING]
        confirmed = sum(it["SubscriptionArn"].startswith("arn:") for it in found)
        if pending:
            todo = f"click the link in AWS's mail; `aws sns subscribe --topic-arn {topic} ...` sends another"
            yield wrong(what, f"not confirmed: {', '.join(pending)}", todo)
        elif confirmed:
            yield ok(what, f"{confirmed} subscribed and confirmed")
        elif deployment.is_local:
            yield unknown(what, "no alarm has a subscriber, and the local system raises none", "nothing, for a trial")
        else:
            yield wrong(what, "no alarm has a subscriber", f"set {parameter}, or subscribe a pager to {topic}")
