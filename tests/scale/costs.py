"""What a recording costs and how many orders a second each limit allows: from the counts, the measured and the assumed.

A billed second is the measured time of a core, divided by the share of a core that the memory gives, and the time that
the counted calls are waited for. The waits are assumed: nothing here ran on AWS.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from functions.ledger.pace import SPARE
from functions.worker.due import MOST, READ
from tests.ledger_table import TABLE
from tests.scale import prices
from tests.scale.measure import CHECK, Measured
from tests.scale.play import Counts
from tests.scale.recording import CHECKS
from tests.template import ALARMS, FUNCTIONS, PARAMETERS

ONE_CORE_MB = 1769
NAMES = tuple(name.removesuffix("Function") for name in FUNCTIONS)
"""Of the functions."""
LIVE = f"{TABLE}/live"
"""The index of all live recordings: one partition for an app."""
WAITS = {"dynamodb": 0.005, "sqs": 0.01, "events": 0.01, "secretsmanager": 0.01, "RTC": 0.15, "Slack": 0.15}
"""Seconds until an answer, assumed. RTC's is that of the bench of crowds."""
PER_A_MONTH = 730 * 3600
_TICKS = PER_A_MONTH / 60
_POLLS = 2 * 5 * PER_A_MONTH / 20
"""Receives of two empty queues: Lambda has five pollers for each, and each receive waits 20 seconds."""
_LINES_OF_LAMBDA = 700
"""Bytes of Lambda's own lines about an invocation, assumed."""
_LINE_OF_THE_API = 350
_SAMPLED = 0.05
"""X-Ray records one invocation a second, and one in twenty of the others."""
_INDEXED_BYTES = 1024
"""Bytes of a recording in the index, assumed."""


def default(parameter: str) -> float:
    """Return the default of a parameter of template.yaml."""
    return float(PARAMETERS[parameter]["Default"])


@dataclass(frozen=True)
class Work:
    """The counts of a recording, with the seconds that it takes."""

    counts: Counts
    measured: Measured

    @property
    def whole(self) -> Counter[str]:
        """Return the counts of all parts."""
        return self.counts.whole

    @property
    def checks(self) -> int:
        """Return how many checks an hour takes."""
        return self.counts.parts.get(CHECKS, Counter())["RTC calls"]

    def invocations(self, function: str) -> float:
        """Return the invocations of Slack, Webhook or Recorder; a message of a tick takes several checks."""
        ticks = self.checks / MOST if function == "Recorder" else 0
        return self.whole[f"{function} invocations"] + ticks

    def seconds(self, function: str, *, of_checks: bool | None = None) -> float:
        """Return the billed seconds of a function; of its checks alone, or without them."""
        share = _memory_mb(function) / ONE_CORE_MB
        total = 0.0
        for name, part in self.counts.parts.items():
            is_checks = name == CHECKS
            if (of_checks is not None and is_checks is not of_checks) or function != _function_of(part):
                continue
            count = part["RTC calls"] if is_checks else part[f"{function} invocations"]
            core = self.measured.core_ms[CHECK if is_checks else f"{function}Function"] / 1000
            total += count * core / share + _waits(part)
        return total

    @property
    def sqs_requests(self) -> float:
        """Return the requests to SQS; a message of a tick takes three."""
        return sum(number for kind, number in self.whole.items() if kind.startswith("sqs ")) + 3 * self.checks / MOST

    @property
    def read_units(self) -> float:
        """Return the read units, with those of the index: a message reads many recordings, of which it takes some."""
        return self.whole["read units"] + self.checks / MOST * READ * _INDEXED_BYTES / 4096 / 2

    @property
    def log_bytes(self) -> float:
        """Return the bytes of the functions' logs, Lambda's and the API's."""
        own = self.checks * self.measured.log_bytes[CHECK]
        own += sum(self.whole[f"{it} invocations"] * self.measured.log_bytes[f"{it}Function"] for it in NAMES)
        return (
            own + sum(map(self.invocations, NAMES)) * _LINES_OF_LAMBDA + self.whole["HTTP requests"] * _LINE_OF_THE_API
        )

    def lines(self, rate: float = 0) -> dict[str, tuple[float, float, prices.Price]]:
        """Return what is billed of a recording: units, USD, and the price. `rate`: orders a second, or few."""
        recorders = self.invocations("Recorder")
        traces = recorders if rate * recorders <= 1 else (1 / rate + _SAMPLED * (recorders - 1 / rate))
        gb_seconds = sum(self.seconds(it) * _memory_mb(it) / 1024 for it in NAMES)
        units = {
            "HTTP API requests": (self.whole["HTTP requests"], prices.HTTP_REQUEST),
            "Lambda requests": (sum(map(self.invocations, NAMES)), prices.LAMBDA_REQUEST),
            "Lambda GB-seconds": (gb_seconds, prices.LAMBDA_GB_SECOND),
            "SQS requests": (self.sqs_requests, prices.SQS_REQUEST),
            "DynamoDB write units of tables": (self.whole["write units of tables"], prices.WRITE_UNIT),
            "DynamoDB write units of indexes": (self.whole["write units of indexes"], prices.WRITE_UNIT),
            "DynamoDB read units": (self.read_units, prices.READ_UNIT),
            "EventBridge events": (self.whole["events"], prices.EVENT),
            "kB of logs": (self.log_bytes / 1000, prices.LOG_KB),
            "X-Ray traces": (traces, prices.TRACE),
        }
        return {name: (number, price.of(number), price) for name, (number, price) in units.items()}

    def usd(self, rate: float = 0) -> float:
        """Return what a recording costs, without what a stack costs while it is idle."""
        return sum(usd for _, usd, _ in self.lines(rate).values())

    def only(self, *names: str) -> "Work":
        """Return the work of these parts."""
        return Work(Counts({name: self.counts.parts[name] for name in names}), self.measured)

    def of_partition(self, start: str) -> int:
        """Return the write units of the partitions whose place and key begin so."""
        return sum(number for key, number in self.counts.partitions.items() if key.startswith(start))

    def limits(self) -> list[tuple[str, prices.Limit, float]]:
        """Return, for one app and its stack: the limit, what is allowed, and what an order takes of it."""
        pace = prices.Limit(
            default("RtcCallsPerSecond") / SPARE,
            "calls of one app, by its pace",
            "decision 13; RTC's own limit is a guess",
        )
        people = prices.Limit(default("PeopleConcurrency"), "PeopleConcurrency of template.yaml", "a parameter")
        callers = prices.Limit(
            default("CallerConcurrency") * 5, "CallerConcurrency of template.yaml, five messages each", "a parameter"
        )
        api = prices.Limit(default("ApiRateLimit"), "ApiRateLimit of template.yaml", "a parameter")
        peoples, others = self.queues()
        needs = [
            ("RTC", pace, float(self.whole["RTC calls"])),
            ("Slack, changed messages", prices.UPDATES, float(self.whole["Slack chat.update"])),
            ("Slack, one channel", prices.POSTS, float(self.whole["Slack chat.postMessage"])),
            ("recorders of people's queue", people, peoples),
            ("recorders of callers' queue", callers, others),
            ("HTTP API", api, float(self.whole["HTTP requests"])),
            ("index `live`: one partition", prices.PARTITION, float(self.of_partition(LIVE))),
            ("the pace's item", prices.PARTITION, float(self.whole["RTC calls"])),
            ("the audit's index `day`: one partition", prices.PARTITION, float(self.of_partition("audit/day"))),
            ("Lambda", prices.CONCURRENCY, sum(map(self.seconds, NAMES))),
            ("tables", prices.TABLE, float(self.whole["write units of tables"])),
            ("EventBridge", prices.PUT_EVENTS, float(self.whole["events PutEvents"])),
        ]
        return sorted((it for it in needs if it[2]), key=lambda it: it[1].allowed / it[2])

    def queues(self) -> tuple[float, float]:
        """Return the recorder's seconds of a recording on people's queue, and on callers'. Checks are on people's."""
        checks, rest = self.seconds("Recorder", of_checks=True), self.seconds("Recorder", of_checks=False)
        callbacks = self.only("RTC's callbacks", "RTC's callbacks, at the webhook").seconds("Recorder")
        is_persons = bool(self.whole["Slack invocations"])
        return (checks + rest - callbacks, callbacks) if is_persons else (checks, rest)


