"""docs/commands.md, from the words of the sub-commands and the interactions. `make docs` writes the page."""

import sys
from itertools import groupby

from bot.commands import LEXICON
from bot.commands.help import THREADS, whole_form
from bot.interactions import INTERACTIONS
from bot.interactions.shortcuts import SHORTCUTS
from bot.language.vocabulary import Option
from shared.command_line import CommandLine, run

_KINDS = {"global": "the workspace's shortcut", "message": "a message's shortcut"}

_HOME = "shows your active recordings with Stop, the team's presets and the commands; *Start one* opens the form"


def commands_doc(name: str = "/record") -> str:
    """Return the page: every word, its form and an example, and our words for those of other tools."""
    commands = LEXICON.commands
    options: list[Option] = []
    for words in commands:  # several share how a recording is named
        options += [it for it in words.all if it not in options and not words.takes_any_words]
    rows = [(words.name, words.help, words.example) for words in commands]
    rows += [(option.form, option.help, option.example) for option in options if option.form]
    return "\n".join(
        [
            "# Commands",
            "",
            "<!-- Made from bot/commands/ and bot/interactions/ by `make docs`. -->",
            "",
            "```",
            *(whole_form(words, name, is_default=words is LEXICON.default) for words in commands),
            "```",
            "",
            "Options come in any order and case, as `idle=10m`, `--idle 10m` or `idle 10m`. Ids keep their case.",
            "Commas, semicolons, line ends and bullets separate users; a user named twice is recorded once. Words of a",
            "sentence (`please`, `in`) are ignored. The API's field names are understood: `max_idle_time=60`.",
            f"`{name}` alone opens the [form](#form-shortcuts-and-home-tab). {THREADS}",
            "",
            "The [team's configuration](permissions.md#presets-and-channels) may have presets, whose names are words",
            "of a start, and may give a channel a room and other choices. What is typed wins over them.",
            "",
            "| word | what it does | example |",
            "|---|---|---|",
            *(f"| `{_cell(form)}` | {_cell(text)} | `{name} {example}` |" for form, text, example in rows),
            "",
            "recordbot never guesses an unknown word. Nothing is done, and the answer says what is wrong. If it is",
            "clear what was meant, the answer has the corrected command. A room of letters only needs `room` or",
            "`start` before it, so that no misspelt command starts a recording. For words of other tools the answer",
            "names ours; for a size (`720p`, `640x360`) it names the smallest quality of at least this size.",
            "",
            "| our word | words of other tools |",
            "|---|---|",
            *(row for option in options for row in _foreign_rows(option)),
            "",
            "## Buttons",
            "",
            "Messages have buttons for what can be done with a recording as it is. A click has the rights of the",
            "person who clicks, and does what the command does. An old button answers with the current state.",
            "",
            "| button | what it does |",
            "|---|---|",
            *(f"| {labels} | {text.strip()} |" for labels, _, text in (it.help.partition(":") for it in INTERACTIONS)),
            "",
            "## Form, shortcuts and home tab",
            "",
            "The form has a field for each option of a start, and one for the channel that gets the message. It begins",
            "with what was typed and with the channel's defaults. Errors are shown at their fields, and nothing is",
            "started until there are none. The rights are those of the command. Without a bot token no form can be",
            "opened, and the home tab stays empty ([operations](operations.md)).",
            "",
            "| where | what it does |",
            "|---|---|",
            f"| `{name}` alone | open the form, for that channel |",
            *(
                f"| {_KINDS[it.kind]} *{it.name}* | {it.description[0].lower()}{it.description[1:]} |"
                for it in SHORTCUTS
            ),
            f"| the app's home tab | {_HOME} |",
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
