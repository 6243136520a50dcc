"""Calls to AWS as IAM sees them: the caller, the actions, the resource. Pure.

Actions: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

REGION = "eu-central-1"
ACCOUNT = "123456789012"
"""The account id that moto uses."""
_SERVICES = {
    "AmazonSQS": "sqs",
    "DynamoDB_20120810": "dynamodb",
    "secretsmanager": "secretsmanager",
    "AWSEvents": "events",
}
"""Services by their names in X-Amz-Target, as the JSON protocols use them."""
_RESOURCES = ("QueueUrl", "TableName", "SecretId")
_TRANSACTED = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
"""A transaction needs the permissions of its parts, and no others."""
_KEY = re.compile(r"Credential=([^/]+)/")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """A call. `caller` is an access key id, `action` is as in a policy, such as `sqs:SendMessage`.

    `resource` is the name in the call. An index is another resource than its table: TABLE/index/INDEX.
    """

    caller: str
    action: str
    resource: str

    @property
    def arn(self) -> str:
        """The resource as a policy names it. A secret has its name here."""
        match self.action.partition(":")[0]:
            case "sqs":
                return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.resource.rpartition('/')[2]}"
            case "events":
                return f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{self.resource}"
            case "dynamodb" if not self.resource.startswith("arn:"):
                return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{self.resource}"
        return self.resource

    def to_line(self) -> str:
        """Return the call as one line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Return the call that `to_line` wrote."""
        return cls(**json.loads(line))


def calls_in(headers: Mapping[str, str], body: bytes) -> Iterator[AwsCall]:
    """Return the calls in a request; none for an unknown protocol. Header names are in lower case."""
    target, _, action = headers.get("x-amz-target", "").partition(".")
    signer = _KEY.search(headers.get("authorization", ""))
    if target not in _SERVICES or signer is None:
        return
    for act, arguments in _parts(action, json.loads(body)):
        yield AwsCall(signer[1], f"{_SERVICES[target]}:{act}", _resource(arguments))


def _parts(action: str, document: Any) -> Iterator[tuple[str, Any]]:
    match action:
        case "TransactWriteItems" | "TransactGetItems":
            for item in document["TransactItems"]:
                for kind, arguments in item.items():
                    yield _TRANSACTED[kind], arguments
        case "BatchWriteItem" | "BatchGetItem":
            for table in document["RequestItems"]:
                yield action, {"TableName": table}
        case _:
            yield action.removesuffix("Batch"), document  # SQS's batches need the permission for one message


def _resource(arguments: Any) -> str:
    if "Entries" in arguments and "EventBusName" in arguments["Entries"][0]:  # of EventBridge
        return str(arguments["Entries"][0]["EventBusName"])
    name = next((arguments[name] for name in _RESOURCES if name in arguments), "")
    return f"{name}/index/{arguments['IndexName']}" if "IndexName" in arguments else name
