"""docs/scale.md says what a recording costs, from calls that are counted anew, and its arithmetic is AWS's."""

import pytest

from tests.ledger_table import TABLE
from tests.scale import page
from tests.scale.costs import Work
from tests.scale.measure import Measured
from tests.scale.meter import Index, indexes_of, size
from tests.scale.play import Counts
from tests.scale.recording import CHECKS, by_a_caller, by_a_person

MEASURED = Measured(
    core_ms={"SlackFunction": 10, "WebhookFunction": 5, "RecorderFunction": 50, "check": 20},
    log_bytes={"SlackFunction": 700, "WebhookFunction": 500, "RecorderFunction": 1500, "check": 500},
    metrics=4,
    on="no machine",
)


def test_the_page_says_what_is_counted() -> None:
    """A call, a unit or an event more or less, and `make docs` has to be run."""
    assert page.document() == page.PAGE.read_text(encoding="utf-8")


def test_each_check_is_a_call_of_rtc() -> None:
    """So what the page says of an hour is about checks; nothing is checked when the file has come."""
    checks = by_a_person().parts[CHECKS]
    assert checks["RTC calls"] == checks["dynamodb TransactWriteItems"] / 2
    assert by_a_person().parts["what is left after the end"]["RTC calls"] == 0


def test_a_caller_s_recording_calls_no_slack() -> None:
    """It asked for no message, and reads the outcome itself."""
    assert [kind for kind in by_a_caller().whole if kind.startswith("Slack")] == []


def test_what_a_recording_takes_more_costs_more() -> None:
    """Each line follows its count."""
    person = by_a_person()
    before = Work(person, MEASURED)
    extra = Counts({**person.parts, "more": before.whole}, person.partitions)
    after = Work(extra, MEASURED)
    for name, (units, usd, _) in before.lines().items():
        assert after.lines()[name][0] > units, name
        assert after.lines()[name][1] > usd, name


def test_the_limit_that_allows_the_fewest_orders_comes_first() -> None:
    """However many an order takes of it."""
    rates = [limit.allowed / need for _, limit, need in Work(by_a_person(), MEASURED).limits()]
    assert rates == sorted(rates)
    assert len(rates) > 10


def test_an_item_has_the_size_that_dynamodb_counts() -> None:
    """Names and values in UTF-8, as in the example of AWS's page about read and write operations."""
    assert size({"shirt-color": {"S": "R"}, "shirt-size": {"S": "M"}}) == 23
    assert size({"ä": {"S": "é"}}) == 4


@pytest.mark.parametrize(
    ("old", "new", "units"),
    [
        (None, {"due_at": "1", "data": "a"}, 1),
        ({"due_at": "1", "data": "a"}, {"due_at": "2", "data": "a"}, 2),
        ({"due_at": "1", "data": "a"}, {"due_at": "1", "data": "b" * 1024}, 2),
        ({"due_at": "1", "data": "a"}, {"due_at": "1", "data": "a"}, 0),
        ({"due_at": "1", "data": "a"}, {"data": "a"}, 1),
        (None, {"data": "a"}, 0),
    ],
    ids=["comes", "moves", "grows", "stays", "goes", "is in no index"],
)
def test_an_index_costs_what_changes_in_it(old: dict[str, str] | None, new: dict[str, str], units: int) -> None:
    """By AWS's five cases of a write."""

    def item(values: dict[str, str]) -> dict[str, dict[str, str]]:
        live = {"live": "app"} if "due_at" in values else {}
        return {name: {"S": text} for name, text in ({"pk": "1", "sk": "1"} | live | values).items()}

    (index,) = indexes_of({"LedgerTable": TABLE, "AuditTable": "audit"})[TABLE]
    assert isinstance(index, Index)
    assert index.units(None if old is None else item(old), item(new)) == units
