"""python -m ops secrets rotate: put a new value into a secret, and later remove the old one.

A value of a list is put before the old one, so both work until the old one is removed. Each step reads the secret, puts
a version that nobody reads yet, and makes it the current one if the version that was read still is. So it can be
interrupted anywhere, and run again.
"""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from functions.worker.configuration import RecorderSecret
from ops.asking import confirm, require_asking, secret_value
from ops.deployment import Deployment
from ops.errors import OpsError
from ops.output import Output
from ops.progress import waiting_for
from ops.rotations import CALLER, MODELS, ListRotation, Replacement, login_of, rotation_of, wrong_form
from ops.secret_versions import Document, StoredSecret, Version
from ops.trying_keys import require_bot_token, require_rtc_key
from shared.rtc.errors import RtcError

_GONE = {"new": "every old", "old": "the new"}
"""What goes, by what is kept."""


def rotate(deployment: Deployment, name: str, output: Output) -> int:
    """Put a new value: made here, or read from a prompt or standard input."""
    rotation = rotation_of(name)
    if isinstance(rotation, Replacement):
        return _replace(deployment, rotation, output)
    secret = _secret(deployment, rotation.secret)
    current = secret.current()
    values = _values(rotation, current.document)
    return (_make if rotation.makes else _bring)(rotation, secret, current, values, output)


def end(deployment: Deployment, name: str, output: Output, *, keep: str, is_sure: bool) -> int:
    """Keep only the new value, or with keep="old" all but the new one. It asks before it does."""
    if not is_sure:
        require_asking(output)
    rotation = rotation_of(name)
    if isinstance(rotation, Replacement):
        raise OpsError(f"{name} has no old value in the secret. Next: {rotation.next_step}")
    secret = _secret(deployment, rotation.secret)
    current = secret.current()
    values = _values(rotation, current.document)
    if len(values) < 2:  # noqa: PLR2004 - an old and a new one
        return _report(output, name, f"{name} has one value: there is nothing to remove", is_changed=False)
    if name == "callback-key":
        _require_rtc_uses(deployment, values[0], keep)
    if not is_sure:
        _ask(rotation, current, keep, output)
    kept = values[:1] if keep == "new" else values[1:]
    secret.make_current(secret.put_pending(_with(rotation, current.document, kept)), over=current)
    return _report(output, name, f"{_GONE[keep]} value of {name} is removed", is_changed=True)


def _make(rotation: ListRotation, secret: StoredSecret, current: Version, values: list[str], output: Output) -> int:
    """Put a value that is made here. If it was made before and did not become current, it is taken again."""
    if len(values) > 1:
        return _report_under_way(rotation, output)
    made = _made_before(rotation, secret, current, values)
    if made is None:
        value = rotation.makes() if rotation.makes else ""
        made = secret.put_pending(_with(rotation, current.document, [value, *values])), value
    version_id, value = made
    if rotation.is_handed_over:  # before it works: if this is interrupted, the next run shows the same one
        output.show({"name": rotation.name, "changed": True, "key": value}, value)
    secret.make_current(version_id, over=current)
    if rotation.is_handed_over and output.as_json:
        return 0
    lines = _steps(rotation) if values else [f"Next: {rotation.next_step}"]
    return _report(output, rotation.name, f"{rotation.name} has a new value", *lines, is_changed=True)


def _bring(rotation: ListRotation, secret: StoredSecret, current: Version, values: list[str], output: Output) -> int:
    """Put a value that the operator brings."""
    value = _brought(rotation.name, rotation.name)
    if value == values[0]:
        return _report_under_way(rotation, output) if len(values) > 1 else _report_unchanged(rotation.name, output)
    if value in values:
        raise OpsError(f"this is the old value of {rotation.name}. Nothing was put")
    if len(values) > 1:
        raise OpsError(
            f"{rotation.name} has a new and an old value already, and this is neither. Nothing was put: "
            f"`secrets rotate {rotation.name} --end` removes the old one first"
        )
    secret.make_current(secret.put_pending(_with(rotation, current.document, [value, *values])), over=current)
    return _report(output, rotation.name, f"{rotation.name} has a new value", *_steps(rotation), is_changed=True)


def _replace(deployment: Deployment, rotation: Replacement, output: Output) -> int:
    """Put values in the place of others, in each secret that has them."""
    stored = [_secret(deployment, name) for name in rotation.secrets]
    found = [(secret, secret.current()) for secret in stored]
    _require_in_use(rotation, found[-1][1].document)
    given = {field: _brought(field, field) for field in rotation.fields}
    _try(deployment, rotation, given)
    users = [it for it in found if it[1].document.get(rotation.fields[0])] or found
    changed = []
    for secret, current in users:
        rest = {name: value for name, value in current.document.items() if name not in rotation.drops}
        if (document := rest | given) != current.document:
            secret.make_current(secret.put_pending(document), over=current)
            changed.append(secret.name)
    if not changed:
        return _report_unchanged(rotation.name, output)
    where = " and ".join(changed)
    return _report(output, rotation.name, f"{where}: {rotation.name} is replaced", _next(rotation), is_changed=True)


