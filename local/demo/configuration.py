"""The team's configuration on the page: read it, compare it, put it, and go back to an earlier version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.aws.away import Away
from functions.ledger.configurations import Configurations, StoredTeam
from functions.ledger.new_versions import Conflict, NoVersion, holding, put_version, version_to_restore
from functions.ledger.table import Table
from local.system import System
from shared.team import SHIPPED
from shared.team_changes import changes
from shared.team_document import BadTeam
from shared.team_yaml import read_team_yaml, written

type Document = Mapping[str, object]


def configurations_of(system: System) -> Configurations:
    """Return the configurations of the running system."""
    table = Table(system.stack.dynamodb, system.stack.table_name("LedgerTable"), system.audit)
    return Configurations(table, system.app_id)


@dataclass(frozen=True, slots=True)
class ConfigurationPage:
    """What the page shows and does. An answer with `problems` says why it isn't done."""

    configurations: Configurations

    def read(self) -> Document:
        """Return the document that holds, and the earlier versions."""
        return _explained(self._read)

    def compare(self, source: str) -> Document:
        """Return what putting this text would change."""
        return _explained(lambda: self._compare(source))

    def put(self, source: str, *, over: int, by: str) -> Document:
        """Let this text hold from now on, if the version `over` still holds."""

        def put_it() -> Document:
            team = read_team_yaml(source)
            put_version(self.configurations, source, team, by=by, now=datetime.now(UTC), over=over)
            return self._read()

        return _explained(put_it)

    def restore(self, number: int, *, over: int, by: str) -> Document:
        """Let that earlier version's document hold again."""

        def put_it() -> Document:
            old = version_to_restore(self.configurations, number)
            put_version(self.configurations, old.source, old.team(), by=by, now=datetime.now(UTC), over=over)
            return self._read()

        return _explained(put_it)

    def _read(self) -> Document:
        found = holding(self.configurations)
        shipped = "" if found.wrong else written(SHIPPED)
        return {
            "version": found.number,
            "source": found.stored.source if found.stored else shipped,
            "wrong": found.wrong,
            "versions": [_version(it) for it in self.configurations.versions()],
        }

    def _compare(self, source: str) -> Document:
        team, found = read_team_yaml(source), holding(self.configurations)
        if found.wrong:
            return {"unknown": "What changes is unknown, because what was put last is broken."}
        return {"changes": [str(it) for it in changes(found.team, team)]}


def _version(stored: StoredTeam) -> Document:
    return {"version": stored.number, "at": stored.put_at.timestamp() * 1000, "by": stored.put_by}


def _explained(act: Callable[[], Document]) -> Document:
    try:
        return act()
    except BadTeam as error:
        return {"problems": error.problems}
    except (Conflict, NoVersion, Away) as error:
        return {"problems": [str(error)]}
