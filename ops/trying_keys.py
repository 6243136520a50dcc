"""Try a key or a token before it is put into a secret, and say what is wrong with one that does not work."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from functions.worker.configuration import RecorderSecret
from ops.deployment import Deployment
from ops.errors import OpsError
from shared import transport
from shared.rtc.client import RtcClient
from shared.rtc.errors import AuthFailed, RtcError

_LIMITS = (5.0, 10.0)
_MOST_READ = 64 * 1024


def require_bot_token(deployment: Deployment, token: str) -> None:
    """Raise OpsError unless Slack accepts the token."""
    answer = ask_slack(deployment, token)
    if answer.error:
        raise OpsError(f"Slack does not accept the token: {answer.error}. Nothing was put")


def require_rtc_key(deployment: Deployment, given: Mapping[str, str]) -> None:
    """Raise OpsError unless RTC accepts the key or the login."""
    try:
        show_no_job(deployment.rtc(RecorderSecret.model_validate(dict(given))))
    except AuthFailed as error:
        raise OpsError(f"RTC does not accept it ({error}). Nothing was put") from None
    except (RtcError, ValueError) as error:
        raise OpsError(f"it can't be tried ({error}). Nothing was put") from None


@dataclass(frozen=True, slots=True)
class SlackAnswer:
    """What Slack says about a token. `error` is its code, or why there is no answer; empty if the token works."""

    error: str
    is_final: bool = True
    """Whether another try would end in the same way."""
    scopes: frozenset[str] | None = None
    """None if Slack did not name them."""
    team: str = ""
    user: str = ""


def ask_slack(deployment: Deployment, token: str) -> SlackAnswer:
    """Ask Slack's auth.test whose token it is."""
    url = f"{deployment.parameter('SlackApiUrl')}auth.test"
    try:
        response = transport.new_session().post(
            url, headers={"Authorization": f"Bearer {token}"}, timeout=_LIMITS, allow_redirects=False, stream=True
        )
        answer = json.loads(transport.read_bounded(response, _MOST_READ))
    except Exception as error:  # noqa: BLE001 - requests, urllib3, http.client, ssl and json each have their own
        return SlackAnswer(f"no answer of Slack at {url} ({type(error).__name__})", is_final=False)
    if not isinstance(answer, dict) or answer.get("ok") is not True:
        code = str(answer.get("error")) if isinstance(answer, dict) else ""
        is_code = re.fullmatch("[a-z_]{2,64}", code)
        return SlackAnswer(code if is_code else f"HTTP {response.status_code}", is_final=bool(is_code))
    scopes = response.headers.get("X-OAuth-Scopes")
    named = None if scopes is None else frozenset(it.strip() for it in scopes.split(",") if it.strip())
    return SlackAnswer("", scopes=named, team=str(answer.get("team", "")), user=str(answer.get("user", "")))


def show_no_job(rtc: RtcClient) -> None:
    """Ask RTC for a job that isn't there: only who may ask gets the answer that there is none. Raises RtcError."""
    try:
        rtc.show(uuid.uuid4().hex)
    except RtcError as error:
        if not error.says_no_job:
            raise
