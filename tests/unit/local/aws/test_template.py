"""The rules of what the local system takes from a template."""

from pathlib import Path

import pytest

from local.aws.template import Function, QueueMapping, Route, Template, read_template
from local.aws.template_node import TemplateError
from tests.paths import ROOT, SAMPLES

SAMPLE = SAMPLES / "functions" / "template.yaml"


def _function(text: str, folder: Path) -> Template:
    path = folder / "template.yaml"
    path.write_text(
        f"Resources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {{{text}}}}}}}", encoding="utf-8"
    )
    return read_template(path)


def test_functions_take_what_is_global_and_what_is_their_own() -> None:
    """A function's own setting wins over the global one, and that over Lambda's default."""
    echo, obey, *_ = read_template(SAMPLE).functions
    assert (echo.timeout, obey.timeout, obey.memory, obey.log_format) == (5, 60, 128, "Text")
    assert echo.variables["PLACE"] == "here"
    assert obey == Function(
        name="ObeyFunction",
        handler="sample.obey",
        timeout=60,
        memory=128,
        log_format="Text",
        log_level="INFO",
        variables={"GREETING": {"Ref": "Greeting"}, "PLACE": "everywhere"},
    )


def test_events_become_routes_and_queue_mappings() -> None:
    """Each event of a function is a route or a queue mapping."""
    template = read_template(SAMPLE)
    assert template.routes == (Route("POST", "/echo/{name}", "EchoFunction"), Route("POST", "/obey", "ObeyFunction"))
    assert template.queue_mappings == (
        QueueMapping("Queue", "WorkFunction", 5, {"Ref": "AtOnce"}, reports_failures=True),
        QueueMapping("StayQueue", "StayFunction", 1, {"Ref": "StayAtOnce"}, reports_failures=False),
    )


def test_the_plain_document_has_only_what_is_plain() -> None:
    """Functions, the API and alarms are left out; secrets and schedules are parameters; values are outputs."""
    document = read_template(SAMPLE).plain({"Where": {"Ref": "Queue"}})
    assert set(document) == {"Parameters", "Resources", "Outputs"}
    assert document["Parameters"] == {
        "Greeting": {"Type": "String"},
        "Visibility": {"Type": "Number", "Default": 300},
        "AtOnce": {"Type": "Number", "Default": 2},
        "StayAtOnce": {"Type": "Number", "Default": 2},
        "Secret": {"Type": "String"},
        "EveryMinute": {"Type": "String"},
    }
    assert document["Outputs"] == {"Where": {"Value": {"Ref": "Queue"}}}


@pytest.mark.parametrize(
    "expression",
    [
        {"Ref": "HttpApi"},
        {"Fn::GetAtt": ["HttpApi", "Id"]},
        {"Fn::GetAtt": "HttpApi.Id"},
        {"Fn::Sub": "https://${HttpApi}"},
        {"Fn::Sub": ["${Own}", {"Own": {"Ref": "HttpApi"}}]},
        {"Fn::Join": ["", ["a", {"Ref": "HttpApi"}]]},
    ],
)
def test_a_reference_to_what_is_left_out_is_named(expression: object) -> None:
    """A value that refers to what doesn't run locally is refused by that name, in each form of reference."""
    with pytest.raises(TemplateError, match=r"refers to HttpApi, which is no parameter"):
        read_template(SAMPLE).plain({"Value": expression})


def test_what_looks_like_a_reference_is_left_alone() -> None:
    """Pseudo parameters, names of a substitution's own and escaped braces aren't references."""
    expression = {"Fn::Sub": ["${AWS::Region} ${Own} ${!Literal} ${Greeting}", {"Own": 1}]}
    assert read_template(SAMPLE).plain({"Value": expression})["Outputs"] == {"Value": {"Value": expression}}


@pytest.mark.parametrize(
    ("parameters", "secrets", "message"),
    [
        ({}, {"Secret": 1}, "the parameter Greeting has no value"),
        ({"Greeting": "x"}, {}, "the secret Secret has no value"),
        ({"Greeting": "x", "Greting": "y"}, {"Secret": 1}, "declares no parameter Greting"),
        ({"Greeting": "x"}, {"Secret": 1, "Other": 1}, "declares no secret Other"),
    ],
)
def test_values_must_be_what_the_template_declares(
    parameters: dict[str, str], secrets: dict[str, object], message: str
) -> None:
    """A value too few or too many is refused by its name."""
    with pytest.raises(TemplateError, match=message):
        read_template(SAMPLE).check(parameters, secrets)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("Timeout: 1", r"Resources\.F\.Properties\.Handler is missing"),
        ("Handler: a.b, Timeout: !Ref T", r"Properties\.Timeout must be a whole number"),
        ("Handler: a.b, Events: {E: {Type: Schedule}}", r"Events\.E is of type Schedule: only HttpApi and SQS"),
        (
            "Handler: a.b, Events: {E: {Type: HttpApi, Properties: {Path: /}}}",
            r"Events\.E\.Properties\.Method is missing",
        ),
        ("Handler: a.b, Events: {E: {Type: SQS, Properties: {Queue: q}}}", r"Queue must be !GetAtt of a queue's Arn"),
    ],
)
def test_a_broken_function_is_named_by_its_place(tmp_path: Path, properties: str, message: str) -> None:
    """What a function lacks, or has wrong, is named with its place."""
    with pytest.raises(TemplateError, match=message):
        _function(properties, tmp_path)


def test_the_project_s_own_template_can_run_locally() -> None:
    """template.yaml has nothing that the local system can't read or resolve."""
    template = read_template(ROOT / "template.yaml")
    values = {
        f"{function.name}.{name}": value
        for function in template.functions
        for name, value in function.variables.items()
    }
    assert template.plain(values)["Resources"] == template.resources
    assert {mapping.queue for mapping in template.queue_mappings} <= set(template.resources)
