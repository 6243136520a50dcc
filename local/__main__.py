"""python -m local: the whole system, or the RTC API alone, on this machine."""

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.aws.built import find_built
from local.errors import LocalError

if TYPE_CHECKING:
    from local.system import Account

PAGE_PORT = 3000


def main(arguments: list[str] | None = None) -> int:
    """Run one word of the command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    words = parser.add_subparsers(required=True, metavar="WORD")

    word = words.add_parser("say", help="type commands in the local Slack and print the answers")
    word.add_argument("texts", nargs="+", metavar="TEXT", help='such as "/record room 100 user001 hd"')
    _add_rtc(word)
    _add_built(word)
    word.set_defaults(run=_say)

    word = words.add_parser("hook", help="send a signed event to the webhook and print what came of it")
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that everything is ended in order
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except LocalError as error:
        print(f"recordbot: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


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


def _say(options: argparse.Namespace) -> int:
    from local.say import say  # noqa: PLC0415
    from local.system import Account, running  # noqa: PLC0415

    account = Account.from_environment(os.environ) if options.rtc == "real" else None
    with running(rtc=account, built=find_built() if options.built else None) as system:
        return 0 if say(system, options.texts, lambda line: print(line, flush=True)) else 1


def _hook(options: argparse.Namespace) -> int:
    from local.hook import PATIENCE_S, Sender, event_of  # noqa: PLC0415
    from local.system import Account, running  # noqa: PLC0415

    def show(line: str) -> None:
        print(line, flush=True)

    event = event_of(options.event)
    if options.url:
        key = os.environ.get("RECORDBOT_WEBHOOK_KEY")
        if not key:
            raise LocalError("--url needs the caller's key (whsec_...) in the variable RECORDBOT_WEBHOOK_KEY")
        return 0 if Sender(options.url, key, show, options.explain).send(event) else 1
    account = Account.from_environment(os.environ) if options.rtc == "real" else None
    with running(rtc=account) as system:
        (caller,) = system.callers
        went_well = Sender(system.hook_url(caller), caller.key, show, options.explain).send(event)
        system.stack.wait_until_drained(PATIENCE_S)
    return 0 if went_well else 1


def _serve(options: argparse.Namespace) -> int:
    from local.demo.serve import served  # noqa: PLC0415
    from local.system import Account  # noqa: PLC0415

    account = Account.from_environment(os.environ) if options.rtc == "real" else None
    if options.slack == "socket":
        return _serve_workspace(options, account)
    port = _port(os.environ.get("PORT", "")) if options.port is None else options.port
    with served(port, account, built=find_built() if options.built else None) as (address, system):
        print(f"recordbot is at {address} (Ctrl-C ends it)", flush=True)
        for caller in system.callers:
            print(f"Its webhook: {system.hook_url(caller)} with the key {caller.key}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


def _port(text: str) -> int:
    if text and not text.isdecimal():
        raise LocalError(f"PORT has to be a number, not {text!r}")
    return int(text or PAGE_PORT)


def _serve_workspace(options: argparse.Namespace, rtc: "Account | None") -> int:
    from local.socket_mode import SlackAccount, connected  # noqa: PLC0415

    account = SlackAccount.from_environment(os.environ)
    with connected(account, rtc=rtc, built=find_built() if options.built else None):
        print("Connected. Type the command in your workspace. (Ctrl-C ends it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


def _rtc(options: argparse.Namespace) -> int:
    from local.rtc.server import main as serve_rtc  # noqa: PLC0415

    return serve_rtc(options.port)


def _sam(_: argparse.Namespace) -> int:
    from local.sam.containers import serve_commands  # noqa: PLC0415

    serve_commands(sys.stdin, lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
