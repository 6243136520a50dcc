"""What a command prints: one JSON document, or lines for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.command_line import CommandLine


@dataclass(frozen=True, slots=True)
class Output:
    """Prints the results of a command."""

    command: CommandLine
    as_json: bool

    def show(self, document: Mapping[str, object], *lines: str) -> None:
        """Print the document or the lines."""
        if self.as_json:
            self.command.show(json.dumps(document, ensure_ascii=False))
        else:
            for line in lines:
                self.command.show(line)


def as_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = (zip(row, widths, strict=True) for row in rows)
    return ["  ".join(text.ljust(width) for text, width in row).rstrip() for row in padded]
