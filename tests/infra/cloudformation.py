"""A template as the tests read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Resource(NamedTuple):
    """One resource of a template."""

    id: str
    type: str
    properties: dict[str, Any]
    whole: dict[str, Any]


class CloudFormation:
    """A synthesized template."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.resources = [
            Resource(id, whole["Type"], whole.get("Properties", {}), whole)
            for id, whole in document["Resources"].items()  # noqa: A001
        ]

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a type, written without its `AWS::`."""
        return [resource for resource in self.resources if resource.type == f"AWS::{kind}"]

    def only(self, kind: str) -> Resource:
        """Return the one resource of a type."""
        (resource,) = self.of(kind)
        return resource

    def functions(self) -> dict[str, Resource]:
        """Return the functions by the module of their handler."""
        return {function.properties["Handler"].split(".")[-2]: function for function in self.of("Lambda::Function")}

    def outputs(self) -> dict[str, Any]:
        """Return the outputs by logical id."""
        return {id: output["Value"] for id, output in self.document["Outputs"].items()}  # noqa: A001

    def statements(self, role_id: str) -> list[dict[str, Any]]:
        """Return what the policies of a role allow."""
        return [
            statement
            for policy in self.of("IAM::Policy")
            if {"Ref": role_id} in policy.properties["Roles"]
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ]


def listed(value: Any) -> list[Any]:
    """Return what CloudFormation writes as one value or a list of them."""
    return value if isinstance(value, list) else [value]


def referred(value: Any) -> str:
    """Return the logical id that a Ref or GetAtt names, and nothing for an ARN that is put together."""
    if "Ref" in value:
        return str(value["Ref"])
    return str(value["Fn::GetAtt"][0]) if "Fn::GetAtt" in value else ""


def strings(value: Any) -> list[str]:
    """Return every text in a part of a template."""
    if isinstance(value, dict):
        return [text for key, part in value.items() for text in (key, *strings(part))]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []
