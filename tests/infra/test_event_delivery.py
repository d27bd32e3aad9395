"""An event bus for the audit trail is an option: with it one small function, without it nothing."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from app import make_stack
from gatelet_cdk import AuthorizationServer
from gatelet_cli.audit_trail import filter_pattern
from tests.infra.cloudformation import listed, referred, strings
from tests.infra.conftest import EVENT_BUS


@pytest.fixture(scope="module")
def delivery(delivering):
    return delivering.functions()["event_delivery"]


def test_without_a_bus_there_is_nothing_of_it(deployed):
    assert "event_delivery" not in deployed.functions()
    assert not deployed.of("Logs::SubscriptionFilter")
    assert not [text for text in strings(deployed.document) if "events:PutEvents" in text]


def test_with_one_everything_else_is_as_without(deployed, delivering):
    kept = {resource.id: resource.whole for resource in delivering.resources}
    assert {
        resource.id
        for resource in deployed.resources
        if kept.get(resource.id) != resource.whole and resource.type != "AWS::CloudWatch::Dashboard"
    } == set()
    more = [resource.type for resource in delivering.resources if "EventDelivery" in resource.id]
    assert len(delivering.resources) == len(deployed.resources) + len(more)


def test_the_lines_with_events_of_the_audit_trail_go_to_the_function(delivering, delivery):
    """The same lines that `gatelet audit` reads."""
    subscription = delivering.only("Logs::SubscriptionFilter").properties
    trail = delivering.functions()["token"].properties["LoggingConfig"]["LogGroup"]
    assert subscription["LogGroupName"] == trail
    assert subscription["FilterPattern"] == filter_pattern({})
    assert referred(subscription["DestinationArn"]) == delivery.id


def test_what_the_function_logs_can_never_call_it_again(delivering, delivery):
    own = delivery.properties["LoggingConfig"]["LogGroup"]
    assert own != delivering.only("Logs::SubscriptionFilter").properties["LogGroupName"]


def test_only_the_audit_trail_may_call_it(delivering, delivery):
    (permission,) = [
        each.properties
        for each in delivering.of("Lambda::Permission")
        if referred(each.properties["FunctionName"]) == delivery.id
    ]
    trail = delivering.functions()["token"].properties["LoggingConfig"]["LogGroup"]["Ref"]
    assert permission["Principal"] == "logs.amazonaws.com"
    assert referred(permission["SourceArn"]) == trail


@pytest.mark.attack("ATK-371")
def test_it_may_put_events_on_that_bus_and_write_its_log(delivering, delivery):
    statements = delivering.statements(referred(delivery.properties["Role"]))
    allowed = {(action, str(each["Resource"])) for each in statements for action in listed(each["Action"])}
    log = {"Fn::GetAtt": [delivery.properties["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}
    assert allowed == {
        ("events:PutEvents", EVENT_BUS),
        ("logs:CreateLogStream", str(log)),
        ("logs:PutLogEvents", str(log)),
    }
    variables = delivery.properties["Environment"]["Variables"]
    assert {name for name in variables if name.startswith("GATELET_")} == {"GATELET_DEADLINE", "GATELET_EVENT_BUS"}
    assert variables["GATELET_EVENT_BUS"] == EVENT_BUS


def test_a_name_is_a_bus_of_the_same_account_and_region(application):
    template = application(auditEventBus="security")
    variables = template.functions()["event_delivery"].properties["Environment"]["Variables"]
    assert strings(variables["GATELET_EVENT_BUS"])[-1] == ":event-bus/security"


def test_a_bus_of_the_same_stack_and_an_alarm_where_events_are_lost(stack, synthesize):
    topic = sns.Topic(stack, "Pager")
    bus = events.EventBus(stack, "Security")
    AuthorizationServer(stack, "Gatelet", audit_event_bus=bus, alarm_actions=[actions.SnsAction(topic)])
    template = synthesize(stack)
    delivery = template.functions()["event_delivery"]
    assert referred(delivery.properties["Environment"]["Variables"]["GATELET_EVENT_BUS"]) == (
        template.only("Events::EventBus").id
    )
    (alarm,) = [
        each
        for each in template.of("CloudWatch::Alarm")
        if each.properties.get("Dimensions") == [{"Name": "FunctionName", "Value": {"Ref": delivery.id}}]
    ]
    assert alarm.properties["MetricName"] == "AsyncEventsDropped"
    assert referred(alarm.properties["AlarmActions"][0]) == template.only("SNS::Topic").id
    assert alarm.id in str(template.only("CloudWatch::Dashboard").properties)


def test_no_rule_of_aws_solutions_is_broken(unbundled):
    app = cdk.App(context={**unbundled, "auditEventBus": "security", "trustedProxies": "10.0.0.0/24"})
    make_stack(app)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
