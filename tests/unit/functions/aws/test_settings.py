"""Settings: validated, complete, and the same variables as template.yaml hands to each function."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from functions.aws.settings import (
    Limits,
    RecorderSettings,
    SettingsError,
    SlackSettings,
    WebhookSettings,
    read_settings,
)
from local.aws.template import read_template

SLACK = {
    "SECRET_ID": "slack-secret",
    "ORDER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    "SLACK_COMMAND": "/record",
    "DEFAULT_IDLE_SECONDS": "300",
    "LOG_LEVEL": "INFO",
}
WEBHOOK = {
    "SECRET_ID": "webhook-secret",
    "LEDGER_TABLE": "ledger",
    "RTC_APP_ID": "app1",
    "ORDER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    "WEBHOOK_CALLERS": '{"timetable": {"rooms": [100, "b"]}, "ci": {}}',
    "LOG_LEVEL": "INFO",
}
RECORDER = {
    "SECRET_ID": "recorder-secret",
    "LEDGER_TABLE": "ledger",
    "ORDER_QUEUE_URL": "http://127.0.0.1:5000/123456789012/orders",
    "MAX_RECEIVES": "8",
    "RTC_ENDPOINT": "https://rtc-api.myhuaweicloud.com",
    "RTC_APP_ID": "5ebdb6aa4cb44ca29e8b0a39",
    "RTC_PROJECT_ID": "0b3c0f66a1e64f",
    "IAM_ENDPOINT": "https://iam.myhuaweicloud.com",
    "SLACK_COMMAND": "/record",
    "SLACK_API_URL": "https://slack.com/api/",
    "SLACK_RESPONSE_URL": "https://hooks.slack.com/",
    "LOG_LEVEL": "DEBUG",
}


def test_an_environment_becomes_typed_settings() -> None:
    """Numbers are numbers, and variables of others (PATH) don't disturb."""
    slack = read_settings(SlackSettings, SLACK | {"PATH": "/bin"})
    assert (slack.secret_id, slack.slack_command, slack.default_idle_seconds) == ("slack-secret", "/record", 300)
    callers = read_settings(WebhookSettings, WEBHOOK).webhook_callers
    assert callers == {"timetable": Limits(rooms=frozenset({"100", "b"})), "ci": Limits()}
    recorder = read_settings(RecorderSettings, RECORDER)
    assert (recorder.max_receives, recorder.rtc_endpoint) == (8, "https://rtc-api.myhuaweicloud.com")


def test_every_wrong_variable_is_named_at_once() -> None:
    """Whoever deploys it mends all in one go; values are not repeated."""
    environment = SLACK | {"DEFAULT_IDLE_SECONDS": "soon", "SLACK_COMMAND": "record"}
    del environment["SECRET_ID"]
    with pytest.raises(SettingsError) as refused:
        read_settings(SlackSettings, environment)
    message = str(refused.value)
    assert all(name in message for name in ("SECRET_ID", "DEFAULT_IDLE_SECONDS", "SLACK_COMMAND"))
    assert "ORDER_QUEUE_URL" not in message
    assert "soon" not in message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_ID", ""),
        ("ORDER_QUEUE_URL", "orders"),
        ("MAX_RECEIVES", "1"),
        ("MAX_RECEIVES", "9"),
        ("RTC_ENDPOINT", "https://rtc-api.myhuaweicloud.com/"),
        ("RTC_APP_ID", "app/1"),
        ("IAM_ENDPOINT", "ftp://iam"),
        ("SLACK_API_URL", "https://slack.com/api"),
        ("SLACK_RESPONSE_URL", ""),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_cannot_work_is_refused_at_cold_start(variable: str, value: str) -> None:
    """Rather than met later, in the middle of an order."""
    with pytest.raises(SettingsError, match=variable):
        read_settings(RecorderSettings, RECORDER | {variable: value})


@pytest.mark.parametrize(
    "callers",
    [
        "",
        "[]",
        '{"timetable": {"room": ["100"]}}',
        '{"timetable": {"rooms": "100"}}',
        '{"ci": {"channels": ["#x"]}}',
        '{"U1ANN": {}}',
        '{"a/b": {}}',
    ],
)
def test_a_slip_in_the_callers_opens_nothing(callers: str) -> None:
    """A limit that is misspelt would be none, and a name like a Slack user's would be a mention."""
    with pytest.raises(SettingsError, match="WEBHOOK_CALLERS"):
        read_settings(WebhookSettings, WEBHOOK | {"WEBHOOK_CALLERS": callers})


@pytest.mark.parametrize(
    ("handler", "model"),
    [
        ("functions.slack.handler", SlackSettings),
        ("functions.webhook.handler", WebhookSettings),
        ("functions.recorder.handler", RecorderSettings),
    ],
)
def test_the_variables_are_the_template_s(handler: str, model: type[BaseModel]) -> None:
    """No field without a variable, no variable without a field; POWERTOOLS_* are Powertools' own."""
    template = read_template(Path("template.yaml"))
    variables = next(function.variables for function in template.functions if function.handler == handler)
    ours = {name for name in variables if not name.startswith("POWERTOOLS_")}
    assert ours == {field.alias for field in model.model_fields.values()}
