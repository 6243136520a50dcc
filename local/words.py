"""The words of `.venv/bin/python -m local`: the whole system, or the RTC API alone, on this machine."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.errors import LocalError
from shared.command_line import CommandLine

if TYPE_CHECKING:
    from local.aws.built import Built
    from local.system import Account

PAGE_PORT = 3000
_DESCRIPTION = "The whole system, or the RTC API alone, on this machine."


def main(command: CommandLine, arguments: list[str]) -> int:
    """Run one command of the command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m local", description=_DESCRIPTION)
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    word = words.add_parser("say", help="type commands in the local Slack and print the answers")
    word.add_argument("texts", nargs="+", metavar="TEXT", help='such as "/record room 100 user001 hd"')
    _add_rtc(word)
    _add_built(word)
    word.set_defaults(run=_say)

    word = words.add_parser("hook", help="send a signed event to the webhook and print the outcome")
    word.add_argument("event", metavar="JSON", help="""such as '{"room_id": 100, "user_id": "user001"}'""")
    word.add_argument("--explain", action="store_true", help="show what is signed")
    word.add_argument("--url", help="of a real webhook, with a key in RECORDBOT_WEBHOOK_KEY")
    _add_rtc(word)
    word.set_defaults(run=_hook)

    word = words.add_parser("serve", help="run the local system with its page until interrupted")
    word.add_argument("--port", type=int, default=None, help="of the page (default: PORT, else 3000; 0: any free one)")
    word.add_argument(
        "--slack",
        choices=["local", "socket"],
        default="local",
        help="socket: a real workspace by Socket Mode, with SLACK_APP_TOKEN and, to post as the bot, SLACK_BOT_TOKEN",
    )
    _add_rtc(word)
    _add_built(word)
    word.set_defaults(run=_serve)

    word = words.add_parser("rtc", help="serve the RTC API alone, for any client")
    word.add_argument("--port", type=int, default=0, help="default: any free one")
    word.set_defaults(run=_rtc)

    word = words.add_parser("sam", help="run the functions in SAM's containers, which takes Docker")
    word.set_defaults(run=_sam)

    options = parser.parse_args(arguments)
    run_word: Callable[[argparse.Namespace, CommandLine], int] = options.run
    return run_word(options, command)


def _add_rtc(word: argparse.ArgumentParser) -> None:
    word.add_argument(
        "--rtc",
        choices=["local", "real"],
        default="local",
        help="real: RTC itself, by RTC_APP_ID, RTC_PROJECT_ID, RTC_ACCESS_KEY and RTC_SECRET_KEY",
    )


def _add_built(word: argparse.ArgumentParser) -> None:
    word.add_argument("--built", action="store_true", help="run the artifacts of `make build`, not the sources")


# Each word imports its own parts: `rtc` should not wait for the AWS stand-in, which takes a second to import.


def _begin(*, built: bool = False) -> None:
    """Let the fork servers import what they need, while this process imports what it needs."""
    from local.aws.fork_servers import of_moto, of_our_functions  # noqa: PLC0415

    of_moto()
    if not built:
        of_our_functions()


def _say(options: argparse.Namespace, command: CommandLine) -> int:
    _begin(built=options.built)
    from local.aws.built import find_built  # noqa: PLC0415
    from local.say import say  # noqa: PLC0415
    from local.system import Account, running  # noqa: PLC0415

    account = Account.from_environment(os.environ) if options.rtc == "real" else None
    with running(rtc=account, built=find_built() if options.built else None) as system:
        return 0 if say(system, options.texts, command.show) else 1


def _hook(options: argparse.Namespace, command: CommandLine) -> int:
    from local.hook import PATIENCE_S, Sender, event_of  # noqa: PLC0415

    event = event_of(options.event)
    if options.url:
        key = os.environ.get("RECORDBOT_WEBHOOK_KEY")
        if not key:
            raise LocalError("--url needs the caller's key (whsec_...) in the variable RECORDBOT_WEBHOOK_KEY")
        return 0 if Sender(options.url, key, command.show, options.explain).send(event) else 1
    _begin()
    from local.system import Account, running  # noqa: PLC0415

    account = Account.from_environment(os.environ) if options.rtc == "real" else None
    with running(rtc=account) as system:
        (caller,) = system.callers
        went_well = Sender(system.hook_url(caller), caller.key, command.show, options.explain).send(event)
        system.stack.wait_until_drained(PATIENCE_S)
    return 0 if went_well else 1


def _serve(options: argparse.Namespace, command: CommandLine) -> int:
    _begin(built=options.built)
    from local.aws.built import find_built  # noqa: PLC0415
    from local.demo.serve import served  # noqa: PLC0415
    from local.loopback import PortTaken  # noqa: PLC0415
    from local.system import Account  # noqa: PLC0415

    account = Account.from_environment(os.environ) if options.rtc == "real" else None
    built = find_built() if options.built else None
    if options.slack == "socket":
        return _serve_workspace(command, account, built)
    port = _port(os.environ.get("PORT", "")) if options.port is None else options.port
    try:
        with served(port, account, built=built, show=command.show) as (address, system):
            return command.show_until_interrupt(
                f"recordbot is at {address} (Ctrl-C ends it)",
                *(f"Its webhook: {system.hook_url(caller)} with the key {caller.key}" for caller in system.callers),
            )
    except PortTaken as error:
        other = PAGE_PORT if port != PAGE_PORT else PAGE_PORT + 1
        raise LocalError(f"{error}, as in: PORT={other} make demo") from error


def _port(text: str) -> int:
    if text and not text.isdecimal():
        raise LocalError(f"PORT has to be a number, not {text!r}")
    return int(text or PAGE_PORT)


def _serve_workspace(command: CommandLine, rtc: "Account | None", built: "Built | None") -> int:
    from local.socket_mode import SlackAccount, connected  # noqa: PLC0415

    account = SlackAccount.from_environment(os.environ)
    with connected(account, rtc=rtc, built=built):
        return command.show_until_interrupt("Connected. Type the command in your workspace. (Ctrl-C ends it)")


def _rtc(options: argparse.Namespace, command: CommandLine) -> int:
    from local.rtc.server import serve_alone  # noqa: PLC0415

    return serve_alone(options.port, command)


def _sam(_: argparse.Namespace, command: CommandLine) -> int:
    from local.sam.containers import serve_commands  # noqa: PLC0415

    serve_commands(sys.stdin, command.show)
    return 0
