"""All drills, and docs/reliability.md, which says for an operator what they show. `make docs` writes the page."""

from itertools import groupby

from tests.integration.drills import configuration, dynamodb, queue_and_secrets, rtc, slack
from tests.integration.drills.drill import Drill
from tests.paths import ROOT

DRILLS = [*dynamodb.DRILLS, *queue_and_secrets.DRILLS, *rtc.DRILLS, *slack.DRILLS, *configuration.DRILLS]
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = """\
# What happens when something fails

<!-- Made from the drills in tests/integration/drills/ by `make docs`. -->

Each row is a drill: a person types `/record room 100 user001 hd`, and something fails. A test plays every drill, with
the functions as they are deployed, moto for DynamoDB, SQS and Secrets Manager, and stand-ins for RTC and Slack. It
compares what the person reads at the end, how many jobs RTC made, what the ledger says, how many messages are in the
dead-letter queue, and whether the log says that AWS or the ledger could not be used (`aws_away`, `not_stored`), that
the configuration is broken (`configuration_broken`), or what an operator has to know of: a mistake of ours
(`order_failed` or `door_failed`), an answer that was not given (`not_answered`), or a result that was lost
(`result_lost`). Here an order is given up after three receives; a deployment gives it up after eight, in about 18
minutes.

What always holds:

- RTC makes at most one job for each stream that was asked for.
- What RTC said is not lost. If the ledger doesn't take it, it waits on the queue as a *settle* (`not_stored` in the
  log). If the queue doesn't take it either, the person reads the job's id (`result_lost` in the log), and the recorder
  keeps the settle until one of the two works again.
- No message says that nothing was started when something may run.
- While DynamoDB or Secrets Manager can't be used (throttled, failed, no answer), orders wait (`aws_away` in the log).
  No permission, a missing table or a wrong value is a mistake of ours: the log has `order_failed`, and an alarm pages.
- A message can be posted twice; it is never lost while the order is tried.
"""
_TAIL = """\
## More that is tried

| what fails | where it is tested |
|---|---|
| the recorder is killed before or after each write of a start or a stop | `tests/integration/worker/test_killed.py` |
| it is killed before or after each write of another action | `tests/integration/worker/test_killed_actions.py` |
| the recorder is killed while it calls RTC; the same message comes twice at once | `tests/e2e/test_trouble.py` |
| RTC answers with any status from 301 to 504 | `tests/integration/worker/test_statuses.py` |
| the ledger fails while RTC's answer is settled, in each way; stops too | `tests/integration/worker/test_settle.py` |
| the response_url has ended; the table and the queue are gone | `tests/e2e/test_outages.py` |
"""


def document() -> str:
    """Return the page."""
    sections = [_section(part, list(drills)) for part, drills in groupby(_in_order(), key=lambda drill: drill.part)]
    return "\n".join([_HEAD, *sections, _TAIL])


def _in_order() -> list[Drill]:
    parts = list(dict.fromkeys(drill.part for drill in DRILLS))
    return sorted(DRILLS, key=lambda drill: parts.index(drill.part))


def _section(part: str, drills: list[Drill]) -> str:
    rows = [
        f"| {drill.fails} | {'<br>'.join(drill.reads) or 'nothing'} | {drill.jobs} | {drill.ledger} "
        f"| {drill.dead_letters or ''} | {', '.join(f'`{event}`' for event in drill.log)} |"
        for drill in drills
    ]
    head = [
        f"## {part}",
        "",
        f"| {part} ... | the person reads | jobs | ledger | dead letters | log |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
