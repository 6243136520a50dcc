"""template.yaml keeps what an operator would ask of it; alarms, dashboard and access have tests of their own."""

import importlib
import json
import re
import subprocess

import pytest
import yaml

from functions.aws.queue import _MOST_DELAY
from local.aws.template import read_template
from tests.template import FUNCTIONS, PARAMETERS, PATH, QUEUES, RESOURCES, TEMPLATE, of_type

PROJECT = PATH.parent


def test_the_functions_run_as_measured() -> None:
    """With the memory that docs/decisions/0008 gives them; X-Ray in the recorder alone."""
    (decision,) = (PROJECT / "docs" / "decisions").glob("0008-*.md")
    text = " ".join(decision.read_text(encoding="utf-8").split())
    given = re.findall(r"\*\*(Slack's door|The recorder|The webhook) gets (\d+) MB", text)
    names = {"Slack's door": "SlackFunction", "The recorder": "RecorderFunction", "The webhook": "WebhookFunction"}
    assert {names[name]: int(memory) for name, memory in given} == {n: it["MemorySize"] for n, it in FUNCTIONS.items()}
    assert [name for name, it in FUNCTIONS.items() if "Tracing" in it] == ["RecorderFunction"]


def test_make_builds_each_function_for_both_architectures() -> None:
    """Its list follows from the template."""
    said = subprocess.run(["make", "-n", "build"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    built = re.findall(r"local\.sam\.artifact (functions\.\w+)", said)
    assert sorted(built) == sorted(2 * [it["Handler"].rpartition(".")[0] for it in FUNCTIONS.values()])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_handler_its_role_and_its_log(name: str) -> None:
    """Each of its own: none is shared with another function."""
    function = FUNCTIONS[name]
    module, _, handler = function["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == module.removeprefix("functions.")
    role, logs = function["Role"]["Fn::GetAtt"][0], function["LoggingConfig"]["LogGroup"]["Ref"]
    assert [other for other in FUNCTIONS if role in str(FUNCTIONS[other])] == [name]
    assert [other for other in FUNCTIONS if f"'{logs}'" in str(FUNCTIONS[other])] == [name]


def test_logs_are_json_and_end() -> None:
    """Retention for each group; Lambda's own level never drops what is counted, for which it takes INFO."""
    logging = TEMPLATE["Globals"]["Function"]["LoggingConfig"]
    assert logging == {"LogFormat": "JSON", "ApplicationLogLevel": {"Ref": "LogLevel"}}
    assert set(PARAMETERS["LogLevel"]["AllowedValues"]) == {"DEBUG", "INFO"}
    assert all(set(it["LoggingConfig"]) == {"LogGroup"} for it in FUNCTIONS.values())
    assert all(it == {"RetentionInDays": {"Ref": "LogRetentionDays"}} for it in of_type("AWS::Logs::LogGroup").values())


def test_the_api_s_log_never_says_what_signs_or_names_a_caller() -> None:
    """It is JSON, and has no path, query, header or identity but the address."""
    (api,) = of_type("AWS::Serverless::HttpApi").values()
    shown = json.loads(api["AccessLogSettings"]["Format"]).values()
    assert all(re.fullmatch(r"\$context\.[\w.]+", value) for value in shown)
    assert not [it for it in shown if re.search(r"path|query|header|authorizer|identity(?!\.sourceIp)", it)]


def test_a_message_outlasts_the_recorder_s_work_on_it() -> None:
    """AWS's rule: visible again after six times the function's limit; and delays fit what SQS allows."""
    own = {"OrderQueue": "PeopleConcurrency", "CallerQueue": "CallerConcurrency"}
    mappings = read_template(PATH).queue_mappings
    assert {it.queue: it.maximum_concurrency for it in mappings} == {name: {"Ref": own[name]} for name in own}
    assert all(PARAMETERS[name]["MinValue"] == 2 for name in own.values())  # SQS's least
    for mapping in mappings:
        queue = QUEUES[mapping.queue]
        assert queue["VisibilityTimeout"] >= 6 * FUNCTIONS[mapping.function]["Timeout"]
        assert queue["VisibilityTimeout"] <= _MOST_DELAY
        assert mapping.reports_failures


def test_a_person_s_order_waits_for_no_other_in_a_batch() -> None:
    """Each comes to a recorder alone."""
    (mapping,) = [it for it in read_template(PATH).queue_mappings if it.queue == "OrderQueue"]
    assert mapping.batch_size == 1


def test_a_door_ends_before_api_gateway_gives_up() -> None:
    """30 seconds; Slack has given up long before."""
    doors = {route.function for route in read_template(PATH).routes}
    assert all(FUNCTIONS[door]["Timeout"] < 30 for door in doors)


def test_dead_letters_are_kept_for_14_days_and_may_come_back() -> None:
    """Only the queues of orders send there, and so only there they can be brought back."""
    redriven = {name: queue["RedrivePolicy"] for name, queue in QUEUES.items() if "RedrivePolicy" in queue}
    assert set(redriven) == {mapping.queue for mapping in read_template(PATH).queue_mappings}
    assert [it["deadLetterTargetArn"]["Fn::GetAtt"][0] for it in redriven.values()] == ["DeadLetterQueue"] * 2
    known = FUNCTIONS["RecorderFunction"]["Environment"]["Variables"]["MAX_RECEIVES"]
    assert [it["maxReceiveCount"] for it in redriven.values()] == [known] * 2, "the recorder knows its last receive"
    dead = QUEUES["DeadLetterQueue"]
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    names = [QUEUES[name]["QueueName"]["Fn::Sub"] for name in redriven]
    arns = [{"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}"} for name in names]
    assert dead["RedriveAllowPolicy"] == {"redrivePermission": "byQueue", "sourceQueueArns": arns}


@pytest.mark.parametrize("name", ["LedgerTable", "AuditTable"])
def test_a_table_outlives_mistakes(name: str) -> None:
    """On demand, recoverable, kept when the stack goes; without a name that would stand in the way of a second one.

    A deployment that fails at once leaves none behind, though.
    """
    table = of_type("AWS::DynamoDB::Table")[name]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert (RESOURCES[name]["DeletionPolicy"], RESOURCES[name]["UpdateReplacePolicy"]) == (
        "RetainExceptOnCreate",
        "Retain",
    )
    assert "TableName" not in table


def test_the_audit_is_kept_as_long_as_its_parameter_says() -> None:
    """The recorder writes it into each record, as `python -m ops forget` does, which reads the parameter."""
    variables = FUNCTIONS["RecorderFunction"]["Environment"]["Variables"]
    assert variables["AUDIT_RETENTION_DAYS"] == {"Ref": "AuditRetentionDays"}


def test_orders_wait_for_a_day_at_most() -> None:
    """They hold response_urls."""
    kept = {name: QUEUES[name]["MessageRetentionPeriod"] for name in ("OrderQueue", "CallerQueue")}
    assert set(kept.values()) == {24 * 60 * 60}


def test_a_parameter_is_described_and_bounded() -> None:
    """And its default is within its bounds."""
    for name, parameter in PARAMETERS.items():
        assert parameter["Description"].endswith("."), name
        if parameter["Type"] == "Number" and "AllowedValues" not in parameter:
            assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"], name
        elif "AllowedValues" in parameter:
            assert parameter["Default"] in parameter["AllowedValues"], name
        else:
            pattern = parameter["AllowedPattern"]
            assert "Default" not in parameter or re.fullmatch(pattern, parameter["Default"]), name


def test_the_defaults_are_those_that_operators_read() -> None:
    """docs/operations.md lists every parameter with a default but Slack's addresses, and its default as it is."""
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z]\w+) \| ([^|]*) \|", text, re.MULTILINE)
    told = {name: default.strip().strip("`") for name, default in rows if name in PARAMETERS}
    defaults = {name: str(it["Default"]) or "none" for name, it in PARAMETERS.items() if "Default" in it}
    assert told == {
        name: default for name, default in defaults.items() if name not in {"SlackApiUrl", "SlackResponseUrl"}
    }


def test_the_example_of_parameters_deploys() -> None:
    """It has all that has no default, within its bounds; what it proposes besides exists."""
    text = (PROJECT / "parameters" / "example.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)
    assert set(given) == {name for name, it in PARAMETERS.items() if "Default" not in it}
    proposed = yaml.safe_load("\n".join(re.findall(r"^# (\w+: [\"'].*)$", text, re.MULTILINE)))
    assert proposed
    for name, value in {**given, **proposed}.items():
        assert re.fullmatch(PARAMETERS[name]["AllowedPattern"], value)


def test_what_people_look_for_is_an_output() -> None:
    """Queues, tables, secrets, logs and topics by their names; each output says what it is for."""
    outputs = TEMPLATE["Outputs"]
    assert all(output["Description"].endswith((".", ")")) for output in outputs.values())
    kinds = ("SQS::Queue", "DynamoDB::Table", "SecretsManager::Secret", "Logs::LogGroup", "SNS::Topic")
    named = {name for name, it in RESOURCES.items() if it["Type"].removeprefix("AWS::") in kinds}
    assert named <= {output["Value"]["Ref"] for output in outputs.values() if "Ref" in output["Value"]}


def test_the_file_uses_no_yaml_that_cloudformation_does_not_take() -> None:
    """It has no anchors and no aliases."""
    assert not re.findall(r"(?::|-) [&*]\w+", PATH.read_text(encoding="utf-8"))


def test_what_holds_response_urls_and_push_addresses_is_encrypted() -> None:
    """Queues and table say so themselves: an order has both, and a default may change."""
    queues, tables = of_type("AWS::SQS::Queue"), of_type("AWS::DynamoDB::Table")
    assert [name for name, it in queues.items() if it.get("SqsManagedSseEnabled") is not True] == []
    assert [name for name, it in tables.items() if it.get("SSESpecification") != {"SSEEnabled": True}] == []
    assert len(queues) > 1
    assert tables
