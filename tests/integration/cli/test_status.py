"""`gatelet status`: a look at the whole deployment."""

from __future__ import annotations

import json
import re
import time

import boto3
import pytest

from gatelet.handlers import ENDPOINTS
from gatelet_cli.terminal import Answer
from tests.integration.cli.conftest import ALARMS
from tests.integration.cli.deployed import LOG_GROUP

ISSUER = "https://abc123.execute-api.us-east-1.amazonaws.com"


@pytest.fixture
def web(terminal):
    """Let every endpoint answer."""
    for endpoint in ENDPOINTS:
        method = "GET" if "GET" in endpoint.methods and "{" not in endpoint.path else "OPTIONS"
        terminal.web[f"{method} {ISSUER}{endpoint.path}"] = Answer(status=200, body=b"{}")
    discovery = json.dumps({"issuer": ISSUER}).encode()
    terminal.web[f"GET {ISSUER}/.well-known/openid-configuration"] = Answer(status=200, body=discovery)
    return terminal.web


@pytest.fixture
def cloudwatch(deployment):
    """Let the alarms of the stack be there, and one that is none of its."""
    assert deployment
    client = boto3.client("cloudwatch", region_name="us-east-1")
    for name in (*(f"Gatelet-{alarm}" for alarm in ALARMS), "Shop-Sold"):
        client.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=f"Meaning of {name}.",
            Namespace="Gatelet",
            MetricName="x",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
        client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="quiet")
    return client


@pytest.fixture
def happened(deployment):
    """Let functions write lines, some time ago."""
    deployment.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="functions")

    def happened(lines, *, ago=60):
        now = int((time.time() - ago) * 1000)
        entries = [{"timestamp": now + number, "message": json.dumps(line)} for number, line in enumerate(lines)]
        deployment.logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="functions", logEvents=entries)

    return happened


def request(operation="token", outcome="succeeded", **members):
    return {"operation": operation, "outcome": outcome, "status": 200, "duration_ms": 4.2, **members}


@pytest.mark.usefixtures("web", "nobody", "cloudwatch")
def test_sound_stack_is_described_whole(gatelet):
    status = gatelet.json("status")
    assert status["stack"] == "Gatelet"
    assert status["issuer"] == ISSUER
    assert (status["clients"], status["apis"], status["users"], status["roles"]) == (1, 2, 0, 2)
    assert set(status["tables"].values()) == {"ACTIVE"}
    assert set(status["endpoints"].values()) == {"answers (200)"}
    assert len(status["endpoints"]) == len(ENDPOINTS)
    assert "signing ES256" in status["keys"]
    assert "signing ES256" in gatelet.run("status")


def test_endpoint_that_fails_is_a_problem(gatelet, web):
    web[f"OPTIONS {ISSUER}/oauth2/token"] = Answer(status=500, body=b"")
    printed = gatelet.fails("status")
    assert "token_endpoint: fails with 500" in printed


def test_stack_that_cannot_be_reached_is_a_problem_and_the_rest_is_shown(gatelet):
    printed = gatelet.fails("status")
    assert "discovery: cannot be reached from here" in printed
    assert "ACTIVE" in printed


@pytest.mark.parametrize("body", [b'{"issuer":"https://other.example"}', b"<html>", b"[]", b"{}"])
def test_metadata_of_somebody_else_is_a_problem(gatelet, web, body):
    web[f"GET {ISSUER}/.well-known/openid-configuration"] = Answer(status=200, body=body)
    assert "discovery" in gatelet.fails("status")


@pytest.mark.usefixtures("web", "cloudwatch")
def test_time_until_the_next_rotation_is_told(gatelet, clock):
    assert re.fullmatch(r"in (1 min|\d\d s)", gatelet.json("status")["keys"]["next rotation"])
    clock.advance(-100)
    gatelet.run("keys", "rotate", "--emergency", "--at-once", "--yes")
    assert gatelet.json("status")["keys"]["next rotation"] == "possible now"


@pytest.mark.usefixtures("web")
def test_part_that_cannot_be_looked_at_is_a_problem_and_the_rest_is_shown(gatelet, deployment):
    deployment.dynamodb.delete_table(TableName="directory")
    deployment.secretsmanager.delete_secret(SecretId=deployment.settings.grant_secret, ForceDeleteWithoutRecovery=True)
    printed = gatelet.fails("status")
    assert "directory: A part of the stack is gone" in printed
    assert "keys: The function rotate_keys failed" in printed
    assert "token_endpoint: answers (200)" in printed


@pytest.mark.usefixtures("web", "cloudwatch")
def test_the_alarms_of_this_stack_are_told_with_what_they_mean(gatelet):
    told = gatelet.json("status")["alarms"]
    assert [(each["alarm"], each["state"], each["means"]) for each in told] == [
        ("ReuseDetected", "OK", "Meaning of Gatelet-ReuseDetected."),
        ("ServerErrors", "OK", "Meaning of Gatelet-ServerErrors."),
    ]
    assert abs(told[0]["since_at"] - time.time()) < 3600


