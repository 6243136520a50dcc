"""The roles of template.yaml allow what the functions do on AWS: all of it, and no more."""

import pytest

from local.rtc.mishaps import Mishap
from local.system import TEMPLATE
from local.template_node import Node, read_node
from tests.e2e.conftest import Deployment
from tests.webhook_sender import Sender, an_event, outcome

LAMBDA_S_OWN = {
    ("SlackFunction", "logs"),
    ("WebhookFunction", "logs"),
    ("RecorderFunction", "logs"),
    ("RecorderFunction", "xray"),
    ("RecorderFunction", "sqs:ReceiveMessage"),
    ("RecorderFunction", "sqs:DeleteMessage"),
    ("RecorderFunction", "sqs:GetQueueAttributes"),
}
"""What Lambda does in a function's name: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""


@pytest.fixture(name="calls")
def _calls(bot: Deployment) -> set[tuple[str, str, str]]:
    """What the functions called on AWS, as (function, action, resource), after everything that they can come to."""
    bot.type("ROOM user001")
    bot.read("🔴 Recording user001")
    bot.rtc.misbehave(Mishap(status=400, error_code="RTC.00001007"), operation="start")
    bot.type("ROOM user002")
    bot.read("⛔ Not recorded: user002")
    bot.rtc.misbehave(Mishap(status=500, error_code="RTC.00002001"), operation="start")
    bot.type("ROOM user003")
    bot.read("🔴 Recording user003")
    _call_the_webhook(bot)
    functions = read_node(TEMPLATE).node("Resources").mapping()
    return {(it.caller, it.action, it.resource) for it in bot.system.stack.aws_calls() if it.caller in functions}


def _call_the_webhook(bot: Deployment) -> None:
    """A stop of what runs, read back by its link, and one by a job, which has to be looked up for a limited caller."""
    free, limited = (Sender(bot.system.hook_url(caller), caller.key) for caller in bot.system.callers)
    stop = free.send(an_event("recording.stop", {"room_id": bot.room, "user_id": "user001"}))
    assert [stream["state"] for stream in outcome(stop.json()["status_url"])["streams"]] == ["stopped"]
    job = an_event("recording.stop", {"job_id": bot.jobs()[0].job_id})
    assert limited.send(job).status_code == 422


def test_the_roles_allow_exactly_what_the_functions_call(bot: Deployment, calls: set[tuple[str, str, str]]) -> None:
    """A right too few fails on AWS alone; one too many is found by whoever breaks in."""
    assert _allowed(bot) == calls


def _allowed(bot: Deployment) -> set[tuple[str, str, str]]:
    """What the roles allow, as `calls`, without what only Lambda itself does."""
    resources = read_node(TEMPLATE).node("Resources")
    allowed = set()
    for name, resource in resources.nodes().items():
        if resource.node("Type").text() == "AWS::Serverless::Function":
            role = resource.node("Properties", "Role").mapping()["Fn::GetAtt"][0]
            for action, target in _granted(resources.node(role, "Properties")):
                if (name, action) not in LAMBDA_S_OWN and (name, action.partition(":")[0]) not in LAMBDA_S_OWN:
                    allowed.add((name, action, _as_called(bot, target)))
    return allowed


def _granted(role: Node) -> list[tuple[str, object]]:
    statements = [it for policy in role.mapping()["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    plain = [it["Fn::If"][1] if "Fn::If" in it else it for it in statements]
    return [
        (action, it["Resource"])
        for it in plain
        for action in (it["Action"] if isinstance(it["Action"], list) else [it["Action"]])
    ]


def _as_called(bot: Deployment, target: object) -> str:
    """How a call names what a statement is about."""
    match target:
        case {"Ref": str(secret)}:
            return secret
        case {"Fn::GetAtt": [str(name), "Arn"]} if name.endswith("Table"):
            return bot.system.stack.table_name(name)
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return bot.system.stack.queue_url(name)
        case _:
            raise AssertionError(f"a statement about {target}")
