"""Slack: whether it accepts the bot tokens, and whether these may do what the app's manifest asks for."""

from collections.abc import Callable, Iterator, Mapping

from bot.manifest import SCOPES
from functions.http.slack_secret import SlackSecret
from functions.worker.configuration import RecorderSecret
from ops.deployment import Deployment
from ops.doctor.finding import BY_AWS, Finding, ok, unknown, wrong
from ops.errors import BadSecret
from ops.trying_keys import SlackAnswer, ask_slack

_TOKENS: Mapping[str, Callable[[Deployment], str | None]] = {
    "SlackSecret": lambda deployment: deployment.secret("SlackSecretArn", SlackSecret).bot_token,
    "RecorderSecret": lambda deployment: deployment.secret("RecorderSecretArn", RecorderSecret).bot_token,
}
_ROTATE = "make one at api.slack.com/apps, OAuth & Permissions: `secrets rotate bot-token`"
_ADD = f"put the secret's parts again, with bot_token: {BY_AWS}"
"""`secrets rotate bot-token` leaves a secret without a token as it is, if the other one has one."""


def check(deployment: Deployment) -> Iterator[Finding]:
    """Ask Slack once for each token: the two secrets should have the same."""
    tokens: dict[str, list[str]] = {}
    without: list[str] = []
    for name, token_of in _TOKENS.items():
        try:
            token = token_of(deployment)
        except BadSecret:
            yield unknown("Slack token", f"{name} can't be read", "fill it first")
            continue
        if token is None:
            without.append(name)
        else:
            tokens.setdefault(token, []).append(name)
    for name in without:
        todo = f"if it should have one, {_ADD if tokens else _ROTATE}"
        yield unknown("Slack token", f"{name} has none: nothing to ask Slack", todo)
    for token, names in tokens.items():
        yield from _of_token(deployment, token, " and ".join(names))


def _of_token(deployment: Deployment, token: str, where: str) -> Iterator[Finding]:
    answer = ask_slack(deployment, token)
    if answer.error and not answer.is_final:
        todo = "is SlackApiUrl right, and can this machine reach it? Then check again"
        yield unknown("Slack token", f"{answer.error}", todo)
    elif answer.error:
        yield wrong("Slack token", f"Slack does not accept that of {where}: {answer.error}", _ROTATE)
    else:
        yield ok("Slack token", f"of {where}: {answer.user} in {answer.team}")
        yield _scopes(answer, where)


def _scopes(answer: SlackAnswer, where: str) -> Finding:
    if answer.scopes is None:
        return unknown("Slack scopes", "Slack did not name them", "compare them with manifest.yaml in the app's page")
    missing = [f"{name} ({why})" for name, why in SCOPES.items() if name not in answer.scopes]
    if missing:
        todo = "in the app's App Manifest paste that of `python -m bot.manifest --url URL`, and reinstall the app"
        return wrong("Slack scopes", f"that of {where} lacks {', '.join(missing)}", todo)
    return ok("Slack scopes", "all of the manifest's")
