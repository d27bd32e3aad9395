"""What must wake somebody does, and the runbook says what to do then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns

from gatelet.aws.settings import Settings
from gatelet.handlers import observation
from gatelet_cdk import AuthorizationServer
from tests.infra.cloudformation import referred
from tests.infra.counted import counted_by_the_functions

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "runbook.md"
BEFORE_ENTRY = " docs/runbook.md#"
METRICS = {
    ("AWS/ApiGateway", "5xx"),
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Throttles"),
    ("Gatelet", "FeedUnread"),
    ("Gatelet", "KeyRotationOverdue"),
    ("Gatelet", "ReuseDetected"),
    ("Gatelet", "RestoredBackup"),
    ("Gatelet", "SecretUnread"),
    ("Gatelet", "SignInFailed"),
    ("Gatelet", "TooManyRequests"),
}


@pytest.fixture(scope="module")
def described(demonstrated, delivering):
    """Return what every alarm that there can be says, by its entry in the runbook."""
    texts = {each["AlarmDescription"] for template in (demonstrated, delivering) for each in alarms(template)}
    return {entry: meaning for meaning, _, entry in (text.rpartition(BEFORE_ENTRY) for text in texts)}


def alarms(template):
    return [alarm.properties for alarm in template.of("CloudWatch::Alarm")]


def metrics(alarm):
    """Return what an alarm watches: one metric, or those of its expression."""
    return [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each] or [alarm]


def watched(template, metric):
    """Return the modules of the functions that an alarm on a metric of Lambda watches."""
    modules = {function.id: module for module, function in template.functions().items()}
    return {
        modules[referred(alarm["Dimensions"][0]["Value"])]
        for alarm in alarms(template)
        if alarm.get("MetricName") == metric
    }


def named(template, name):
    (alarm,) = [each for each in alarms(template) if each.get("AlarmName") == f"Gatelet-{name}"]
    return alarm


def test_each_alarm_watches_a_metric_of_the_stack(demonstrated):
    found = {(each["Namespace"], each["MetricName"]) for alarm in alarms(demonstrated) for each in metrics(alarm)}
    assert found == METRICS


def test_what_the_functions_count_for_an_alarm_has_one_and_is_found_under_its_name(demonstrated):
    counted = [each for alarm in alarms(demonstrated) for each in metrics(alarm) if each["Namespace"] == "Gatelet"]
    of_the_functions = [each for each in counted if each["MetricName"] != "TooManyRequests"]
    environment = demonstrated.functions()["token"].properties["Environment"]["Variables"]
    assert environment["POWERTOOLS_METRICS_NAMESPACE"] == observation.NAMESPACE
    assert {each["MetricName"] for each in of_the_functions} == counted_by_the_functions()
    for each in of_the_functions:
        assert each["Dimensions"] == [{"Name": "service", "Value": environment["POWERTOOLS_SERVICE_NAME"]}]


def test_a_failing_authorizer_and_a_failing_rotation_are_noticed(demonstrated):
    assert watched(demonstrated, "Errors") == {"authorizer", "rotate_keys"}
    assert watched(demonstrated, "Throttles") == {"authorize", "authorizer", "token"}


def test_what_the_api_answers_with_429_is_counted_from_its_log(deployed):
    """HTTP APIs have no metric of it."""
    counting = deployed.only("Logs::MetricFilter").properties
    assert counting["FilterPattern"] == '{ $.status = "429" }'
    (transformation,) = counting["MetricTransformations"]
    assert transformation["Dimensions"] == [{"Key": "ApiId", "Value": "$.apiId"}]
    stage = deployed.only("ApiGatewayV2::Stage").properties
    assert '"apiId": "$context.apiId"' in stage["AccessLogSettings"]["Format"]
    assert '"status": "$context.status"' in stage["AccessLogSettings"]["Format"]
    assert referred(counting["LogGroupName"]) == referred(stage["AccessLogSettings"]["DestinationArn"])
    alarm = named(deployed, "ApiThrottles")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (
        transformation["MetricNamespace"],
        transformation["MetricName"],
        100,
    )
    assert alarm["Dimensions"] == [{"Name": "ApiId", "Value": {"Ref": deployed.only("ApiGatewayV2::Api").id}}]


@pytest.mark.parametrize(
    ("failed", "succeeded", "rings"),
    [
        pytest.param(3, 0, False, id="three typos in a quiet night"),
        pytest.param(49, 0, False, id="not many"),
        pytest.param(200, 1000, False, id="the typos of a busy morning"),
        pytest.param(500, 0, True, id="a spray in a quiet night"),
        pytest.param(1500, 1000, True, id="a spray in a busy morning"),
    ],
)
def test_failed_sign_ins_ring_where_they_are_many_and_most(deployed, failed, succeeded, rings):
    alarm = named(deployed, "SignInFailures")
    expression, *inputs = alarm["Metrics"]
    assert {each["Id"]: each["MetricStat"]["Stat"] for each in inputs} == {"failed": "Sum", "share": "Average"}
    many_and_most = r"IF\(failed >= (\d+) AND share >= ([\d.]+), failed, 0\)"
    ((many, most),) = re.findall(many_and_most, expression["Expression"])
    assert (failed >= int(many) and failed / (failed + succeeded) >= float(most)) is rings
    assert alarm["Threshold"] <= failed


def test_a_rotation_that_is_late_is_noticed_after_the_period_that_the_stack_rotates_in(stack, synthesize, deployed):
    for name, function in deployed.functions().items():
        assert "GATELET_ROTATION_PERIOD" not in function.properties["Environment"]["Variables"], name
    (default,) = {
        schedule.properties["RotationRules"]["AutomaticallyAfterDays"]
        for schedule in deployed.of("SecretsManager::RotationSchedule")
    }
    assert default * 86_400 == Settings().rotation_period

    AuthorizationServer(stack, "Gatelet", rotation_period=Duration.days(7))
    functions = synthesize(stack).functions()
    told = {
        name: function.properties["Environment"]["Variables"]["GATELET_ROTATION_PERIOD"]
        for name, function in functions.items()
        if "GATELET_ROTATION_PERIOD" in function.properties["Environment"]["Variables"]
    }
    assert told == dict.fromkeys(("token", "refresh", "authorize", "revoke", "introspect"), "604800")


def test_silence_is_well(demonstrated):
    assert {alarm["TreatMissingData"] for alarm in alarms(demonstrated)} == {"notBreaching"}


def test_every_alarm_has_an_entry_in_the_runbook_and_every_entry_an_alarm(described):
    entries = re.findall(r"^### (\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert {entry.lower() for entry in entries} == described.keys()
    assert len(entries) == len(described)


def test_every_alarm_begins_with_what_its_entry_begins_with(described):
    sections = dict(re.findall(r"^### (\w+)\n\n(.+?)\n\n", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL))
    assert {name.lower(): " ".join(text.split()) for name, text in sections.items()} == described


@pytest.mark.parametrize("part", ["First look", "What to do", "Harmless when"])
def test_every_entry_says_where_to_look_what_to_do_and_when_it_is_harmless(part):
    _, *entries = re.split(r"^### ", RUNBOOK.read_text(), flags=re.MULTILINE)
    assert [entry.partition("\n")[0] for entry in entries if f"**{part}**" not in entry] == []


def test_every_alarm_takes_the_action_it_was_given(stack, synthesize):
    topic = sns.Topic(stack, "Pager")
    AuthorizationServer(stack, "Gatelet", alarm_actions=[actions.SnsAction(topic)])
    template = synthesize(stack)
    for alarm in alarms(template):
        assert [referred(action) for action in alarm["AlarmActions"]] == [template.only("SNS::Topic").id]


def test_the_names_of_the_alarms_tell_their_stack(application):
    """Two stacks of one account and Region have alarms of their own."""
    template = application(stack="Other")
    assert {alarm["AlarmName"].partition("-")[0] for alarm in alarms(template)} == {"Other"}
