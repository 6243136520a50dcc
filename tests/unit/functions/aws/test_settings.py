"""Settings: validated, complete, and typed."""

import pytest

from functions.aws.settings import SettingsError, read_settings
from functions.slack import SlackSettings

SLACK = {
    "SECRET_ID": "slack-secret",
    "ORDER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    "SLACK_COMMAND": "/record",
    "LEDGER_TABLE": "ledger",
    "RTC_APP_ID": "app1",
    "DEFAULT_IDLE_SECONDS": "300",
    "RECORD_RULE_ID": "",
    "SLACK_API_URL": "https://slack.com/api/",
    "SLACK_RESPONSE_URL": "https://hooks.slack.com/",
}


def test_an_environment_becomes_typed_settings() -> None:
    """Numbers are numbers, and other variables (PATH) are ignored."""
    slack = read_settings(SlackSettings, SLACK | {"PATH": "/bin"})
    assert (slack.secret_id, slack.slack_command, slack.default_idle_seconds) == ("slack-secret", "/record", 300)


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
