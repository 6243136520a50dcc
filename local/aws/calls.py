"""Calls to AWS as IAM sees them: the caller, the actions, the resource. Pure.

Actions: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

_SERVICES = {"AmazonSQS": "sqs", "DynamoDB_20120810": "dynamodb", "secretsmanager": "secretsmanager"}
"""Services by their names in X-Amz-Target, as the JSON protocols use them."""
_RESOURCES = ("QueueUrl", "TableName", "SecretId")
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""A transaction needs the permissions of its parts, and no others."""
_KEY = re.compile(r"Credential=([^/]+)/")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """A call. `caller` is an access key id, `action` is as in a policy, such as `sqs:SendMessage`.

    `resource` is the name in the call.
    """

    caller: str
    action: str
    resource: str

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