def _secret(deployment: Deployment, name: str) -> StoredSecret:
    return StoredSecret(deployment, name, MODELS[name])


def _values(rotation: ListRotation, document: Mapping[str, Any]) -> list[str]:
    """Return the values that there are, the newest first. Raises OpsError if there is none and none may begin."""
    found: Any = document
    for name in rotation.path:
        found = found.get(name) or {}
    if not found and not rotation.may_begin:
        known = ", ".join(document.get("callers") or {}) or "nobody"
        who = rotation.name.removeprefix(CALLER)
        raise OpsError(
            f"no caller {who!r} has a key: {known} has. A new caller is added as docs/operations.md (3) says"
        )
    return list(found)


def _with(rotation: ListRotation, document: Document, values: list[str]) -> Document:
    changed: Document = copy.deepcopy(document)
    place = changed
    for name in rotation.path[:-1]:
        place = place[name]
    place[rotation.path[-1]] = values
    return changed


def _made_before(
    rotation: ListRotation, secret: StoredSecret, current: Version, values: list[str]
) -> tuple[str, str] | None:
    """Return the version, and its new value, that an interrupted run has put on top of the current one."""
    pending = secret.pending(current)
    if pending is None:
        return None
    place: Any = pending.document
    for name in rotation.path:
        place = place.get(name) or {}
    found = list(place)
    if found[1:] != values or _with(rotation, current.document, found) != pending.document:
        return None
    return pending.version_id, found[0]


def _brought(name: str, label: str) -> str:
    value = secret_value(label)
    if wrong := wrong_form(name, value):
        raise OpsError(f"{label}: {wrong}. Nothing was put")
    return value


def _require_in_use(rotation: Replacement, document: Mapping[str, Any]) -> None:
    """Raise OpsError if the recorder uses the other kind of login."""
    used = login_of(RecorderSecret.model_validate(document))
    if rotation.name == "iam-login" and used != rotation.name:
        raise OpsError("the recorder uses an access key, not a login: rotate rtc-key. Nothing was put")
    if rotation.name == "rtc-key" and used != rotation.name:
        raise OpsError("the recorder uses an IAM user's login, not an access key: rotate iam-login. Nothing was put")


def _try(deployment: Deployment, rotation: Replacement, given: Mapping[str, str]) -> None:
    """Raise OpsError unless the new values work. Links are made without a call, so an OBS key is not tried."""
    if rotation.name == "bot-token":
        with waiting_for("Slack"):
            require_bot_token(deployment, given["bot_token"])
    elif rotation.name in {"rtc-key", "iam-login"}:
        with waiting_for("RTC"):
            require_rtc_key(deployment, given)


def _require_rtc_uses(deployment: Deployment, new: str, keep: str) -> None:
    """Raise OpsError if RTC signs its callbacks with a key that would be removed."""
    try:
        with waiting_for("RTC"):
            used = deployment.rtc().callback().auth_key
    except RtcError as error:
        raise OpsError(f"RTC did not say which key signs its callbacks ({error}). Nothing was removed") from None
    if keep == "new" and used not in {new, ""}:
        raise OpsError("RTC still signs with another key than the new one: `callbacks set URL` first")
    if keep == "old" and used == new:
        raise OpsError("RTC signs with the new key already: `secrets rotate callback-key --end` removes the old one")


def _ask(rotation: ListRotation, current: Version, keep: str, output: Output) -> None:
    age = datetime.now(UTC) - current.put_at
    ago = f"{age.days} days" if age.days else f"{age.seconds // 60} minutes"
    ends = f" The old one goes {rotation.ends}." if keep == "new" else ""
    line = f"{rotation.secret} was put {ago} ago.{ends}"
    confirm(output, line, f"Remove {_GONE[keep]} value of {rotation.name}?", otherwise="nothing was removed")


def _report_under_way(rotation: ListRotation, output: Output) -> int:
    what = f"{rotation.name} has a new and an old value already: nothing was put"
    lost = f"If nobody has the new one: `secrets rotate {rotation.name} --undo`, then rotate again"
    lines = [*_steps(rotation), *([lost] if rotation.is_handed_over else [])]
    return _report(output, rotation.name, what, *lines, is_changed=False)


def _report_unchanged(name: str, output: Output) -> int:
    return _report(output, name, f"{name} has this value already: nothing was put", is_changed=False)


def _steps(rotation: ListRotation) -> list[str]:
    end_it = f"Then, {rotation.ends}: `secrets rotate {rotation.name} --end`"
    return [f"Next: {rotation.next_step}", end_it]


def _next(rotation: Replacement) -> str:
    return f"Next: {rotation.next_step}"


def _report(output: Output, name: str, *lines: str, is_changed: bool) -> int:
    output.show({"name": name, "changed": is_changed}, *lines)
    return 0
