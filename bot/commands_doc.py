"""What we say about the commands: the usage hint, help, and docs/commands.md, all from the catalogue.

`make docs` writes the page anew.
"""

import sys
from itertools import groupby

from bot.language.catalogue import HELP, OPTIONS, START, VERBS, Option
from shared.command_line import CommandLine, run

_THREADS = "Commands don't work in threads: type them in the channel."
_ENTRIES = {entry.name: entry for entry in (*VERBS, *OPTIONS)}


def usage_hint() -> str:
    """What stands behind the command's name while it is typed."""
    return f"{START.example} · {HELP.name}"


def help_text(topic: str | None = None, *, name: str = "/record") -> tuple[str, ...]:
    """The lines that explain `topic`, a name of the catalogue as `Help.topic` is, or the commands as a whole.

    Raises KeyError for any other topic.
    """
    if topic is None:
        verbs = [f"{name} {verb.example}: {verb.help}" for verb in VERBS]
        return (*verbs, f"Words to explain: {', '.join(_ENTRIES)}.", _THREADS)
    if topic == START.name:
        return (_whole_form(name), f"{START.help}.", _THREADS)
    entry = _ENTRIES[topic]
    return (f"{entry.form}: {entry.help}.", f"For example: {name} {entry.example}")


def _whole_form(name: str) -> str:
    return " ".join([name, START.form, *(option.form for option in OPTIONS)])


def commands_doc(name: str = "/record") -> str:
    """docs/commands.md: every word, its form and an example, and what is made of words of other tools."""
    rows = [f"| `{_cell(entry.form)}` | {entry.help} | `{name} {entry.example}` |" for entry in _ENTRIES.values()]
    return "\n".join(
        [
            "# Commands",
            "",
            "<!-- Made from bot/language/catalogue.py by `make docs`. -->",
            "",
            f"```\n{_whole_form(name)}\n{name} {HELP.form}\n```",
            "",
            "Options come in any order and case, as `idle=10m`, `--idle 10m` or `idle 10m`. Ids keep their case.",
            "Users are separated by commas, semicolons or line ends; a user named twice is recorded once.",
            f"`{name}` alone gives the short help. {_THREADS}",
            "",
            "| word | what it does | example |",
            "|---|---|---|",
            *rows,
            "",
            "A word that is none of these is never guessed at: nothing is started, and the answer says what is wrong,",
            "what it probably meant, and the corrected command. For words of other tools it names ours:",
            "",
            "| ours | for |",
            "|---|---|",
            *(row for option in OPTIONS for row in _foreign_rows(option)),
            "",
        ]
    )


def _foreign_rows(option: Option) -> list[str]:
    by_ours = groupby(sorted(option.foreign.items(), key=lambda pair: pair[1]), key=lambda pair: pair[1])
    return [f"| `{ours}` | {', '.join(f'`{word}`' for word, _ in pairs)} |" for ours, pairs in by_ours]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(command: CommandLine, _arguments: list[str]) -> int:
    """Write the page to standard output."""
    command.write_document(commands_doc())
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
