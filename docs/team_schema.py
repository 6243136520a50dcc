"""Write the JSON Schema of the team's configuration, which editors read. `make docs` runs it."""

import json
import sys

from shared.command_line import CommandLine, run
from shared.team_document import schema


def document() -> str:
    """Return parameters/team.schema.json as it is to be."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main(command: CommandLine, _: list[str]) -> int:
    """Print the schema."""
    command.write_document(document())
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
