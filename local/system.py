"""The whole system on one machine: what template.yaml describes, with stand-ins for Slack and the RTC API.

This module sets only the template's Parameters and the values of its secrets. The functions can't tell that they run
locally.
"""

import base64
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from functions.ledger.audit import AuditTable
from functions.ledger.configurations import Configurations, StoredTeam
from functions.ledger.table import Table
from local.aws.built import Built
from local.aws.lambda_pool import Invocation
from local.aws.stack import HostOf, Stack
from local.aws.template import read_template
from local.errors import LocalError
from local.rtc.api import RtcApi
from local.rtc.server import serve
from local.slack.workspace import SlackWorkspace
from shared.team import Team
from shared.team_document import team_of

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
DOOR = "/slack"
"""The path of the Slack function in the template."""
CALLBACKS = "/rtc/callbacks"
"""The path of the webhook at which RTC calls back."""
HOOKS = "/hooks/"
"""The path of the webhook in the template, before a caller's name."""

_VARIABLES = {
    "RTC_APP_ID": "RtcAppId",
    "RTC_PROJECT_ID": "RtcProjectId",
    "RTC_ENDPOINT": "RtcEndpoint",
    "RTC_RECORD_RULE_ID": "RecordRuleId",
}
"""The environment variables for the template's parameters of an RTC app."""


@dataclass(frozen=True, slots=True)
class Account:
    """An RTC app and its keys, as the template's parameters and the recorder's secret need them."""

    endpoint: str
    app_id: str
    project_id: str
    secret: Mapping[str, str] = field(repr=False)
    record_rule_id: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Account":
        """Return the real account. Raises LocalError with every variable that is missing or invalid."""
        needed = ("RTC_APP_ID", "RTC_PROJECT_ID", "RTC_ACCESS_KEY", "RTC_SECRET_KEY")
        missing = [name for name in needed if not environment.get(name)]
        if missing:
            raise LocalError(f"--rtc real needs these environment variables: {', '.join(missing)}")
        secret = {"access_key": environment["RTC_ACCESS_KEY"], "secret_key": environment["RTC_SECRET_KEY"]}
        if environment.get("RTC_SECURITY_TOKEN"):
            secret["security_token"] = environment["RTC_SECURITY_TOKEN"]
        template = read_template(TEMPLATE)
        declared = {variable: template.parameters[name] for variable, name in _VARIABLES.items()}
        values = {variable: environment.get(variable) or str(it.get("Default")) for variable, it in declared.items()}
        forms = {variable: str(it["AllowedPattern"]) for variable, it in declared.items()}
        wrong = [variable for variable, form in forms.items() if not re.fullmatch(form, values[variable])]
        if wrong:
            errors = ", ".join(f"{variable} is not of the form {forms[variable]}" for variable in wrong)
            raise LocalError(f"--rtc real: {errors}")
        return cls(
            values["RTC_ENDPOINT"],
            values["RTC_APP_ID"],
            values["RTC_PROJECT_ID"],
            secret,
            values["RTC_RECORD_RULE_ID"],
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller of the webhook: its name, its key (whsec_...), and its limits as in the team's configuration."""

    name: str
    key: str = field(repr=False)
    limits: Mapping[str, object] = field(default_factory=dict)


def new_caller(name: str = "demo", limits: Mapping[str, object] | None = None) -> Caller:
    """Return a caller with a new key."""
    return Caller(name, _new_key(), limits or {})


def _new_key() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True, slots=True)
class System:
    """The running parts. `rtc` is None if the real API is used. `app_id` is that of its app."""

    stack: Stack
    slack: SlackWorkspace
    rtc: RtcApi | None
    callers: Sequence[Caller]
    app_id: str

    @property
    def audit(self) -> AuditTable:
        """Return the audit's table."""
        days = int(str(read_template(TEMPLATE).parameters["AuditRetentionDays"]["Default"]))
        return AuditTable(self.stack.table_name("AuditTable"), timedelta(days=days))

    def hook_url(self, caller: Caller) -> str:
        """Return the URL to which the caller sends its events."""
        return f"{self.stack.endpoint}{HOOKS}{caller.name}"


