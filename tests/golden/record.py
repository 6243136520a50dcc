"""The golden record: what a fixed script is answered, and what the functions log, count and call meanwhile.

It shows whether a change that moves and renames things changes any behaviour. `python -m tests.golden.record` writes it
anew; then read the diff. docs/openapi.json, docs/commands.md and the manifests are not in it: tests hold these files to
the code, and git shows when they change.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.golden import script
from tests.golden.play import QUEUES, Play, Step, playing

FOLDER = Path(__file__).parent
OPENAPI = FOLDER.parents[1] / "docs" / "openapi.json"
DOORS = ("SlackFunction", "WebhookFunction")
HEADERS = ("allow", "cache-control", "content-type", "retry-after", "www-authenticate", "x-request-id")
VARYING = (
    "timestamp",
    "location",
    "xray_trace_id",
    "function_request_id",
    "cold_start",
    "ms",
    "rtc_ms",
    "turn_ms",
    "seconds",
    "exception",
)
"""Fields of a log line whose value differs from run to run, or says no more than where the code is."""
OF_NO_STEP = "of no step"
FORMS = (
    (r"http://127\.0\.0\.1:\d+/hooks/(?:commands|actions)/[\w-]+", "<response_url>"),
    (r"127\.0\.0\.1:\d+", "<host>"),
    (r"\b\d{1,13}\.\d{1,11}\.[0-9a-f]{32}\b", "<trigger_id>"),
    (r"(?<=/orders/)(\w{24})\?[^\"\s]+", r"\1?<signature>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<time>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "<time>"),
    (r"\b\d\d:\d\d(:\d\d)?(?= UTC)", "<time>"),
    (r"\b\d{8}T\d{6}Z\b", "<time>"),
    (r"\b1\d{9}\.\d{6}\b", "<ts>"),
    (r"\b1\d{9}\b", "<epoch>"),
    (r"\d+(?= seconds (ahead of|behind) our clock)", "<seconds>"),
    (r"(?<=· )\d+ s\b|(?<=\bafter )\d+ s\b", "<a while>"),
    (r"(?<=\bfor )(?<!\bidle for )\d+ (s|min)\b|\b\d+ (s|min)(?= ago\b)", "<a while>"),
)


def record() -> dict[str, str]:
    """Run the script, and give the record's files by name."""
    with playing() as play:
        script.run(play)
        calls = _aws_calls(play)
    taken = _Taken(play)
    areas = {
        "replies": _written(taken.replies(), opened=2, width=100),
        "webhook": _written({step.name: taken.exchanges(step) for step in play.steps if step.exchanges}, opened=2),
        "rtc": _written(taken.rtc_calls(), opened=2, width=None),
        "logs": _written(taken.logs(), opened=3, width=None),
        "metrics": _written(_metrics(play), opened=2),
        "calls": _written(calls, opened=2),
    }
    return {f"{name}.json": text + "\n" for name, text in areas.items()}


class _Taken:
    """What was taken down of a play, with a stable name in the place of all that differs from run to run."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._documents = [(function, _document(line)) for function, line in play.lines]
        self._step_of = {step.room: step.name for step in play.steps}
        self._names = dict(_names_of_requests(play))
        self._find_orders()

    def replies(self) -> dict[str, list[object]]:
        """By step: what people typed with what they were answered at once, then what Slack was sent later."""
        found: dict[str, list[object]] = {step.name: [] for step in self._play.steps}
        for step in self._play.steps:
            for text, delivery in step.typed:
                assert delivery.answer is not None
                headers = {name.lower(): value for name, value in delivery.answer.headers}
                body = delivery.answer.body
                said = {
                    "typed": text,
                    "by": delivery.person.name,
                    "in": delivery.channel.name if delivery.channel else "",
                    "status": delivery.answer.status,
                    "content-type": headers.get("content-type"),
                    "body": self._stable(_read(body if isinstance(body, bytes) else b"")),
                }
                found[step.name].append(said)
        for call in self._play.slack.calls():
            target = "response_url" if call.door == "response_url" else call.request.path
            sent = {
                "sent": target,
                "status": call.answer.status,
                "body": self._stable(_read(call.request.body)),
            }
            found.setdefault(self._step(call.request.body.decode()), []).append(sent)
        return {name: of_step for name, of_step in found.items() if of_step}

    def exchanges(self, step: Step) -> list[object]:
        """What callers of the webhook were answered."""
        found: list[object] = []
        for what, answer in step.exchanges:
            body = answer.json()
            said = {
                "sent": what,
                "to": f"{answer.request.method} {self._stable(answer.request.url)}",
                "status": answer.status_code,
                "headers": {name: self._stable(answer.headers[name]) for name in HEADERS if name in answer.headers},
                "body": "docs/openapi.json" if body == json.loads(OPENAPI.read_bytes()) else self._stable(body),
            }
            found.append(said)
        return found

    def rtc_calls(self) -> dict[str, list[object]]:
        """By step: what RTC was asked, and how it answered."""
        found: dict[str, list[object]] = {step.name: [] for step in self._play.steps}
        rooms = {job.job_id: job.parameters.room_id for job in self._play.rtc.jobs()}
        for call in self._play.rtc.calls():
            body = _read(call.request.body)
            room = body["room_id"] if body else rooms.get(call.request.path.rpartition("/")[2], "")
            asked = {
                "call": f"{call.request.method} {call.request.path}",
                "body": body,
                "verdict": call.verdict,
                "status": call.answer.status,
            }
            found.setdefault(self._step(room), []).append(asked)
        return {name: of_step for name, of_step in found.items() if of_step}

    def logs(self) -> dict[str, dict[str, list[object]]]:
        """The lines by step and function. A line of an order's is of its step, whenever it was written."""
        found: dict[str, dict[str, list[object]]] = {step.name: {} for step in self._play.steps}
        for function, line in self._documents:
            if "_aws" in line:
                continue
            step = self._step_of.get(line.get("order_id", "")) or self._play.invoked.get(
                line.get("function_request_id", ""), OF_NO_STEP
            )
            stable = {key: f"<{key}>" if key in VARYING else self._stable(value) for key, value in line.items()}
            found.setdefault(step, {}).setdefault(function, []).append(dict(sorted(stable.items())))
        return {name: dict(sorted(of_step.items())) for name, of_step in found.items() if of_step}

    def _find_orders(self) -> None:
        """Find each order's step, and number people's orders; the id of a caller's is a hash, the same each time."""
        for step in self._play.steps:
            for function, line in self._documents:
                order_id = line.get("order_id")
                if function in DOORS and order_id and self._play.invoked[line["function_request_id"]] == step.name:
                    self._step_of[order_id] = step.name
                    if function == "SlackFunction":
                        self._names[order_id] = f"<order {len(self._step_of) - len(self._play.steps)}>"

    def _step(self, text: str) -> str:
        """The step whose room or order the text names."""
        return next((step for word, step in self._step_of.items() if re.search(rf"\b{word}\b", text)), OF_NO_STEP)

    def _stable(self, value: object) -> Any:
        match value:
            case dict():
                stable = {key: self._stable(it) for key, it in value.items()}
                return stable | {key: f"<{key}>" for key in stable if key == "clock_ahead_seconds"}
            case list():
                return [self._stable(it) for it in value]
            case str():
                for varying, name in self._names.items():
                    value = value.replace(varying, name)
                for form, name in FORMS:
                    value = re.sub(form, name, value)
                return value
            case int() if value > 1_000_000_000:
                return "<epoch>"
            case _:
                return value


