"""Calls to AWS as IAM sees them: who, which actions, on what. Pure.

Actions: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

_SERVICES = {"AmazonSQS": "sqs", "DynamoDB_20120810": "dynamodb", "secretsmanager": "secretsmanager"}
"""By what the JSON protocols call them in X-Amz-Target."""
_RESOURCES = ("QueueUrl", "TableName", "SecretId")
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""A transaction needs the rights of its parts, and none of its own."""
_KEY = re.compile(r"Credential=([^/]+)/")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """`caller` is an access key's id, `action` as in a policy (`sqs:SendMessage`), `resource` as the call names it."""

    caller: str
    action: str
    resource: str

    def to_line(self) -> str:
        """The call as one line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Self:
        """The call that `to_line` wrote."""
        return cls(**json.loads(line))


def calls_in(headers: Mapping[str, str], body: bytes) -> Iterator[AwsCall]:
    """The calls that a request makes; none where it speaks another protocol. Header names are in lower case."""
    target, _, action = headers.get("x-amz-target", "").partition(".")
    signer = _KEY.search(headers.get("authorization", ""))
    if target not in _SERVICES or signer is None:
        return
    document = json.loads(body)
    for act, arguments in _parts(action, document):
        resource = next((arguments[name] for name in _RESOURCES if name in arguments), "")
        yield AwsCall(signer[1], f"{_SERVICES[target]}:{act}", resource)


def _parts(action: str, document: Any) -> Iterator[tuple[str, Any]]:
    if action == "TransactWriteItems":
        for item in document["TransactItems"]:
            for kind, arguments in item.items():
                yield _TRANSACTED[kind], arguments
    else:
        yield action, document
