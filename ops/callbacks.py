"""python -m ops callbacks: show and set where RTC calls back about the app's recordings. No key is ever printed."""

import ipaddress
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

from functions.webhook_api.configuration import WebhookSecret
from ops.asking import confirm, require_asking
from ops.deployment import Deployment
from ops.errors import OpsError
from ops.output import Output
from ops.progress import waiting_for
from shared.rtc.callback_setting import CallbackSetting
from shared.rtc.client import RtcClient
from shared.rtc.errors import NotConnected, OutcomeUnknown, RtcError

_PATH = "/rtc/callbacks"
_NEEDS_A_KEY = (
    "WebhookSecret has no callback_keys, and without one no callback is accepted: put one there first, "
    "as docs/operations.md (The files) says"
)

_IN_DOUBT = "it may be set or not: `callbacks show` says which, and `callbacks set` can be run again"


@dataclass(frozen=True, slots=True)
class _Setting:
    """What RTC has now, as people may see it."""

    url: str
    signed: str
    """Whose key signs the callbacks, in words."""

    def __str__(self) -> str:
        return f"{self.url}, {self.signed}" if self.url else "nowhere"


def show(deployment: Deployment, output: Output) -> int:
    """Say where RTC calls back, and whether this deployment accepts what it signs."""
    now = _read(deployment, deployment.rtc(), "it can't be shown")
    seen, own = _seen(now, _keys(deployment)), deployment.callback_url
    is_own = "this deployment is there" if seen.url == own else f"this deployment takes callbacks at {own}"
    document = {"url": seen.url or None, "signed": seen.signed or None, "own_url": own}
    output.show(document, f"RTC calls back: {seen}", is_own)
    return 0


def put(deployment: Deployment, url: str, output: Output, *, is_sure: bool) -> int:
    """Let RTC call back at this address, signed with this deployment's first callback key. It asks before it does."""
    if not is_sure:
        require_asking(output)
    with _if_interrupted("nothing was set"):
        _require_usable(url, deployment)
        keys = _keys(deployment)
        if not keys:
            raise OpsError(f"{deployment.name}: {_NEEDS_A_KEY}. Nothing was set")
        rtc = deployment.rtc()
        now, new = _read(deployment, rtc, "nothing was set"), CallbackSetting(url, keys[0])
        before = _seen(now, keys)
        if now == new:
            output.show(
                {"url": url, "replaced": None, "changed": False}, f"RTC calls back at {url} already: nothing was set"
            )
            return 0
        if not is_sure:
            _ask(output, before, url)
    with _if_interrupted(f"RTC was being asked, and {_IN_DOUBT}"):
        _set(deployment, rtc, new)
    document = {"url": url, "replaced": before.url or None, "changed": True}
    output.show(document, f"RTC calls back at {url} from now on; before: {before}")
    return 0


def _read(deployment: Deployment, rtc: RtcClient, otherwise: str) -> CallbackSetting:
    try:
        with waiting_for("RTC"):
            return rtc.callback()
    except RtcError as error:
        raise OpsError(f"{deployment.name}: {_in_words(error)}; {otherwise}") from None


def _set(deployment: Deployment, rtc: RtcClient, new: CallbackSetting) -> None:
    try:
        with waiting_for("RTC"):
            answered = rtc.set_callback(new)
    except OutcomeUnknown as error:
        raise OpsError(f"{deployment.name}: {_in_words(error)}; {_IN_DOUBT}") from None
    except RtcError as error:
        raise OpsError(f"{deployment.name}: {_in_words(error)}; nothing was set") from None
    if answered.url not in {"", new.url}:
        raise OpsError(f"{deployment.name}: RTC answers that it calls back at {answered.url}; {_IN_DOUBT}")


@contextmanager
def _if_interrupted(line: str) -> Iterator[None]:
    """Say at Ctrl-C what was done."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"recordbot: interrupted: {line}\n")
        raise


def _in_words(error: RtcError) -> str:
    if isinstance(error, NotConnected):
        return f"RTC can't be reached: {error.error_msg}"
    if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"RTC refuses the key of RecorderSecret, or the key may not do this ({error})"
    return f"RTC did not do it ({error})"


def _ask(output: Output, before: _Setting, url: str) -> None:
    """Show what would change, and raise OpsError unless the answer is yes."""
    warning = (
        "" if not before.url or before.url == url else ". The address that is there now gets no callbacks any more"
    )
    now, then = f"RTC calls back: {before}", f"it would then: {url}, signed with this deployment's key{warning}"
    confirm(output, now, then, "Set it?", otherwise="nothing was set")


def _keys(deployment: Deployment) -> Sequence[str]:
    return deployment.secret("WebhookSecretArn", WebhookSecret).callback_keys


def _seen(setting: CallbackSetting, keys: Sequence[str]) -> _Setting:
    if not setting.url:
        return _Setting("", "")
    if not setting.auth_key:
        return _Setting(setting.url, "not signed")
    if setting.auth_key not in keys:
        return _Setting(setting.url, "signed with a key that this deployment does not have")
    first = "the first" if setting.auth_key == keys[0] else "an older"
    return _Setting(setting.url, f"signed with {first} of this deployment's keys")


def _require_usable(url: str, deployment: Deployment) -> None:
    """Raise OpsError unless RTC can call back there, and a door of ours is there."""
    if url == deployment.callback_url:
        if not deployment.takes_callbacks:
            raise OpsError(
                f'{deployment.name} takes no callbacks: deploy it with RtcCallbacks: "true" first. Nothing was set'
            )
        return
    if why := _wrong(url):
        raise OpsError(f"{url!r} {why}. This deployment takes callbacks at {deployment.callback_url}. Nothing was set")


def _wrong(url: str) -> str:
    """Return what is wrong with the address; empty for nothing."""
    try:
        parts = urlsplit(url)
        port_is_one = parts.port != 0
    except ValueError:
        return "is no address"
    if not re.fullmatch("[!-~]{1,2000}", url) or not parts.hostname or not port_is_one:
        return "is no address"
    if parts.scheme != "https":
        return "does not begin with https://: anybody on the way could read the callbacks"
    if parts.username is not None or parts.query or parts.fragment:
        return "has a user, a query or a fragment, which recordbot does not need"
    if not parts.path.endswith(_PATH):
        return f"does not end in {_PATH}, where recordbot takes callbacks"
    return "is private: RTC can't reach it" if _is_private(parts) else ""


def _is_private(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost", ".lan", ".test"))
