"""What must wake somebody does."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns

from gatelet_cdk import AuthorizationServer
from tests.infra.cloudformation import referred

METRICS = {
    ("AWS/ApiGateway", "5xx"),
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Throttles"),
    ("Gatelet", "FeedUnread"),
    ("Gatelet", "ReuseDetected"),
    ("Gatelet", "RestoredBackup"),
    ("Gatelet", "SecretUnread"),
}


def alarms(template):
    return [alarm.properties for alarm in template.of("CloudWatch::Alarm")]


def watched(template, metric):
    """Return the modules of the functions that an alarm on a metric watches."""
    modules = {function.id: module for module, function in template.functions().items()}
    return {
        modules[referred(alarm["Dimensions"][0]["Value"])]
        for alarm in alarms(template)
        if alarm["MetricName"] == metric
    }


def test_each_alarm_watches_one_metric_of_the_stack(demonstrated):
    assert {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms(demonstrated)} == METRICS
    # Metric math costs a metric more; the emulator refuses it.
    assert not [alarm for alarm in alarms(demonstrated) if "Metrics" in alarm]


def test_a_failing_authorizer_and_a_failing_rotation_are_noticed(demonstrated):
    assert watched(demonstrated, "Errors") == {"authorizer", "rotate_keys"}
    assert watched(demonstrated, "Throttles") == {"authorize", "authorizer", "token"}


def test_silence_is_well(demonstrated):
    assert {alarm["TreatMissingData"] for alarm in alarms(demonstrated)} == {"notBreaching"}


def test_every_alarm_says_what_happened(demonstrated):
    assert all(alarm["AlarmDescription"] for alarm in alarms(demonstrated))


def test_what_the_functions_count_is_found_under_the_name_they_count_it(demonstrated):
    counted = [alarm for alarm in alarms(demonstrated) if alarm["Namespace"] == "Gatelet"]
    environment = demonstrated.functions()["token"].properties["Environment"]["Variables"]
    assert environment["POWERTOOLS_METRICS_NAMESPACE"] == "Gatelet"
    for alarm in counted:
        assert alarm["Dimensions"] == [{"Name": "service", "Value": environment["POWERTOOLS_SERVICE_NAME"]}]


def test_every_alarm_takes_the_action_it_was_given(stack, synthesize):
    topic = sns.Topic(stack, "Pager")
    AuthorizationServer(stack, "Gatelet", alarm_actions=[actions.SnsAction(topic)])
    template = synthesize(stack)
    for alarm in alarms(template):
        assert [referred(action) for action in alarm["AlarmActions"]] == [template.only("SNS::Topic").id]


def test_a_dashboard_shows_the_alarms(deployed):
    assert "alarms" in str(deployed.only("CloudWatch::Dashboard").properties["DashboardBody"])
