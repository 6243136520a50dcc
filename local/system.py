"""The whole system on one machine: what template.yaml describes, between a Slack and an RTC API that stand in.

All that is set from here are the template's Parameters and the secrets' values; the functions know of nothing local.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.built import Built
from local.errors import LocalError
from local.lambda_pool import Invocation
from local.rtc.api import RtcApi
from local.rtc.server import serve
from local.slack.workspace import SlackWorkspace
from local.stack import HostOf, Stack
from local.template import read_template

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
DOOR = "/slack"
"""Where the template has Slack's door."""

_VARIABLES = {"RTC_APP_ID": "RtcAppId", "RTC_PROJECT_ID": "RtcProjectId", "RTC_ENDPOINT": "RtcEndpoint"}
"""The environment's names for the template's parameters that name an RTC app."""


@dataclass(frozen=True, slots=True)
class Account:
    """An RTC app and the keys to it, as the template's parameters and the recorder's secret take them."""

    endpoint: str
    app_id: str
    project_id: str
    secret: Mapping[str, str]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Account":
        """The real account. Raises LocalError naming every variable that is missing or wrong."""
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
            told = ", ".join(f"{variable} is not of the form {forms[variable]}" for variable in wrong)
            raise LocalError(f"--rtc real: {told}")
        return cls(values["RTC_ENDPOINT"], values["RTC_APP_ID"], values["RTC_PROJECT_ID"], secret)


@dataclass(frozen=True, slots=True)
class System:
    """The parts, running. `rtc` is None where the real API is used."""

    stack: Stack
    slack: SlackWorkspace
    rtc: RtcApi | None


@contextmanager
def running(
    *,
    rtc: RtcApi | Account | None = None,
    slack: SlackWorkspace | None = None,
    port: int = 0,
    bot_token: bool = True,
    parameters: Mapping[str, str] | None = None,
    built: Built | None = None,
    host_of: HostOf | None = None,
    on_log: Callable[[str, str], None] | None = None,
    on_call: Callable[[Invocation], None] | None = None,
) -> Iterator[System]:
    """The system, from when it answers until the context ends; then nothing of it is left.

    `rtc`: a stand-in of your own making, or a real account; `bot_token`: whether the bot has one; `parameters`: more of
    the template's; `built`: the artifacts to run instead of the sources; `host_of` has the functions run elsewhere;
    `on_log` gets each function's log lines, `on_call` its calls. Raises LocalError, in one line, if it can't run.
    """
    with ExitStack() as parts:
        workspace = parts.enter_context(slack or SlackWorkspace())
        if isinstance(rtc, Account):
            account, api = rtc, None
        else:
            api = rtc or RtcApi()
            account = _account_of(api, parts.enter_context(serve(api)).endpoint)
        recorder_secret = dict(account.secret) | ({"bot_token": workspace.bot_token} if bot_token else {})
        stack = parts.enter_context(
            Stack(
                TEMPLATE,
                parameters={
                    "RtcEndpoint": account.endpoint,
                    "IamEndpoint": account.endpoint if api else "https://iam.myhuaweicloud.com",
                    "RtcAppId": account.app_id,
                    "RtcProjectId": account.project_id,
                    "SlackApiUrl": workspace.api_url,
                    "SlackResponseUrl": workspace.response_url_prefix,
                    **(parameters or {}),
                },
                secrets={
                    "SlackSecret": {"signing_secrets": [workspace.signing_secret]},
                    "RecorderSecret": recorder_secret,
                },
                port=port,
                built=built,
                host_of=host_of,
                on_log=on_log,
                on_call=on_call,
            )
        )
        workspace.request_url = stack.endpoint + DOOR
        yield System(stack, workspace, api)


def _account_of(api: RtcApi, endpoint: str) -> Account:
    made_up = api.credentials
    keys = {"access_key": made_up.access_key, "secret_key": made_up.secret_key}
    return Account(endpoint, made_up.app_id, made_up.project_id, keys)
