"""The ledger as a whole: its repositories over one table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.ledger.answers import Answers
from functions.ledger.attempts import Attempts
from functions.ledger.audit import AuditTable
from functions.ledger.channels import Channels
from functions.ledger.configurations import Configurations
from functions.ledger.homes import Homes
from functions.ledger.locks import Locks
from functions.ledger.orders import Orders
from functions.ledger.recordings import Recordings
from functions.ledger.stops import Stops
from functions.ledger.table import Table
from functions.ledger.usages import Usages
from shared.recordings import FilesBy

if TYPE_CHECKING:  # the stubs are a development dependency, absent in Lambda
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Ledger:
    """The repositories of one RTC app."""

    orders: Orders
    attempts: Attempts
    locks: Locks
    recordings: Recordings
    stops: Stops
    answers: Answers
    channels: Channels
    configurations: Configurations
    usages: Usages
    homes: Homes


def open_ledger(
    client: "DynamoDBClient",
    table_name: str,
    app_id: str,
    files_by: FilesBy = FilesBy.NOTHING,
    *,
    sends_events: bool = False,
    audit: AuditTable | None = None,
) -> Ledger:
    """Return the ledger of an RTC app in a table.

    `files_by`: how the files of new recordings are learned of. `sends_events`: whether these make events. `audit`:
    where changes are recorded; a door changes nothing, and needs none.
    """
    table = Table(client, table_name, audit)
    locks = Locks(table, app_id)
    recordings = Recordings(table, app_id, locks, files_by, sends_events=sends_events)
    orders = Orders(table)
    return Ledger(
        orders=orders,
        attempts=Attempts(table, locks, recordings),
        locks=locks,
        recordings=recordings,
        stops=Stops(table),
        answers=Answers(table),
        channels=Channels(table, app_id),
        configurations=Configurations(table, app_id),
        usages=Usages(table, app_id, orders),
        homes=Homes(table, app_id),
    )
