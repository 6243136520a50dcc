"""python -m ops config against a stack in moto's AWS: what it prints, and what holds afterwards."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from boto3 import Session
from mypy_boto3_dynamodb import DynamoDBClient

from functions.ledger.configurations import VERSIONS_KEPT, Configurations
from functions.ledger.new_versions import Conflict, holding, put_version
from functions.ledger.table import Table
from ops.errors import OpsConflict, OpsError
from ops.words import main
from shared.actors import Through
from shared.audit import AuditRecord, Deed
from shared.command_line import CommandLine
from shared.order_ids import new_order_id
from shared.team import SHIPPED
from shared.team_document import MOST_BYTES
from shared.team_yaml import read_team_yaml
from tests.ledger_table import AUDIT, TABLE
from tests.ops_stack import client, session
from tests.template import TEMPLATE

REGION = "eu-west-1"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Stack:
    """A stack of its own, with the outputs of template.yaml that ops needs, and a file to put."""

    def __init__(self, file: Path, capsys: pytest.CaptureFixture[str], dynamodb: DynamoDBClient) -> None:
        self.app_id = new_order_id()
        self.name = f"stack-{self.app_id}"
        self.file = file
        self._capsys = capsys
        self.table = Table(dynamodb, TABLE, AUDIT)
        self.dynamodb = dynamodb
        self.stored = Configurations(self.table, self.app_id)
        names = ("LedgerTableName", "AuditTableName", "RtcAppId")
        outputs = {name: TEMPLATE["Outputs"][name] for name in names}
        parameters = {
            "LedgerTable": TABLE,
            "AuditTable": AUDIT.name,
            "RtcAppId": self.app_id,
            "AuditRetentionDays": "30",
        }
        document = {
            "Parameters": {name: {"Type": "String"} for name in parameters},
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Outputs": outputs,
        }
        client("cloudformation").create_stack(
            StackName=self.name,
            TemplateBody=json.dumps(document),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run the word on the stack, and return what it prints."""
        self._capsys.readouterr()
        where = () if arguments[0] == "check" else ("--stack", self.name)
        assert main(CommandLine(), ["config", *arguments, *where]) == status
        return self._capsys.readouterr().out

    def ask(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        """Run the word with --json, and return its document."""
        document: dict[str, Any] = json.loads(self.run(*arguments, "--json", status=status))
        return document

    def put(self, text: str, *arguments: str) -> str:
        """Put this document."""
        self.file.write_text(text, encoding="utf-8")
        return self.run("put", str(self.file), *arguments)


@pytest.fixture
def stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> Stack:
    """A stack where nobody has put a document."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    stack = Stack(tmp_path / "team.yaml", capsys, dynamodb)
    monkeypatch.setattr("ops.deployment.boto3.Session", session)
    return stack


ONE, TWO = "# ours\nrules: []\noperators: [U1]\n", "rules: []\noperators: [U1, U2]\n"


def test_a_document_is_put_and_holds(stack: Stack) -> None:
    """What is put holds with its comments, under the next number, and says who put it."""
    assert "version 1 is in use" in stack.put(ONE)
    current = stack.stored.current()
    assert current is not None
    assert (current.number, current.source, current.team().operators) == (1, ONE, ("U1",))
    assert current.put_by.startswith("arn:aws:")
    assert "~ operators: U1 → U1, U2" in stack.put(TWO)
    shown = stack.ask("show")
    assert (shown["version"], shown["source"]) == (2, TWO)
    assert [it["version"] for it in shown["earlier"]] == [1]


def test_what_show_prints_can_be_put_again(stack: Stack) -> None:
    """The lines above the document are no part of it, so that it never grows by them."""
    assert read_team_yaml(stack.run("show")) == SHIPPED
    stack.put(ONE)
    assert stack.run("show").endswith(ONE)
    assert "this document already" in stack.put(stack.run("show"))
    assert [it.source for it in stack.stored.versions()] == [ONE]


def test_diff_puts_nothing(stack: Stack) -> None:
    """It shows what put would change, and against which version."""
    stack.put(ONE)
    stack.file.write_text(TWO, encoding="utf-8")
    assert "against version 1" in stack.run("diff", str(stack.file))
    assert stack.ask("diff", str(stack.file)) == {
        "version": 1,
        "wrong": None,
        "changes": [{"place": ["operators"], "before": ["U1"], "after": ["U1", "U2"]}],
    }
    assert holding(stack.stored).number == 1
    stack.file.write_text(ONE + "# more\n", encoding="utf-8")
    assert "nothing changes but the text" in stack.run("diff", str(stack.file))


def test_a_wrong_document_is_never_put(stack: Stack) -> None:
    """Check says each mistake with its line; put and diff refuse, and what held still holds."""
    stack.put(ONE)
    stack.file.write_text("rules:\n- {name: x, who: [ann], may: [begin]}\n", encoding="utf-8")
    file = str(stack.file)
    lines = stack.run("check", file, status=1).splitlines()
    assert [line.startswith(f"{file}: line 2, rules.0.") for line in lines] == [True, True]
    assert len(stack.ask("check", file, status=1)["problems"]) == 2
    for word in ("put", "diff"):
        with pytest.raises(OpsError, match=r"line 2, rules\.0\.who\.0"):
            stack.run(word, file)
    stack.file.write_text(TWO, encoding="utf-8")
    assert stack.ask("check", file)["operators"] == 2
    assert holding(stack.stored).number == 1


def test_a_document_over_another_version_is_a_conflict(stack: Stack) -> None:
    """With --over, put refuses if another version holds; the error says which, who put it, and what to do."""
    stack.put(ONE)
    stack.put(TWO, "--over", "1")
    with pytest.raises(
        OpsConflict, match=r"version 2 is current by now, saved by arn:\S+ at .*: nothing was saved\. See"
    ):
        stack.put(ONE, "--over", "1")
    assert OpsConflict.status == 3
    assert holding(stack.stored).number == 2


def test_of_two_puts_at_once_one_is_a_conflict(stack: Stack) -> None:
    """The one that wrote last would not have seen the other: it writes nothing."""

    class Overtaken(Configurations):
        def put(self, *arguments: Any, **over: Any) -> bool:
            put_version(stack.stored, TWO, read_team_yaml(TWO), by="bob", now=NOW)
            return super().put(*arguments, **over)

    overtaken = Overtaken(stack.table, stack.app_id)
    with pytest.raises(Conflict, match="version 1 is current by now, saved by bob"):
        put_version(overtaken, ONE, read_team_yaml(ONE), by="ann", now=NOW)
    assert [it.source for it in stack.stored.versions()] == [TWO]


def test_a_rollback_is_a_new_version(stack: Stack) -> None:
    """Without a number it goes back to the newest valid version before; nothing is lost by it."""
    with pytest.raises(OpsError, match="there is no earlier version"):
        stack.run("rollback")
    stack.put(ONE)
    stack.put(TWO)
    assert stack.ask("rollback")["version"] == 3
    assert stack.run("show").endswith(ONE)
    stack.run("rollback", "2")
    assert stack.run("show").endswith(TWO)
    with pytest.raises(OpsError, match=r"there is no version 9 \(kept are: 4, 3, 2, 1\)"):
        stack.run("rollback", "9")


def test_only_the_last_versions_are_kept(stack: Stack) -> None:
    """An old version goes when a new one comes, so that the partition never grows."""
    for number in range(VERSIONS_KEPT + 3):
        put_version(stack.stored, f"# {number}\n{ONE}", read_team_yaml(ONE), by="ann", now=NOW)
    assert len([*stack.stored.versions()]) == VERSIONS_KEPT


def _damage(stack: Stack, value: str) -> None:
    key: Any = {"pk": {"S": f"CONFIG#{stack.app_id}"}, "sk": {"S": "current"}}
    stack.dynamodb.put_item(TableName=TABLE, Item={**key, "version": {"S": "x"}, "data": {"S": value}})


def _remove(stack: Stack) -> None:
    key: Any = {"pk": {"S": f"CONFIG#{stack.app_id}"}, "sk": {"S": "current"}}
    stack.dynamodb.delete_item(TableName=TABLE, Key=key)


def _break_document(stack: Stack) -> None:
    current = stack.stored.current()
    assert current is not None
    new = current.model_copy(update={"document": '{"rulez": 1}', "number": current.number + 1})
    assert stack.stored.put(new, NOW, over=current)


@pytest.mark.parametrize(
    "breaks", [lambda it: _damage(it, "{"), _remove, _break_document], ids=["unreadable", "gone", "invalid"]
)
@pytest.mark.parametrize("mend", ["put", "rollback"])
def test_a_broken_document_is_mended(stack: Stack, breaks: Callable[[Stack], None], mend: str) -> None:
    """Show says that it is broken; put and rollback mend it, under a number that no version had."""
    stack.put(ONE)
    breaks(stack)
    shown = stack.ask("show")
    assert shown["wrong"]
    assert "WRONG" in stack.run("show")
    before = [it.number for it in stack.stored.versions()]
    if mend == "put":
        assert "unknown, because what was put last is broken" in stack.put(TWO)
    else:
        stack.run("rollback")
    found = holding(stack.stored)
    assert found.wrong == ""
    assert found.number == max(before) + 1
    assert found.team.operators == (("U1", "U2") if mend == "put" else ("U1",))


def test_the_largest_document_fits(stack: Stack) -> None:
    """A document up to the limit is stored with its text, in a transaction that DynamoDB takes."""
    rule = "- {name: '%s', who: [U1], may: [start]}\n"
    text = "rules:\n" + "".join(rule % f"{n:05} {'x' * 60}" for n in range(900))
    assert MOST_BYTES * 0.9 < len(text) < MOST_BYTES
    stack.put(text)
    assert holding(stack.stored).number == 1


def test_what_is_wrong_with_the_stack_is_said_in_one_line(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that isn't there, one of an older recordbot, no region, and a file that can't be read."""
    monkeypatch.setattr("ops.deployment.boto3.Session", Session)
    with pytest.raises(OpsError, match=r"^the stack nobody: AWS refuses DescribeStacks: .*does not exist"):
        main(CommandLine(), ["config", "show", "--stack", "nobody"])
    client("cloudformation").create_stack(
        StackName=f"old-{stack.app_id}", TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    )
    with pytest.raises(OpsError, match="has no output LedgerTableName: it was deployed by an older recordbot"):
        main(CommandLine(), ["config", "show", "--stack", f"old-{stack.app_id}"])
    for content in (None, b"\xff"):
        if content:
            stack.file.write_bytes(content)
        with pytest.raises(OpsError, match=r"can't be read|no text in UTF-8"):
            stack.run("put", str(stack.file))
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(stack.file))
    stack.file.write_text("", encoding="utf-8")
    with pytest.raises(OpsError, match="can't be used from this shell: You must specify a region"):
        stack.run("show")


