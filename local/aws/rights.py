"""What the roles of the template allow, as IAM evaluates their policies: a Deny wins, and nothing is allowed by itself.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.backends import get_backend

from local.aws.calls import ACCOUNT, AwsCall
from local.errors import LocalError

_FIELDS = {"Sid", "Effect", "Action", "Resource"}


class Rights:
    """The rights of callers. A caller without a role, such as a test, may do everything."""

    def __init__(self) -> None:
        self._statements: Mapping[str, list[Mapping[str, Any]]] = {}

    def assign(self, roles: bytes) -> None:
        """Let each caller do only what its role allows: a JSON object of [name of the role, service] by caller.

        Raises LocalError for a role that the service can't assume, or that can't be evaluated here.
        """
        known = {role.name: role for role in get_backend("iam")[ACCOUNT]["aws"].roles.values()}
        self._statements = {
            caller: statements_of(known[name], service) for caller, (name, service) in json.loads(roles).items()
        }

    def refusal(self, calls: Iterable[AwsCall]) -> str | None:
        """Return why the first of the calls that is not allowed is not, or None if all are."""
        for call in calls:
            if call.caller in self._statements and not permits(self._statements[call.caller], call):
                return f"{call.caller} is not authorized to perform: {call.action} on resource: {call.arn}"
        return None


def permits(statements: Iterable[Mapping[str, Any]], call: AwsCall) -> bool:
    """Return whether a role with these statements may make the call."""
    effects = {
        statement["Effect"]
        for statement in statements
        if any(fnmatchcase(call.action.lower(), action.lower()) for action in _listed(statement["Action"]))
        and any(fnmatchcase(call.arn, resource) for resource in _listed(statement["Resource"]))
    }
    return effects == {"Allow"}


def statements_of(role: Any, service: str) -> list[Mapping[str, Any]]:
    """Return the statements of moto's role, which `service` has to be able to assume. Raises LocalError."""
    trusted = [it["Principal"].get("Service") for it in json.loads(role.assume_role_policy_document)["Statement"]]
    if not any(service in _listed(it) for it in trusted):
        raise LocalError(f"the role {role.name} can't be assumed by {service}")
    if role.managed_policies:
        raise LocalError(f"the role {role.name} has managed policies: only its own are evaluated here")
    statements = [it for policy in role.policies.values() for it in _listed(policy["Statement"])]
    for statement in statements:
        if not _FIELDS.issuperset(statement):
            unknown = ", ".join(sorted(statement.keys() - _FIELDS))
            raise LocalError(f"the role {role.name} has a statement with {unknown}, which is not evaluated here")
    return statements


def _listed(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [it for it in values if it is not None]  # moto leaves None where the template has AWS::NoValue