@pytest.mark.usefixtures("web")
def test_an_alarm_that_rings_and_one_that_somebody_deleted_are_problems(gatelet, cloudwatch):
    cloudwatch.set_alarm_state(AlarmName="Gatelet-ServerErrors", StateValue="ALARM", StateReason="5xx")
    cloudwatch.delete_alarms(AlarmNames=["Gatelet-ReuseDetected"])
    printed = gatelet.fails("status")
    assert "alarm ServerErrors rings: Meaning of Gatelet-ServerErrors." in printed
    assert "alarm ReuseDetected is missing" in printed
    _, _, table = printed.partition("The alarms")
    assert table.index("ServerErrors") < table.index("ReuseDetected")


@pytest.mark.usefixtures("web")
def test_a_stack_of_an_earlier_release_is_to_be_deployed_anew(deploy, gatelet):
    deploy("Old", GateletAlarms="")
    assert "alarms: The stack Old has no output GateletAlarms" in gatelet.fails("--stack", "Old", "status")


@pytest.mark.usefixtures("web", "cloudwatch")
def test_requests_of_the_last_hour_are_counted_by_how_they_ended(gatelet, happened):
    happened([request(), request(duration_ms=90), request(outcome="throttled"), request("authorizer", "failed")])
    happened([request("metadata")], ago=3700)
    happened(
        [{"message": "rotate_keys", "outcome": "succeeded"}, request("operator", events=["operator.role_created"])]
    )

    status = gatelet.json("status")

    nothing = {"refused": 0, "unavailable": 0}
    assert status["requests_of_the_last_hour"] == [
        {
            "operation": "authorizer",
            **nothing,
            "succeeded": 0,
            "throttled": 0,
            "failed": 1,
            "p50_ms": 4.2,
            "p99_ms": 4.2,
        },
        {"operation": "token", **nothing, "succeeded": 2, "throttled": 1, "failed": 0, "p50_ms": 4.2, "p99_ms": 90},
    ]


@pytest.mark.usefixtures("web", "cloudwatch")
def test_of_whom_failures_come_is_told_with_what_they_were(gatelet, happened):
    spray = {"outcome": "refused", "events": ["sign_in.failed", "token.refused"], "source_ip": "203.0.113.7"}
    happened([request(**spray, sub=f"u_{number}") for number in range(8)])
    stolen = {"outcome": "refused", "events": ["refresh_token.reused"], "source_ip": "198.51.100.9"}
    happened([request(**stolen, client_id="c_shop"), request(source_ip="192.0.2.1", events=["sign_in.succeeded"])])

    failures = gatelet.json("status")["failures_of_the_last_hour"]

    assert failures["addresses"] == [
        {"source_ip": "203.0.113.7", "failures": 8, "events": {"sign_in.failed": 8}},
        {"source_ip": "198.51.100.9", "failures": 1, "events": {"refresh_token.reused": 1}},
    ]
    assert failures["clients"] == [{"client_id": "c_shop", "failures": 1, "events": {"refresh_token.reused": 1}}]
    assert len(failures["users"]) == 5
    printed = gatelet.run("status")
    for title in ("The alarms", "Requests of the last hour", "The addresses with the most", "Dollars of the last day"):
        assert title in printed


@pytest.mark.usefixtures("web", "cloudwatch")
def test_dollars_are_what_the_requests_of_the_day_cost_and_what_stands_there(gatelet, happened):
    idle = gatelet.json("status")["dollars_of_the_last_day"]
    assert round(idle["total"] * 365 / 12, 1) == 5.0
    assert idle["http_api"] == idle["functions"] == idle["dynamodb"] == 0

    happened([request(grant_type="refresh_token") for _ in range(100)], ago=7200)
    happened([request("authorizer") for _ in range(100)], ago=7300)
    busy = gatelet.json("status")["dollars_of_the_last_day"]

    # The list prices of a hundred requests; a write and a read unit each, and the starts of containers.
    assert busy["http_api"] == pytest.approx(100 * 1e-6)
    assert busy["dynamodb"] == pytest.approx(100 * (0.625e-6 + 0.125e-6), rel=0.1)
    assert busy["functions"] == pytest.approx(100 * (0.4e-6 + 0.008 * 1.5 * 13.3334e-6), rel=0.2)
    assert busy["total"] == pytest.approx(sum(value for name, value in busy.items() if name != "total"))


@pytest.mark.usefixtures("web", "cloudwatch")
def test_a_log_that_is_gone_is_a_problem_and_the_rest_is_shown(gatelet, deployment):
    deployment.logs.delete_log_group(logGroupName=LOG_GROUP)
    printed = gatelet.fails("status")
    assert "log: A part of the stack is gone" in printed
    assert "ReuseDetected" in printed
