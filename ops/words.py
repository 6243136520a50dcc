"""The commands of `.venv/bin/python -m ops`: what an operator does to a deployment."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops.output import Output
from ops.progress import saying
from shared.command_line import CommandLine

if TYPE_CHECKING:
    from ops.deployment import Deployment

_DESCRIPTION = "Act on a deployed stack, or on the local system while `make demo` runs it."
_STATUSES = """exit status:
  0  done
  1  it can't be done: a line on standard error says why; or doctor has found something wrong
  2  these arguments make no command
  3  somebody else has put another version meanwhile, and nothing was written
"""
_FORM = argparse.RawDescriptionHelpFormatter

type _Words = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it nowhere else
type _Run = Callable[[argparse.Namespace, Output], int]


def main(command: CommandLine, arguments: list[str]) -> int:
    """Run one command, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog=".venv/bin/python -m ops", description=_DESCRIPTION, epilog=_STATUSES, formatter_class=_FORM
    )
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_doctor(words)
    _add_config(words)
    _add_callbacks(words)
    _add_recordings(words)
    _add_dead_letters(words)
    _add_secrets(words)
    _add_audit(words)
    _add_forget(words)
    options = parser.parse_args(arguments)
    run: _Run = options.run
    with saying():
        return run(options, Output(command, options.json))


