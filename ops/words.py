"""The words of `.venv/bin/python -m ops`: what an operator does to a deployment."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops.output import Output
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
_STACK = "recordbot"


def main(command: CommandLine, arguments: list[str]) -> int:
    """Run one word of the command line; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog=".venv/bin/python -m ops", description=_DESCRIPTION, epilog=_STATUSES, formatter_class=_FORM
    )
    words = parser.add_subparsers(required=True, metavar="WORD")
    for add in _WORDS:
        add(words)
    options = parser.parse_args(arguments)
    run_word: Callable[[argparse.Namespace, CommandLine], int] = options.run
    return run_word(options, command)


type _Words = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it nowhere else


def _parser(words: "_Words", name: str, about: str) -> argparse.ArgumentParser:
    description = f"{about[0].upper()}{about[1:]}."
    return words.add_parser(name, help=about, description=description, epilog=_STATUSES, formatter_class=_FORM)


def _add_file(word: argparse.ArgumentParser) -> None:
    word.add_argument("file", metavar="FILE", help="YAML as in parameters/team.example.yaml; - is standard input")


def _add_json(word: argparse.ArgumentParser) -> None:
    word.add_argument("--json", action="store_true", help="print one JSON document")


def _add_deployment(word: argparse.ArgumentParser) -> None:
    _add_stack(word)
    _add_json(word)


def _add_stack(word: argparse.ArgumentParser) -> None:
    which = word.add_mutually_exclusive_group()
    which.add_argument(
        "--stack", default=_STACK, metavar="NAME", help=f"in the AWS account of your shell (default: {_STACK})"
    )
    which.add_argument(
        "--local", action="store_true", help="the local system of `make demo`, whose page is on PORT, else 3000"
    )


def _add_doctor(words: "_Words") -> None:
    word = _parser(words, "doctor", "look at each part, and say what is wrong and what to do")
    _add_deployment(word)
    word.set_defaults(run=_doctor)


def _add_config(words: "_Words") -> None:
    config = _parser(words, "config", "write, check, compare, show and roll back the team's configuration")
    verbs = config.add_subparsers(required=True, metavar="WORD")

    verb = _parser(verbs, "put", "let a document hold from now on, and show what that changes")
    _add_file(verb)
    verb.add_argument(
        "--over",
        type=int,
        metavar="VERSION",
        help="put only if this version holds, as `show` and `diff` name it (default: the one that holds now)",
    )
    _add_deployment(verb)
    verb.set_defaults(run=_put)

    verb = _parser(verbs, "check", "say whether a document is valid; this asks no deployment")
    _add_file(verb)
    _add_json(verb)
    verb.set_defaults(run=_check)

    verb = _parser(verbs, "diff", "show what `put` would change")
    _add_file(verb)
    _add_deployment(verb)
    verb.set_defaults(run=_diff)

    verb = _parser(verbs, "show", "print the document that holds, and which versions are kept")
    _add_deployment(verb)
    verb.set_defaults(run=_show)

    verb = _parser(verbs, "rollback", "let an earlier version's document hold again, as a new version")
    verb.add_argument(
        "version", nargs="?", type=int, metavar="VERSION", help="default: the newest valid one before the current"
    )
    _add_deployment(verb)
    verb.set_defaults(run=_rollback)


def _add_callbacks(words: "_Words") -> None:
    callbacks = _parser(words, "callbacks", "show and set where RTC calls back about recordings")
    verbs = callbacks.add_subparsers(required=True, metavar="WORD")

    verb = _parser(verbs, "show", "say where RTC calls back, and whether this deployment takes what it signs")
    _add_deployment(verb)
    verb.set_defaults(run=_show_callbacks)

    verb = _parser(verbs, "set", "let RTC call back at an address; shows what that replaces, and asks")
    verb.add_argument("url", metavar="URL", help="the stack's output RtcCallbackUrl, which `show` prints too")
    verb.add_argument("--yes", action="store_true", help="set it without asking")
    _add_deployment(verb)
    verb.set_defaults(run=_set_callbacks)


def _add_recordings(words: "_Words") -> None:
    word = _parser(words, "recordings", "list the recordings that are planned or run")
    _add_deployment(word)
    word.set_defaults(run=_recordings)


def _add_dead_letters(words: "_Words") -> None:
    letters = _parser(words, "dead-letters", "show the orders that were given up, process them again, or drop them")
    verbs = letters.add_subparsers(required=True, metavar="WORD")

    verb = _parser(verbs, "show", "say whose orders they are, what became of them, and how old they are")
    _add_deployment(verb)
    verb.set_defaults(run=_show_letters)

    verb = _parser(verbs, "redrive", "let orders be processed again; if interrupted, run it again")
    which = verb.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", metavar="ID", help="of the order, or of its message, as `show` prints them")
    which.add_argument("--all", action="store_true", help="each that is an order")
    _add_deployment(verb)
    verb.set_defaults(run=_redrive)

    verb = _parser(verbs, "drop", "delete a dead letter for ever; shows it, and asks")
    verb.add_argument("id", metavar="ID", help="of the order, or of its message, as `show` prints them")
    verb.add_argument("--yes", action="store_true", help="delete it without asking")
    _add_deployment(verb)
    verb.set_defaults(run=_drop)


