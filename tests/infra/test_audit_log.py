"""One log group holds the audit trail: every function adds to it, and nobody takes anything away."""

from __future__ import annotations

import pytest
from aws_cdk import aws_logs as logs

from gatelet_cdk import AuthorizationServer
from tests.infra.cloudformation import listed, referred

ADD = {"logs:CreateLogStream", "logs:PutLogEvents"}
POLICIES = ("IAM::Policy", "IAM::ManagedPolicy")


@pytest.fixture
def log(demonstrated):
    """Return the log group of the functions; the other one is API Gateway's."""
    (log,) = {function.properties["LoggingConfig"]["LogGroup"]["Ref"] for function in demonstrated.functions().values()}
    return log


def statements(template, kind):
    return [statement for policy in template.of(kind) for statement in policy.properties["PolicyDocument"]["Statement"]]


def test_every_function_writes_to_the_same_log_group(demonstrated, log):
    """An investigation reads one place."""
    assert {group.id for group in demonstrated.of("Logs::LogGroup")} > {log}


def test_it_is_kept_for_as_long_as_the_operator_says(synthesize, stack):
    AuthorizationServer(stack, "Gatelet", log_retention=logs.RetentionDays.TWO_YEARS)
    groups = synthesize(stack).of("Logs::LogGroup")
    assert {group.properties["RetentionInDays"] for group in groups} == {731}


def test_it_outlives_the_stack_as_the_tables_do(demonstrated, application, log):
    kept = {group.id: group.whole["DeletionPolicy"] for group in demonstrated.of("Logs::LogGroup")}
    assert kept[log] == "Retain"
    assert {group.whole["DeletionPolicy"] for group in application(local=True).of("Logs::LogGroup")} == {"Delete"}


def test_its_name_is_among_the_outputs(deployed):
    assert deployed.outputs()["GateletLogGroup"] == {
        "Ref": deployed.functions()["token"].properties["LoggingConfig"]["LogGroup"]["Ref"]
    }


def test_a_function_adds_to_it_and_reads_nothing(demonstrated, log):
    allowed = [
        set(listed(statement["Action"]))
        for statement in statements(demonstrated, "IAM::Policy")
        if log in {referred(each) for each in listed(statement["Resource"])}
    ]
    assert allowed == [ADD] * len(demonstrated.functions())


def test_an_operator_adds_and_reads(demonstrated, log):
    (statement,) = [
        each
        for each in statements(demonstrated, "IAM::ManagedPolicy")
        if any(action.startswith("logs:") for action in listed(each["Action"]))
    ]
    assert set(listed(statement["Action"])) == {*ADD, "logs:FilterLogEvents"}
    assert [referred(each) for each in listed(statement["Resource"])] == [log]


def test_nobody_may_delete_it_or_let_it_expire_sooner(demonstrated):
    used = {
        action
        for kind in POLICIES
        for statement in statements(demonstrated, kind)
        for action in listed(statement["Action"])
        if action.startswith("logs:")
    }
    assert used == {*ADD, "logs:FilterLogEvents"}
