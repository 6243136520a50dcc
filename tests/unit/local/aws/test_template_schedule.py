"""The rules of which schedules of a template run locally."""

from datetime import timedelta
from pathlib import Path

import pytest

from local.aws.template import read_template
from local.aws.template_node import TemplateError
from local.aws.template_schedule import Schedule
from tests.paths import SAMPLES

TARGET = "Arn: !GetAtt Q.Arn, RoleArn: !GetAtt R.Arn, Input: tick"
WINDOW = 'FlexibleTimeWindow: { Mode: "OFF" }'
RATE = "ScheduleExpression: rate(1 minute)"


def _read(folder: Path, *properties: str) -> Schedule:
    path = folder / "template.yaml"
    text = f"Resources: {{ S: {{ Type: AWS::Scheduler::Schedule, Properties: {{ {', '.join(properties)} }} }} }}"
    path.write_text(text, encoding="utf-8")
    (schedule,) = read_template(path).schedules
    return schedule


def test_a_schedule_has_its_queue_its_role_and_its_message() -> None:
    """By logical id; the message may be an expression, and no state means enabled."""
    (schedule,) = read_template(SAMPLES / "functions" / "template.yaml").schedules
    assert isinstance(schedule.input, dict)
    assert (schedule.queue, schedule.role, schedule.state) == ("TickQueue", "EveryMinuteRole", "ENABLED")
    assert (schedule.every, schedule.retries, schedule.max_age) == (timedelta(minutes=1), 0, timedelta(minutes=1))


def test_without_a_retry_policy_it_is_that_of_aws(tmp_path: Path) -> None:
    """185 times within a day."""
    schedule = _read(tmp_path, RATE, WINDOW, f"Target: {{ {TARGET} }}")
    assert (schedule.retries, schedule.max_age) == (185, timedelta(days=1))


@pytest.mark.parametrize(
    ("rate", "every"),
    [("1 hour", timedelta(hours=1)), ("5 minutes", timedelta(minutes=5)), ("2 days", timedelta(days=2))],
)
def test_a_rate_is_read_in_each_of_its_units(tmp_path: Path, rate: str, every: timedelta) -> None:
    """As AWS writes them."""
    schedule = _read(tmp_path, f"ScheduleExpression: rate({rate})", WINDOW, f"Target: {{ {TARGET} }}")
    assert schedule.every == every


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ((WINDOW, f"Target: {{ {TARGET} }}"), "S.Properties.ScheduleExpression is missing"),
        (("ScheduleExpression: cron(0 9 * * MON)", WINDOW, f"Target: {{ {TARGET} }}"), r"only rate\("),
        (("ScheduleExpression: rate(0 minutes)", WINDOW, f"Target: {{ {TARGET} }}"), r"is rate\(0 minutes\): only"),
        ((RATE, f"Target: {{ {TARGET} }}"), "S.Properties.FlexibleTimeWindow.Mode is missing"),
        ((RATE, "FlexibleTimeWindow: { Mode: FLEXIBLE }", f"Target: {{ {TARGET} }}"), "Mode is FLEXIBLE: only OFF"),
        ((RATE, "FlexibleTimeWindow: { Mode: OFF }", f"Target: {{ {TARGET} }}"), "Mode must be a text, not False"),
        ((RATE, WINDOW, "StartDate: x", f"Target: {{ {TARGET} }}"), "S.Properties.StartDate does not run locally"),
        ((RATE, WINDOW, f"Target: {{ {TARGET}, DeadLetterConfig: {{}} }}"), "DeadLetterConfig does not run locally"),
        ((RATE, WINDOW, "Target: { Arn: !GetAtt Q.Arn, RoleArn: !GetAtt R.Arn }"), "Target.Input is missing"),
        (
            (RATE, WINDOW, "Target: { Arn: q, RoleArn: !GetAtt R.Arn, Input: x }"),
            "Arn must be !GetAtt of a queue",
        ),
        (
            (RATE, WINDOW, "Target: { Arn: !GetAtt Q.Arn, Input: x }"),
            "RoleArn must be !GetAtt of a role",
        ),
    ],
)
def test_what_the_local_scheduler_does_not_do_is_refused_by_its_place(
    tmp_path: Path, properties: tuple[str, ...], message: str
) -> None:
    """Nothing of a schedule is skipped."""
    with pytest.raises(TemplateError, match=message):
        _read(tmp_path, *properties)