def _add_secrets(words: "_Words") -> None:
    secrets = _parser(words, "secrets", "rotate what is in the secrets")
    verbs = secrets.add_subparsers(required=True, metavar="WORD")

    verb = _parser(verbs, "rotate", "put a new value beside the old one, or in its place; if interrupted, run it again")
    verb.add_argument(
        "name",
        metavar="NAME",
        help="signing-secret, status-keys, callback-key, caller:NAME, bot-token, rtc-key, iam-login or obs-key; "
        "what is not made here is asked for, or read from standard input, one value a line",
    )
    which = verb.add_mutually_exclusive_group()
    which.add_argument("--end", action="store_true", help="remove the old value; asks")
    which.add_argument("--undo", action="store_true", help="remove the new value again; asks")
    verb.add_argument("--yes", action="store_true", help="remove it without asking")
    _add_deployment(verb)
    verb.set_defaults(run=_rotate)


def _add_audit(words: "_Words") -> None:
    word = _parser(words, "audit", "print who did what, the oldest first")
    when = "7d, 24h or 90m ago, a day, or a time as 2026-11-02T14:00+01:00; UTC without a zone"
    word.add_argument("--since", default="24h", metavar="TIME", help=f"{when} (default: 24h)")
    word.add_argument("--until", metavar="TIME", help="the same (default: now)")
    word.add_argument("--who", metavar="ID", help="a Slack user id, a caller's name, or who ran python -m ops")
    word.add_argument("--room", metavar="ROOM", help="only what is about this room")
    word.add_argument("--job", metavar="JOB", help="only what is about this job")
    form = word.add_mutually_exclusive_group()
    form.add_argument("--format", choices=("table", "jsonl", "csv"), default="table", help="(default: table)")
    form.add_argument("--json", dest="format", action="store_const", const="jsonl", help="the same as --format jsonl")
    _add_stack(word)
    word.set_defaults(run=_audit)


def _add_forget(words: "_Words") -> None:
    word = _parser(words, "forget", "replace a person's id in ledger and audit; if interrupted, run it again")
    word.add_argument("user", metavar="USER", help="the Slack user id, as U0123ABCD")
    word.add_argument("--yes", action="store_true", help="do it without asking")
    _add_deployment(word)
    word.set_defaults(run=_forget)


_WORDS: Sequence[Callable[[_Words], None]] = (
    _add_doctor,
    _add_config,
    _add_callbacks,
    _add_recordings,
    _add_dead_letters,
    _add_secrets,
    _add_audit,
    _add_forget,
)


# Each word imports its own parts: --help should not wait for boto3.


def _deployment(options: argparse.Namespace) -> "Deployment":
    from ops.deployment import deployed, running_here  # noqa: PLC0415

    return running_here() if options.local else deployed(options.stack)


def _put(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import config  # noqa: PLC0415

    return config.put(_deployment(options), options.file, options.over, Output(command, options.json))


def _check(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import config  # noqa: PLC0415

    return config.check(options.file, Output(command, options.json))


def _diff(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import config  # noqa: PLC0415

    return config.diff(_deployment(options), options.file, Output(command, options.json))


def _show(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import config  # noqa: PLC0415

    return config.show(_deployment(options), Output(command, options.json))


def _rollback(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import config  # noqa: PLC0415

    return config.rollback(_deployment(options), options.version, Output(command, options.json))


def _show_callbacks(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import callbacks  # noqa: PLC0415

    return callbacks.show(_deployment(options), Output(command, options.json))


def _set_callbacks(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import callbacks  # noqa: PLC0415

    return callbacks.put(_deployment(options), options.url, Output(command, options.json), is_sure=options.yes)


def _doctor(options: argparse.Namespace, command: CommandLine) -> int:
    from ops.doctor import examine  # noqa: PLC0415

    return examine.run(_deployment(options), Output(command, options.json))


def _recordings(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import recordings  # noqa: PLC0415

    return recordings.show(_deployment(options), Output(command, options.json))


def _show_letters(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import dead_letters  # noqa: PLC0415

    return dead_letters.show(_deployment(options), Output(command, options.json))


def _redrive(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import dead_letters  # noqa: PLC0415

    return dead_letters.redrive(_deployment(options), options.id, Output(command, options.json))


def _drop(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import dead_letters  # noqa: PLC0415

    return dead_letters.drop(_deployment(options), options.id, Output(command, options.json), is_sure=options.yes)


def _rotate(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import secrets  # noqa: PLC0415

    deployment, output = _deployment(options), Output(command, options.json)
    if options.end or options.undo:
        keep = "new" if options.end else "old"
        return secrets.end(deployment, options.name, output, keep=keep, is_sure=options.yes)
    return secrets.rotate(deployment, options.name, output)


def _audit(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import audit  # noqa: PLC0415

    now = datetime.now(UTC)
    until = now if options.until is None else audit.time_of(options.until, now)
    wanted = audit.Wanted(audit.time_of(options.since, now), until, options.who, options.room, options.job)
    return audit.show(_deployment(options), wanted, options.format, command)


def _forget(options: argparse.Namespace, command: CommandLine) -> int:
    from ops import forget  # noqa: PLC0415

    return forget.forget(_deployment(options), options.user, Output(command, options.json), is_sure=options.yes)
