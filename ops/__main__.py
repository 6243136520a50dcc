"""python -m ops: see ops/words.py."""

import signal
import sys

if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during these imports shall show no traceback
    from ops.words import main
    from shared.command_line import run

    sys.exit(run(main))