@contextmanager
def running(
    *,
    rtc: RtcApi | Account | None = None,
    slack: SlackWorkspace | None = None,
    port: int = 0,
    bot_token: bool = True,
    callers: Sequence[Caller] | None = None,
    parameters: Mapping[str, str] | None = None,
    built: Built | None = None,
    host_of: HostOf | None = None,
    by_clock: bool = False,
    files: bool = False,
    on_log: Callable[[str, str], None] | None = None,
    on_call: Callable[[Invocation], None] | None = None,
    on_event: Callable[[Mapping[str, Any]], None] | None = None,
) -> Iterator[System]:
    """Run the system until the context ends; then nothing is left running.

    `rtc`: your own stand-in, or a real account. `bot_token`: whether the bot has one. `callers`: of the webhook; by
    default one without limits. `parameters`: more of the template's. `built`: the artifacts to run instead of the
    sources. `host_of`: runs the functions elsewhere. `by_clock`: schedules fire when their time comes, and not only by
    `stack.fire_schedules`. `files`: RTC calls back about files, the bucket is listed, events are sent. `on_log` gets
    each function's log lines, `on_call` its invocations, `on_event` each event on the event bus. Raises LocalError, in
    one line, if the system can't run.
    """
    known = [new_caller()] if callers is None else callers
    with ExitStack() as parts:
        workspace = parts.enter_context(closing(slack or SlackWorkspace()))
        if isinstance(rtc, Account):
            account, api = rtc, None
        else:
            api = rtc or RtcApi()
            account = _account_of(api, parts.enter_context(serve(api)).endpoint)
        callback_key = _new_key()
        token = {"bot_token": workspace.bot_token} if bot_token else {}
        stack = parts.enter_context(
            Stack(
                TEMPLATE,
                parameters={
                    "RtcEndpoint": account.endpoint,
                    "IamEndpoint": account.endpoint if api else "https://iam.myhuaweicloud.com",
                    "RtcAppId": account.app_id,
                    "RtcProjectId": account.project_id,
                    "RecordRuleId": account.record_rule_id,
                    "SlackApiUrl": workspace.api_url,
                    "SlackResponseUrl": workspace.response_url_prefix,
                    "EventBusName": "default" if files else "",
                    **(_file_parameters(api, account.endpoint) if files and api else {}),
                    **(parameters or {}),
                },
                secrets={
                    "SlackSecret": {"signing_secrets": [workspace.signing_secret], **token},
                    "WebhookSecret": {
                        "callers": {caller.name: [caller.key] for caller in known},
                        "status_keys": [_new_key()],
                        "callback_keys": [callback_key],
                    },
                    "RecorderSecret": {**account.secret, **token, **(_read_key(api) if files and api else {})},
                },
                port=port,
                built=built,
                host_of=host_of,
                by_clock=by_clock,
                on_log=on_log,
                on_call=on_call,
                on_event=on_event,
            )
        )
        _configure(stack, account.app_id, team_of({"callers": {caller.name: caller.limits for caller in known}}))
        workspace.request_url = stack.endpoint + DOOR
        if files and api:
            api.call_back(stack.endpoint + CALLBACKS, callback_key)
        yield System(stack, workspace, api, known, account.app_id)


def _read_key(api: RtcApi) -> dict[str, str]:
    return {"obs_access_key": api.credentials.obs_access_key, "obs_secret_key": api.credentials.obs_secret_key}


def _file_parameters(api: RtcApi, endpoint: str) -> dict[str, str]:
    made_up = api.credentials
    return {
        # Browsers take each name that ends in .localhost for this machine, so the bucket's name can stand before it.
        "ObsEndpoint": endpoint.replace("127.0.0.1", "localhost"),
        "RtcCallbacks": "true",
        "RecordBucket": made_up.bucket,
        "RecordLocation": made_up.region,
        "RecordFolder": f"{made_up.app_id}/mp4/{{stream}}",
    }


def _configure(stack: Stack, app_id: str, team: Team) -> None:
    """Put the team's configuration into the table, before anything asks for it."""
    now = datetime.now(UTC)
    configurations = Configurations(Table(stack.dynamodb, stack.table_name("LedgerTable")), app_id)
    stored = StoredTeam(number=1, put_at=now, put_by="local", source=team.as_json(), document=team.as_json())
    configurations.put(stored, now, over=None)


def _account_of(api: RtcApi, endpoint: str) -> Account:
    made_up = api.credentials
    keys = {"access_key": made_up.access_key, "secret_key": made_up.secret_key}
    return Account(endpoint, made_up.app_id, made_up.project_id, keys, made_up.record_rule_id)
