"""The three secrets: whether they are filled, and of the right form. Their values are never shown."""

from collections.abc import Iterator

from functions.http.slack_secret import SlackSecret
from functions.ledger.new_versions import holding
from functions.webhook_api.configuration import WebhookSecret
from functions.worker.configuration import RecorderSecret
from ops.deployment import Deployment, one_line
from ops.doctor.finding import BY_AWS, Finding, ok, unknown, wrong
from ops.errors import BadSecret, OpsError
from ops.rotations import login_of, wrong_form
from shared.team_document import BadTeam

_FILL = f"fill it with {BY_AWS}"
_COPY = "copy it from Basic Information of the Slack app: `secrets rotate signing-secret`"


def check_slack(deployment: Deployment) -> Iterator[Finding]:
    """Check SlackSecret: signing secrets, which only Slack can confirm, and the bot token."""
    try:
        secret = deployment.secret("SlackSecretArn", SlackSecret)
    except BadSecret as error:
        yield wrong("SlackSecret", str(error), _FILL)
        return
    problems = [wrong_form("signing-secret", it) for it in secret.signing_secrets]
    if any(problems):
        yield wrong("SlackSecret", next(filter(None, problems)), _mend(problems))
        return
    token = "a bot token" if secret.bot_token else "no bot token: forms don't open, and times of day are UTC"
    yield ok("SlackSecret", f"{_count(len(secret.signing_secrets), 'signing secret')}, {token}")


def _mend(problems: list[str]) -> str:
    """Return how to remove the signing secrets that have a problem. `problems` has one for each, the newest first."""
    if len(problems) == 1:
        return _COPY
    if not problems[0]:
        return "`secrets rotate signing-secret --end` removes the old one"
    if all(problems):
        return f"`secrets rotate signing-secret --end`; then {_COPY}"
    return "`secrets rotate signing-secret --undo` removes the new one"


def check_recorder(deployment: Deployment) -> Iterator[Finding]:
    """Check RecorderSecret: the key to RTC, and the bot token."""
    try:
        secret = deployment.secret("RecorderSecretArn", RecorderSecret)
    except BadSecret as error:
        yield wrong("RecorderSecret", str(error), _FILL)
        return
    login = "an access key" if login_of(secret) == "rtc-key" else "an IAM user's login"
    token = "a bot token" if secret.bot_token else "no bot token: messages don't change as recordings do"
    if bool(secret.obs_access_key) != bool(secret.obs_secret_key):
        says = "of obs_access_key and obs_secret_key one is missing, so there are no links to files"
        yield wrong("RecorderSecret", says, "`secrets rotate obs-key`")
        return
    yield ok("RecorderSecret", f"{login}, {token}")


def check_webhook(deployment: Deployment) -> Iterator[Finding]:
    """Check WebhookSecret, and whether its callers are those of the team's configuration."""
    takes_callbacks, named = deployment.takes_callbacks, _callers(deployment)
    try:
        secret = deployment.secret("WebhookSecretArn", WebhookSecret)
    except BadSecret as error:
        if named == [] and not takes_callbacks and "not filled" in str(error):
            yield ok("WebhookSecret", "not filled, and not needed: there are no callers and no callbacks")
        else:
            yield wrong("WebhookSecret", str(error), _FILL)
        return
    if takes_callbacks and not secret.callback_keys:
        says = "RtcCallbacks is true, and there are no callback_keys, so no callback is accepted"
        yield wrong("WebhookSecret", says, "`secrets rotate callback-key`, then `callbacks set URL`")
    else:
        keys = f"{_count(len(secret.callers), 'caller')}, {_count(len(secret.callback_keys), 'callback key')}"
        yield ok("WebhookSecret", keys)
    if named is None:
        yield unknown("callers", "the team's configuration can't be used", "fix that first")
        return
    without_key = sorted({*named} - {*secret.callers})
    without_name = sorted({*secret.callers} - {*named})
    if without_key:
        yield wrong(
            "callers",
            f"{', '.join(without_key)}: named in the team's configuration, without a key: their events get 401",
            f"put a key for each into WebhookSecret: {_FILL}; or remove the name by `config put`",
        )
    if without_name:
        yield wrong(
            "callers",
            f"{', '.join(without_name)}: with a key, and not named in the team's configuration: their events get 403",
            "name each under `callers` by `config put`, or remove its key",
        )
    if not without_key and not without_name:
        yield ok("callers", ", ".join(sorted(named)) or "none")


def _callers(deployment: Deployment) -> list[str] | None:
    """Return the callers in the team's configuration; None if it can't be used."""
    try:
        with one_line(deployment.name):
            return [*holding(deployment.configurations()).team.callers]
    except (BadTeam, OpsError):
        return None


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