def _shared(name: str, **settings: str) -> argparse.ArgumentParser:
    """Return a parent of commands: it gives them this argument."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(name, **settings)  # type: ignore[arg-type] # its types are those of all actions
    return parent


_DEPLOYMENT = argparse.ArgumentParser(add_help=False)
_which = _DEPLOYMENT.add_mutually_exclusive_group()
_which.add_argument(
    "--stack", default="recordbot", metavar="NAME", help="in the AWS account of your shell (default: recordbot)"
)
_which.add_argument(
    "--local", action="store_true", help="the local system of `make demo`, whose page is on PORT, else 3000"
)
_JSON = _shared("--json", action="store_true", help="print one JSON document")
_BOTH = (_DEPLOYMENT, _JSON)
_FILE = _shared("file", metavar="FILE", help="YAML as in parameters/team.example.yaml; - is standard input")
_SURE = _shared("--yes", action="store_true", help="do it without asking")
_ID = "of the order, or of its message, as `show` prints them"


def _word(
    words: _Words, name: str, about: str, run: _Run | None, *parents: argparse.ArgumentParser
) -> argparse.ArgumentParser:
    description = f"{about[0].upper()}{about[1:]}."
    word = words.add_parser(
        name, help=about, description=description, epilog=_STATUSES, formatter_class=_FORM, parents=parents
    )
    word.set_defaults(run=run)
    return word


def _verbs(words: _Words, name: str, about: str) -> _Words:
    """Add a command that has commands of its own."""
    return _word(words, name, about, None).add_subparsers(required=True, metavar="COMMAND", dest="verb")


# Each command imports its own parts: --help should not wait for boto3.


def _deployment(options: argparse.Namespace) -> "Deployment":
    from ops.deployment import deployed, running_here  # noqa: PLC0415

    return running_here() if options.local else deployed(options.stack)


def _add_doctor(words: _Words) -> None:
    _word(words, "doctor", "check each part, and say what is wrong and what to do", _doctor, *_BOTH)


def _doctor(options: argparse.Namespace, output: Output) -> int:
    from ops.doctor import examine  # noqa: PLC0415

    return examine.run(_deployment(options), output)


def _add_config(words: _Words) -> None:
    verbs = _verbs(words, "config", "write, check, compare, show and roll back the team's configuration")
    put = _word(verbs, "put", "make a document the current one, and show what that changes", _config, _FILE, *_BOTH)
    put.add_argument(
        "--over",
        type=int,
        metavar="VERSION",
        help="put only if this version is current, as `show` and `diff` name it (default: the one that is current now)",
    )
    _word(verbs, "check", "say whether a document is valid; this needs no deployment", _config, _FILE, _JSON)
    _word(verbs, "diff", "show what `put` would change", _config, _FILE, *_BOTH)
    _word(verbs, "show", "print the current document, and which versions are kept", _config, *_BOTH)
    about = "make an earlier document the current one again, as a new version"
    rollback = _word(verbs, "rollback", about, _config, *_BOTH)
    rollback.add_argument(
        "version", nargs="?", type=int, metavar="VERSION", help="default: the newest valid one before the current"
    )


def _config(options: argparse.Namespace, output: Output) -> int:
    from ops import config  # noqa: PLC0415

    if options.verb == "check":
        return config.check(options.file, output)
    deployment = _deployment(options)
    match options.verb:
        case "put":
            return config.put(deployment, options.file, options.over, output)
        case "diff":
            return config.diff(deployment, options.file, output)
        case "rollback":
            return config.rollback(deployment, options.version, output)
    return config.show(deployment, output)


def _add_callbacks(words: _Words) -> None:
    verbs = _verbs(words, "callbacks", "show and set where RTC calls back about recordings")
    _word(
        verbs, "show", "say where RTC calls back, and whether this deployment accepts its signature", _callbacks, *_BOTH
    )
    about = "let RTC call back at an address; shows what that replaces, and asks"
    put = _word(verbs, "set", about, _callbacks, _SURE, *_BOTH)
    put.add_argument("url", metavar="URL", help="the stack's output RtcCallbackUrl, which `show` prints too")


def _callbacks(options: argparse.Namespace, output: Output) -> int:
    from ops import callbacks  # noqa: PLC0415

    if options.verb == "set":
        return callbacks.put(_deployment(options), options.url, output, is_sure=options.yes)
    return callbacks.show(_deployment(options), output)


def _add_recordings(words: _Words) -> None:
    _word(words, "recordings", "list the recordings that are planned or run", _recordings, *_BOTH)


def _recordings(options: argparse.Namespace, output: Output) -> int:
    from ops import recordings  # noqa: PLC0415

    return recordings.show(_deployment(options), output)


def _add_dead_letters(words: _Words) -> None:
    verbs = _verbs(words, "dead-letters", "show the orders that were given up, process them again, or drop them")
    _word(verbs, "show", "say whose orders they are, why they are here, and how old they are", _dead_letters, *_BOTH)
    about = "let orders be processed again; if interrupted, run it again"
    redrive = _word(verbs, "redrive", about, _dead_letters, *_BOTH)
    which = redrive.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", metavar="ID", help=_ID)
    which.add_argument("--all", action="store_true", help="each that is an order")
    drop = _word(verbs, "drop", "delete a dead letter for ever; shows it, and asks", _dead_letters, _SURE, *_BOTH)
    drop.add_argument("id", metavar="ID", help=_ID)


def _dead_letters(options: argparse.Namespace, output: Output) -> int:
    from ops import dead_letters  # noqa: PLC0415

    deployment = _deployment(options)
    match options.verb:
        case "redrive":
            return dead_letters.redrive(deployment, options.id, output)
        case "drop":
            return dead_letters.drop(deployment, options.id, output, is_sure=options.yes)
    return dead_letters.show(deployment, output)


def _add_secrets(words: _Words) -> None:
    verbs = _verbs(words, "secrets", "rotate what is in the secrets")
    about = "put a new value beside the old one, or in its place; if interrupted, run it again"
    rotate = _word(verbs, "rotate", about, _rotate, _SURE, *_BOTH)
    rotate.add_argument(
        "name",
        metavar="NAME",
        help="signing-secret, status-keys, callback-key, caller:NAME, bot-token, rtc-key, iam-login or obs-key; "
        "what is not made here is asked for, or read from standard input, one value a line",
    )
    which = rotate.add_mutually_exclusive_group()
    which.add_argument("--end", action="store_true", help="remove the old value; asks")
    which.add_argument("--undo", action="store_true", help="remove the new value again; asks")


def _rotate(options: argparse.Namespace, output: Output) -> int:
    from ops import secrets  # noqa: PLC0415

    deployment = _deployment(options)
    if options.end or options.undo:
        keep = "new" if options.end else "old"
        return secrets.end(deployment, options.name, output, keep=keep, is_sure=options.yes)
    return secrets.rotate(deployment, options.name, output)


def _add_audit(words: _Words) -> None:
    word = _word(words, "audit", "print who did what, the oldest first", _audit, _DEPLOYMENT)
    when = "7d, 24h or 90m ago, a day, or a time as 2026-11-02T14:00+01:00; UTC without a zone"
    word.add_argument("--since", default="24h", metavar="TIME", help=f"{when} (default: 24h)")
    word.add_argument("--until", metavar="TIME", help="the same (default: now)")
    word.add_argument("--who", metavar="ID", help="a Slack user id, a caller's name, or who ran python -m ops")
    word.add_argument("--room", metavar="ROOM", help="only what is about this room")
    word.add_argument("--job", metavar="JOB", help="only what is about this job")
    form = word.add_mutually_exclusive_group()
    form.add_argument("--format", choices=("table", "jsonl", "csv"), default="table", help="(default: table)")
    form.add_argument("--json", action="store_true", help="print a JSON document for each record, as --format jsonl")


def _audit(options: argparse.Namespace, output: Output) -> int:
    from ops import audit  # noqa: PLC0415

    now = datetime.now(UTC)
    until = now if options.until is None else audit.time_of(options.until, now)
    wanted = audit.Wanted(audit.time_of(options.since, now), until, options.who, options.room, options.job)
    form = "jsonl" if output.as_json else options.format
    return audit.show(_deployment(options), wanted, form, output.command)


def _add_forget(words: _Words) -> None:
    about = "replace a person's id in ledger and audit; if interrupted, run it again"
    word = _word(words, "forget", about, _forget, _SURE, *_BOTH)
    word.add_argument("user", metavar="USER", help="the Slack user id, as U0123ABCD")


def _forget(options: argparse.Namespace, output: Output) -> int:
    from ops import forget  # noqa: PLC0415

    return forget.forget(_deployment(options), options.user, output, is_sure=options.yes)
