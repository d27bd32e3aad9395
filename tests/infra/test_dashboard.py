"""The dashboard answers its three questions with what the code counts."""

from __future__ import annotations

import json
import re

import pytest

from gatelet.handlers.audit_event import SUSPICIOUS
from gatelet.handlers.observation import DURATION, NAMESPACE, OUTCOMES
from gatelet_cli.costs.prices import price_list
from tests.infra.counted import counted_by_the_functions

QUESTIONS = ("Is it healthy?", "Who is attacking?", "What does it cost?")


@pytest.fixture(scope="module")
def dashboard(deployed):
    """Return the body as CloudWatch would get it, references by their logical id."""
    body = deployed.only("CloudWatch::Dashboard").properties["DashboardBody"]["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else _named(part) for part in body))["widgets"]


def _named(reference):
    return str(reference.get("Ref") or reference["Fn::GetAtt"][0])


def below(dashboard, question):
    """Return the widgets between a question and the next."""
    questions = [number for number, widget in enumerate(dashboard) if widget["type"] == "text"]
    begins = [n for n in questions if dashboard[n]["properties"]["markdown"].startswith(f"## {question}\n")]
    after = [n for n in questions if n > begins[0]]
    return dashboard[begins[0] + 1 : after[0] if after else None]


def metrics(widgets):
    """Return namespace, name and dimensions of every metric that is shown."""
    shown = [
        metric
        for widget in widgets
        for metric in widget["properties"].get("metrics", ())
        if not isinstance(metric[0], dict)
    ]
    texts = [[part for part in metric if isinstance(part, str)] for metric in shown]
    return [(text[0], text[1], dict(zip(text[2::2], text[3::2], strict=True))) for text in texts]


def expressions(widgets):
    return {
        metric[0]["label"]: metric[0]["expression"]
        for widget in widgets
        for metric in widget["properties"].get("metrics", ())
        if isinstance(metric[0], dict)
    }


def test_it_asks_three_questions_in_this_order(dashboard):
    asked = [each["properties"]["markdown"].partition("\n")[0] for each in dashboard if each["type"] == "text"]
    assert asked == [f"## {question}" for question in QUESTIONS]


def test_a_metric_of_ours_is_one_that_the_functions_write(dashboard, deployed):
    counted = [(name, dimensions) for namespace, name, dimensions in metrics(dashboard) if namespace == NAMESPACE]
    operations = {*deployed.functions(), "authorizer"} - {"rotate_keys"}
    of_operations = {DURATION, *(outcome.capitalize() for outcome in OUTCOMES)}
    for_alarms = counted_by_the_functions()
    service = deployed.functions()["token"].properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert service == "Gatelet"
    for name, dimensions in counted:
        match sorted(dimensions):
            case ["operation", "service"]:
                assert name in of_operations
                assert dimensions["operation"] in operations
            case ["service"]:
                assert name in for_alarms
            case _:
                assert (name, list(dimensions)) == ("TooManyRequests", ["ApiId"])
        assert dimensions.get("service", service) == service


def test_health_is_every_outcome_and_duration_of_every_operation_and_every_alarm(dashboard, deployed):
    widgets = below(dashboard, QUESTIONS[0])
    shown = {(name, dimensions.get("operation")) for _, name, dimensions in metrics(widgets)}
    operations = {*deployed.functions(), "authorizer"} - {"rotate_keys"}
    for operation in operations:
        assert {(outcome.capitalize(), operation) for outcome in OUTCOMES} <= shown
    percentiles = {
        metric[-1]["stat"]
        for widget in widgets
        for metric in widget["properties"].get("metrics", ())
        if DURATION in metric
    }
    assert percentiles == {"p50", "p99"}
    assert {name for name, _ in shown} >= {"Errors", "Throttles", "5xx", "FeedUnread", "SecretUnread"}
    (states,) = [each["properties"]["alarms"] for each in widgets if each["type"] == "alarm"]
    names = {alarm.properties["AlarmName"] for alarm in deployed.of("CloudWatch::Alarm")}
    assert {arn.rpartition(":alarm:")[2] for arn in states} == names


def test_attackers_are_looked_for_in_the_log_of_the_functions(dashboard, deployed):
    widgets = below(dashboard, QUESTIONS[1])
    queries = [widget["properties"]["query"] for widget in widgets if widget["type"] == "log"]
    group = deployed.functions()["token"].properties["LoggingConfig"]["LogGroup"]["Ref"]
    assert {query.partition(" | ")[0] for query in queries} == {f"SOURCE '{group}'"}
    most = {who: query for query in queries for who in re.findall(r"times by (\w+)\n", query)}
    assert set(most) == {"source_ip", "client_id", "sub"}
    (pattern,) = {pattern for query in most.values() for pattern in re.findall(r"@message like /(.+)/\n", query)}
    for event in SUSPICIOUS:
        assert re.search(pattern, json.dumps({"events": [event]}))
    assert not re.search(pattern, json.dumps({"events": ["sign_in.succeeded", "token.refused"]}))
    assert {name for _, name, _ in metrics(widgets)} == {
        "SignInFailed",
        "Throttled",
        "TooManyRequests",
        "ReuseDetected",
    }


def test_dollars_are_those_of_the_one_price_list(dashboard):
    widgets = below(dashboard, QUESTIONS[2])
    prices = price_list().prices
    dollars = {
        label: sorted({float(factor) for factor in re.findall(r"\* ([\d.]+)", text)})
        for label, text in expressions(widgets).items()
    }
    # Lambda's durations are added up in milliseconds, of functions with half a gigabyte and with a whole one.
    millisecond = prices.lambda_gb_second / 1000
    expected = {
        "HTTP API": [prices.http_api_request],
        "Lambda": sorted([prices.lambda_request, millisecond / 2, millisecond]),
        "DynamoDB": [prices.dynamodb_read, prices.dynamodb_write],
        "logs of the functions": [prices.log_gb / 10**9],
    }
    for label, factors in expected.items():
        assert dollars[label] == pytest.approx(factors, rel=1e-3)
    assert price_list().title in dashboard[dashboard.index(widgets[0]) - 1]["properties"]["markdown"]


def test_what_is_paid_for_is_of_this_stack(dashboard, deployed):
    shown = metrics(below(dashboard, QUESTIONS[2]))
    own = {resource.id for resource in deployed.resources}
    assert {value for _, _, dimensions in shown for value in dimensions.values()} <= own
    assert all(dimensions for _, _, dimensions in shown)
    tables = {table.id for table in deployed.of("DynamoDB::Table")}
    for units in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"):
        assert {dimensions["TableName"] for _, name, dimensions in shown if name == units} == tables


def test_an_expression_is_not_longer_than_cloudwatch_takes(dashboard):
    """2,048 characters."""
    assert all(len(text) < 2048 for text in expressions(dashboard).values())
