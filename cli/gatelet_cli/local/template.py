"""The synthesized template, as the emulator's CloudFormation can take it."""

import copy
from typing import Any

from gatelet_cli.failure import Failure

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]
Node = Any  # of JSON

# The emulator refuses these, and nothing but these is left out: a type that it comes to refuse
# later must fail, not vanish.
REFUSED = frozenset({"AWS::SecretsManager::ResourcePolicy", "AWS::SecretsManager::RotationSchedule"})


def localize(template: Template) -> Template:
    """Leave out what the emulator refuses, and name secrets by their ARN."""
    local = copy.deepcopy(template)
    resources: Resources = local["Resources"]
    dropped = {name for name, resource in resources.items() if _is_refused(resource)}
    local["Resources"] = {
        name: _without_dependencies(resource, dropped) for name, resource in resources.items() if name not in dropped
    }
    _require_unmentioned(local, dropped)
    secrets = {name for name, r in resources.items() if r["Type"] == "AWS::SecretsManager::Secret"}
    named: Template = _name_by_arn(local, secrets)
    return named


def _is_refused(resource: dict[str, Any]) -> bool:
    metric_math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource.get("Properties", {})
    return metric_math or resource["Type"] in REFUSED


def _without_dependencies(resource: dict[str, Any], dropped: set[str]) -> dict[str, Any]:
    depends = resource.pop("DependsOn", [])
    kept = [name for name in ([depends] if isinstance(depends, str) else depends) if name not in dropped]
    return resource | ({"DependsOn": kept} if kept else {})


def _require_unmentioned(node: Node, dropped: set[str]) -> None:
    """Fail where a reference would point at what was left out."""
    if isinstance(node, dict):
        target = node.get("Ref") or (node.get("Fn::GetAtt") or [None])[0]
        if isinstance(target, str) and target in dropped:
            raise Failure(f"The template refers to {target}, which the emulator does not have.")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _require_unmentioned(child, dropped)


def _name_by_arn(node: Node, secrets: set[str]) -> Node:
    """Rewrite Ref of a secret: its ARN on AWS, its name on the emulator; Id is the ARN on both."""
    if isinstance(node, list):
        return [_name_by_arn(child, secrets) for child in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"} and node["Ref"] in secrets:
        return {"Fn::GetAtt": [node["Ref"], "Id"]}
    return {key: _name_by_arn(child, secrets) for key, child in node.items()}