@pytest.mark.parametrize(
    ("port", "said"), [("1", "no local system answers at"), ("x", "PORT has to be a number"), ("99999", "no local")]
)
def test_a_local_system_that_is_not_there(port: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says where it looked, and how to start one."""
    monkeypatch.setenv("PORT", port)
    with pytest.raises(OpsError, match=said):
        main(CommandLine(), ["config", "show", "--local"])


@pytest.mark.parametrize(
    "words", [(), ("config",), *(("config", it) for it in ("put", "check", "diff", "show", "rollback"))]
)
def test_each_word_has_its_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what it does and what its exit status means."""
    with pytest.raises(SystemExit) as ended:
        main(CommandLine(), [*words, "--help"])
    assert ended.value.code == 0
    assert "exit status:" in capsys.readouterr().out


def test_who_put_a_version_is_in_the_audit(stack: Stack) -> None:
    """With the version's number, for as long as the stack keeps records."""
    stack.put(ONE)
    values: Any = {":pk": {"S": f"CONFIG#{stack.app_id}"}}
    (item,) = stack.dynamodb.query(
        TableName=AUDIT.name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values
    )["Items"]
    record = AuditRecord.model_validate_json(item["data"]["S"])
    assert (record.what, record.result, record.through) == (Deed.CONFIGURED, "version 1", Through.OPS)
    assert record.who.kind == "operator"
    assert record.who.id == stack.stored.current().put_by  # type: ignore[union-attr] # it was just put
    kept = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC) - record.at
    assert timedelta(days=29) < kept <= timedelta(days=30)
