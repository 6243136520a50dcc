"""python -m ops config: write, check, compare, show and roll back the team's configuration."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from functions.ledger.configurations import StoredTeam
from functions.ledger.new_versions import Conflict, Holding, NoVersion, holding, put_version, version_to_restore
from ops.deployment import Deployment, one_line
from ops.errors import OpsConflict, OpsError
from ops.output import Output
from ops.progress import silence
from shared.team import SHIPPED, Team
from shared.team_changes import Change, changes
from shared.team_document import MOST_BYTES, BadTeam
from shared.team_yaml import read_team_yaml, written

HEADING = "# recordbot: "
"""Begins the lines that `show` writes above a document. They are no part of it: `put` leaves them out."""


def check(file: str, output: Output) -> int:
    """Say whether the file holds a valid document. This needs no deployment."""
    try:
        team = read_team_yaml(_text(file))
    except BadTeam as error:
        problems = [f"{file}: {problem}" for problem in error.problems]
        output.show({"valid": False, "problems": error.problems}, *problems)
        return 1
    counts = {
        "rules": len(team.rules),
        "operators": len(team.operators),
        "callers": len(team.callers),
        "presets": len(team.presets),
        "channels": len(team.channels),
    }
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    output.show({"valid": True, **counts}, f"{file} is valid: {summary}")
    return 0


def diff(deployment: Deployment, file: str, output: Output) -> int:
    """Show what `put` would change."""
    _, team = _read(file)
    with one_line(deployment.name):
        found = holding(deployment.configurations())
    what = _changes_since(found, team)
    output.show(
        {"version": found.number, "wrong": found.wrong or None, "changes": _as_json(what)},
        *_warning(found),
        f"against version {found.number} of {deployment.name}:",
        *_lines(what),
    )
    return 0


def put(deployment: Deployment, file: str, over: int | None, output: Output) -> int:
    """Make the file's document the current one, and show what that changes."""
    source, team = _read(file)
    with one_line(deployment.name):
        found = holding(deployment.configurations())
    return _put(deployment, found, source, team, found.number if over is None else over, output)


def rollback(deployment: Deployment, number: int | None, output: Output) -> int:
    """Make an earlier document the current one again, as a new version."""
    try:
        with one_line(deployment.name):
            found = holding(deployment.configurations())
            old = version_to_restore(deployment.configurations(), number)
        team = old.team()
    except NoVersion as error:
        raise OpsError(f"{deployment.name}: {error}") from None
    except BadTeam as error:
        raise OpsError(f"version {number} can't be used again: {error}") from None
    return _put(deployment, found, old.source, team, found.number, output)


def show(deployment: Deployment, output: Output) -> int:
    """Print the current document as its author wrote it, below lines that say which version it is."""
    with one_line(deployment.name):
        configurations = deployment.configurations()
        found, kept = holding(configurations), [*configurations.versions()]
    earlier = [it for it in kept if it.number != found.number]
    document = {
        **_version(found.stored),
        "wrong": found.wrong or None,
        "source": _source(found),
        "earlier": [_version(it) for it in earlier],
    }
    heading = [f"version {found.number} of {deployment.name}"]
    if found.stored:
        heading = [f"{heading[0]}, put {_when(found.stored)}"]
    elif not found.wrong:
        heading = [f"{heading[0]}: nobody has put one, and these default rules apply"]
    heading += [*_warning(found), *(f"earlier: version {it.number}, put {_when(it)}" for it in earlier)]
    output.show(document, *(HEADING + line for line in heading), _source(found).removesuffix("\n"))
    return 0


def _put(deployment: Deployment, found: Holding, source: str, team: Team, over: int, output: Output) -> int:
    if found.stored and not found.wrong and found.stored.source == source and found.number == over:
        there = f"version {found.number} of {deployment.name} is this document already: nothing was put"
        output.show({"version": found.number, "over": found.number, "changes": []}, there)
        return 0
    now = datetime.now(UTC)
    try:
        with one_line(deployment.name):
            new = put_version(deployment.configurations(), source, team, by=deployment.user, now=now, over=over)
    except Conflict as error:
        raise OpsConflict(f"{deployment.name}: {error}") from None
    except BadTeam as error:
        raise OpsError(str(error)) from None
    what = _changes_since(found, team)
    output.show(
        {"version": new.number, "over": found.number, "changes": _as_json(what)},
        *_lines(what),
        f"version {new.number} is in use in {deployment.name} within a minute; `rollback` goes back to an earlier one",
    )
    return 0


def _read(file: str) -> tuple[str, Team]:
    text = _text(file)
    try:
        return text, read_team_yaml(text)
    except BadTeam as error:
        raise OpsError(f"{file}: {error}") from None


def _text(file: str) -> str:
    """Return the file's text, or that of standard input for -, without the lines that `show` has written above it."""
    try:
        with silence(), sys.stdin.buffer if file == "-" else Path(file).open("rb") as opened:
            content = opened.read(2 * MOST_BYTES)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise OpsError(f"{file} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OpsError(f"{file} is no text in UTF-8") from None
    while text.startswith(HEADING):
        text = text.partition("\n")[2]
    return text


def _changes_since(found: Holding, team: Team) -> list[Change] | None:
    """Return what changes; None if nobody knows, because what was put last is broken."""
    return None if found.wrong else changes(found.team, team)


def _lines(what: Sequence[Change] | None) -> list[str]:
    if what is None:
        return ["what changes is unknown, because what was put last is broken"]
    return [str(change) for change in what] or ["nothing changes but the text"]


def _as_json(what: Sequence[Change] | None) -> list[dict[str, object]] | None:
    return None if what is None else [change.model_dump() for change in what]


def _warning(found: Holding) -> list[str]:
    return [f"WRONG: {found.wrong}. The newest valid version is used instead"] if found.wrong else []


def _version(stored: StoredTeam | None) -> dict[str, object]:
    if stored is None:
        return {"version": 0, "put_at": None, "put_by": None}
    return {"version": stored.number, "put_at": stored.put_at.isoformat(), "put_by": stored.put_by}


def _when(stored: StoredTeam) -> str:
    return f"{stored.put_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC by {stored.put_by}"


def _source(found: Holding) -> str:
    if found.stored:
        return found.stored.source
    return "" if found.wrong else written(SHIPPED)