def _names_of_requests(play: Play) -> Iterator[tuple[str, str]]:
    """Names for the ids of RTC's requests and of the webhook's; the numbers are those of the script."""
    numbers = Counter[str]()
    for call in play.rtc.calls():
        operation = str(call.operation)
        numbers[operation] += 1
        # Which job is shown first is up to the recorder's processes.
        yield (
            call.request_id,
            f"<RTC {operation}>" if operation == "show" else f"<RTC {operation} {numbers[operation]}>",
        )
    answers = [answer for step in play.steps for _, answer in step.exchanges if "x-request-id" in answer.headers]
    for number, answer in enumerate(answers, start=1):
        yield answer.headers["x-request-id"], f"<webhook request {number}>"


def _metrics(play: Play) -> dict[str, dict[str, int]]:
    """How much each function counted, under which name, unit, namespace and dimensions."""
    counted: dict[str, Counter[str]] = {}
    for function, text in play.lines:
        line = _document(text)
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            dimensions = ", ".join(f"{name}={line[name]}" for names in directive["Dimensions"] for name in names)
            for metric in directive["Metrics"]:
                name = f"{directive['Namespace']}, {dimensions}: {metric['Name']} ({metric['Unit']})"
                counted.setdefault(function, Counter())[name] += int(sum(line[metric["Name"]]))
    return {function: dict(sorted(counts.items())) for function, counts in sorted(counted.items())}


def _aws_calls(play: Play) -> dict[str, list[str]]:
    """What each function may be asked to be allowed: its actions, and on what."""
    stack = play.system.stack
    tables = {stack.table_name(it): it for it in ("LedgerTable", "AuditTable")}
    names = {stack.queue_url(it): it for it in QUEUES}
    functions = {function for function, _ in play.lines}
    called: dict[str, set[str]] = {function: set() for function in sorted(functions)}
    for call in stack.aws_calls():
        if call.caller in functions:
            name, slash, index = call.resource.partition("/index/")
            resource = f"{tables[name]}{slash}{index}" if name in tables else call.resource
            called[call.caller].add(f"{call.action} {names.get(resource, resource)}")
    return {function: sorted(actions) for function, actions in called.items()}


def _document(line: str) -> Mapping[str, Any]:
    found = _read(line.encode())
    return found if isinstance(found, dict) else {"text": line}


def _read(body: bytes, empty: Any = None) -> Any:
    """What the bytes are in JSON, or as text where they are none."""
    if not body:
        return empty
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def _written(value: object, *, opened: int, width: int | None = 100, indent: str = "") -> str:
    """JSON with a value a line: so a diff of it shows what is said, and not brackets.

    So many levels are always written over several lines; below them whatever fits in the width stands on one.
    """
    short = json.dumps(value, ensure_ascii=False)
    fits = width is None or len(short) + len(indent) <= width
    if not value or not isinstance(value, dict | list) or (opened <= 0 and fits):
        return short
    inner = indent + " "
    if isinstance(value, dict):
        parts = [(json.dumps(key, ensure_ascii=False) + ": ", it) for key, it in value.items()]
    else:
        parts = [("", it) for it in value]
    written = [inner + name + _written(it, opened=opened - 1, width=width, indent=inner) for name, it in parts]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(written) + f"\n{indent}{closing}"


if __name__ == "__main__":
    for name, text in record().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