def idle(measured: Measured) -> dict[str, float]:
    """Return what a stack costs a month in USD while nobody records."""
    tick = (measured.core_ms[CHECK] / 1000 / (_memory_mb("Recorder") / ONE_CORE_MB)) * _memory_mb("Recorder") / 1024
    return {
        "3 secrets, each read every five minutes": prices.SECRET.of(3) + prices.SECRET_READ.of(PER_A_MONTH / 300),
        f"{_alarm_metrics()} metrics in alarms": prices.ALARM_METRIC.of(_alarm_metrics()),
        "dashboard": prices.DASHBOARD.of(1),
        f"{measured.metrics} metrics of the functions": prices.METRIC.of(measured.metrics),
        "Lambda's polling of two queues": prices.SQS_REQUEST.of(_POLLS),
        "ticks: Lambda, SQS, DynamoDB, logs, traces": (
            prices.LAMBDA_REQUEST.of(_TICKS)
            + prices.LAMBDA_GB_SECOND.of(_TICKS * tick)
            + prices.SQS_REQUEST.of(3 * _TICKS)
            + prices.READ_UNIT.of(_TICKS / 2)
            + prices.LOG_KB.of(_TICKS * (measured.log_bytes[CHECK] + _LINES_OF_LAMBDA) / 1000)
            + prices.TRACE.of(_TICKS)
        ),
    }


def _function_of(part: Mapping[str, int]) -> str:
    return next((it for it in NAMES if part[f"{it} invocations"]), "Recorder")


def _memory_mb(function: str) -> float:
    return float(FUNCTIONS[f"{function}Function"]["MemorySize"])


def _waits(part: Mapping[str, int]) -> float:
    own = ("sqs ReceiveMessage", "sqs DeleteMessage")  # Lambda's pollers
    calls = ((kind.partition(" ")[0], number) for kind, number in part.items() if kind not in own)
    return sum(WAITS.get(service, 0) * number for service, number in calls)


def _alarm_metrics() -> int:
    return sum(max(1, sum("MetricStat" in it for it in alarm.get("Metrics", []))) for alarm in ALARMS.values())
