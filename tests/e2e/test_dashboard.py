"""The dashboard reads what the functions write: its fields, its messages, its metrics."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.aws.observability import Metric
from local.rtc.faults import Fault
from tests.e2e.conftest import Deployment, eventually
from tests.processes import DRAIN_S
from tests.template import of_type
from tests.webhook_sender import Sender, an_event, outcome

pytestmark = pytest.mark.drill

WORDS = {
    "SOURCE",
    "and",
    "as",
    "bin",
    "by",
    "count",
    "count_distinct",
    "desc",
    "filter",
    "in",
    "ispresent",
    "m",
    "max",
    "or",
}
WORDS |= {"pct", "sort", "stats"}
"""Of Logs Insights' language, as far as the dashboard speaks it."""
LAMBDA_S_OWN = {"record.metrics.initDurationMs", "@log"}
"""https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html: platform.report."""


@pytest.fixture(name="lines")
def _lines(bot: Deployment) -> list[dict[str, Any]]:
    """The lines that the functions wrote, once orders have come to all that the dashboard tells apart."""
    bot.type("ROOM user001")
    bot.read("🔴 Recording user001")
    bot.type("ROOM user001")
    bot.read("Already recording")
    bot.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    bot.type("ROOM user002")
    bot.read("⛔ Not recorded: user002")
    bot.rtc.misbehave(Fault(status=502, body="<html>Bad Gateway</html>"), operation="start")
    bot.type("ROOM user003")
    bot.read("user003", "may or may not")
    caller, *_ = bot.system.callers
    sender = Sender(bot.system.hook_url(caller), caller.key)
    stop = an_event("recording.stop", {"room_id": bot.room, "user_id": "user001"})
    bot.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="stop")
    outcome(sender.send(stop).json()["status_url"])
    outcome(sender.send(stop).json()["status_url"])
    bot.system.stack.wait_until_drained(DRAIN_S)  # so that no other recording is looked at
    bot.rtc.misbehave(Fault(status=404, error_code="RTC.00001003"), operation="show")
    bot.type("ROOM user004")
    bot.read("❓ Lost: user004")
    bot.system.stack.fire_schedules(datetime.now(UTC))
    eventually(lambda: any(Metric.CHECK_LATE in line for line in bot.logs))
    texts = [line.partition(": ")[2] for line in bot.logs]
    return [json.loads(text) for text in texts if text.startswith("{")]


def test_it_reads_what_is_written(lines: list[dict[str, Any]]) -> None:
    """A field, a message or a metric of another name would show an empty widget, and nobody would notice."""
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    widgets = [it["properties"] for it in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]]
    for query in (it["query"] for it in widgets if "query" in it):
        names = re.sub(r"'[^']*'", "", query)
        own = set(re.findall(r" as (\w+)", names))
        fields = set(re.findall(r"@?[a-zA-Z_][\w.]*", names)) - own - WORDS - LAMBDA_S_OWN
        assert not [field for field in fields if not any(field in line for line in lines)], query
        listed = re.search(r"message in \[(.*?)\]", query)
        messages = set(re.findall(r"'([^']*)'", listed[1])) if listed else set()
        assert messages <= {line.get("message") for line in lines}
    counted = {
        (*(it["Name"] for it in directive["Metrics"]), dimension, line[dimension])
        for line in lines
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", [])
        for (dimension,) in directive["Dimensions"]
    }
    assert _ours(widgets) <= counted


def _ours(widgets: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    """Our own metrics, each as its name, its dimension and that one's value; "..." repeats the row before."""
    rows: list[list[str]] = []
    for row in (row for it in widgets for row in it.get("metrics", [])):
        plain = [value for value in row if isinstance(value, str)]
        rows.append([*rows[-1][: len(rows[-1]) + 1 - len(plain)], *plain[1:]] if plain[0] == "..." else plain)
    ours = {tuple(row[1:]) for row in rows if row[0] == "${AWS::StackName}"}
    assert ours
    return ours
