"""What the local stack leaves out of the template is a short closed list; everything else is what AWS gets."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from gatelet_cli.failure import Failure
from gatelet_cli.local.synthesis import STACK
from gatelet_cli.local.template import localize


@pytest.fixture(scope="module")
def template(assembly):
    return json.loads((assembly / f"{STACK}.template.json").read_text())


def test_rotation_schedules_and_metric_math_are_all_that_is_left_out(template):
    """The emulator refuses these; a type that it comes to refuse later must fail the deployment."""
    local = localize(template)["Resources"]
    left_out = Counter(each["Type"] for name, each in template["Resources"].items() if name not in local)
    assert left_out.pop("AWS::SecretsManager::RotationSchedule") == 2
    assert set(left_out) <= {"AWS::CloudWatch::Alarm"}


def test_alarms_that_are_left_out_are_those_with_an_expression(template):
    """An alarm on one metric is deployed."""
    local = localize(template)["Resources"]
    alarms = {name: each for name, each in template["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert {name for name, each in alarms.items() if "Metrics" in each["Properties"]} == alarms.keys() - local.keys()


def test_secret_is_named_by_its_arn():
    """Ref gives its name on the emulator, and a policy with a name allows nothing."""
    template = {
        "Resources": {
            "Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {}},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Resource": [{"Ref": "Key"}, {"Ref": "Other"}]}},
        }
    }
    policy = localize(template)["Resources"]["Policy"]
    assert policy["Properties"]["Resource"] == [{"Fn::GetAtt": ["Key", "Id"]}, {"Ref": "Other"}]


@pytest.mark.parametrize("reference", [{"Ref": "Schedule"}, {"Fn::GetAtt": ["Schedule", "Arn"]}])
def test_reference_to_what_is_left_out_fails(reference):
    """It would otherwise point at nothing."""
    template = {
        "Resources": {"Schedule": {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": {}}},
        "Outputs": {"Schedule": {"Value": reference}},
    }
    with pytest.raises(Failure, match="Schedule"):
        localize(template)


def test_dependency_on_what_is_left_out_is_dropped():
    """Order among what is there stays."""
    template = {
        "Resources": {
            "Schedule": {"Type": "AWS::SecretsManager::RotationSchedule"},
            "Key": {"Type": "AWS::SecretsManager::Secret"},
            "Route": {"Type": "AWS::ApiGatewayV2::Route", "DependsOn": ["Schedule", "Key"]},
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "DependsOn": "Schedule"},
        }
    }
    local = localize(template)["Resources"]
    assert local["Route"]["DependsOn"] == ["Key"]
    assert "DependsOn" not in local["Stage"]
