"""One line a request: what happened, to whom, and how it ended. NIST SP 800-92"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from gatelet.handlers import authorize, authorizer, token
from gatelet.handlers.authorizer import CannotDecide
from tests.integration.api_gateway import Answer, http_api_call
from tests.integration.aws_wire import throttled
from tests.integration.tokens import claims_of


def only(log) -> Any:
    (line,) = log.lines
    return line


def test_a_token_for_a_user_says_for_whom(sign_in, log):
    tokens = sign_in(scope="orders:read")

    line = only(log)

    claims = claims_of(tokens["access_token"])
    assert line["message"] == "token"
    assert (line["outcome"], line["status"], line["grant_type"]) == ("succeeded", 200, "password")
    assert (line["client_id"], line["sub"], line["gid"]) == ("c_legacy", "u_alice", claims["gid"])
    assert (line["jti"], line["scope"]) == (claims["jti"], "orders:read")
    assert (line["method"], line["path"], line["request_id"]) == ("POST", "/oauth2/token", "request-1")
    assert line["source_ip"] == "203.0.113.7"
    assert line["duration_ms"] >= 0


def test_a_refresh_says_for_whom(deployment, legacy, secret, tokens, log):
    deployment.refresh(legacy, secret, tokens["refresh_token"])

    line = only(log)

    assert (line["grant_type"], line["outcome"]) == ("refresh_token", "succeeded")
    assert (line["client_id"], line["sub"], line["gid"]) == ("c_legacy", "u_alice", deployment.grant()["gid"]["S"])


def test_the_browsers_door_has_its_own_name(deployment, signed_in, browser, log):
    cookie = signed_in(browser).cookies[0].partition(";")[0]
    log.clear()
    headers = {"origin": "https://app.example", "x-requested-with": "x"}

    deployment.request("/oauth2/refresh", form={"client_id": "c_browser"}, headers=headers, cookies=(cookie,))

    line = only(log)
    assert (line["message"], line["outcome"], line["client_id"]) == ("refresh", "succeeded", "c_browser")


def test_a_revocation_says_what_ended(deployment, legacy, secret, tokens, log):
    deployment.revoke(legacy, secret, token=tokens["refresh_token"])
    deployment.revoke(legacy, secret, token="x")

    first, second = log.lines
    assert (first["message"], first["outcome"], first["client_id"]) == ("revoke", "succeeded", "c_legacy")
    assert deployment.grant()["gid"]["S"] in first["revoked"]
    assert second["revoked"] == "nothing"


def test_a_refusal_says_why_to_the_operator_and_not_to_the_client(deployment, legacy, secret, log):
    answer = deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")

    line = only(log)
    assert (line["outcome"], line["status"], line["error"]) == ("refused", 400, "invalid_grant")
    assert line["client_id"] == "c_legacy"
    assert "u_alice" in line["detail"]
    assert "alice" not in answer.body
    assert "password" not in answer.body


@pytest.mark.parametrize("event", [{}, {"version": "1.0", "httpMethod": "GET", "path": "/login"}])
@pytest.mark.parametrize("function", [token, authorize])
def test_what_is_no_event_of_api_gateway_is_a_line_and_a_plain_refusal(deployment, log, function, event):
    """A function may be invoked by hand."""
    answer = Answer(function.handler.respond(event, deployment.server("token"), SimpleNamespace(aws_request_id="i1")))

    assert answer.error == (400, "invalid_request")
    line = only(log)
    assert (line["outcome"], line["error"], line["function_request_id"]) == ("refused", "invalid_request", "i1")
    assert "payload version 2.0" in line["detail"]


def test_reuse_names_the_grant(deployment, legacy, secret, tokens, clock, log):
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(31)
    log.clear()

    deployment.refresh(legacy, secret, tokens["refresh_token"])

    line = only(log)
    assert line["outcome"] == "refused"
    assert line["client_id"] == "c_legacy"
    assert deployment.grant()["gid"]["S"] in json.dumps(line)


def test_an_unknown_client_is_not_repeated(deployment, log):
    """Its name is whatever the caller typed: a secret, perhaps."""
    deployment.request("/oauth2/token", form={"grant_type": "x", "client_id": "typed-by-mistake", "client_secret": "x"})

    line = only(log)
    assert (line["outcome"], line["error"]) == ("refused", "invalid_client")
    assert "typed-by-mistake" not in log.text


def test_an_outage_is_neither_a_success_nor_a_refusal(deployment, service, secret, wire, log):
    deployment.restart()
    wire.fail(throttled, lambda _call: True)

    deployment.token(service, secret, grant_type="client_credentials")

    line = only(log)
    assert (line["outcome"], line["status"], line["error"]) == ("unavailable", 503, "temporarily_unavailable")
    assert "get_item" in line["detail"]


def test_the_authorizer_says_who_was_let_in_and_who_was_not(deployment, tokens, log, wire):
    deployment.authorize(tokens["access_token"])
    deployment.authorize(tokens["access_token"], "GET /nothing")
    deployment.authorize("x")
    deployment.restart()
    wire.fail(throttled, lambda _call: True)
    with pytest.raises(CannotDecide):
        deployment.authorize(tokens["access_token"])

    allowed, forbidden, refused, undecided = log.lines
    assert (allowed["outcome"], allowed["route"], allowed["sub"]) == ("succeeded", "GET /orders", "u_alice")
    assert (allowed["client_id"], allowed["gid"]) == ("c_legacy", deployment_gid(tokens))
    assert (forbidden["status"], forbidden["error"]) == (403, "insufficient_scope")
    assert (refused["status"], refused["error"]) == (401, "invalid_token")
    assert undecided["outcome"] == "failed"


def deployment_gid(tokens) -> str:
    gid: str = claims_of(tokens["access_token"])["gid"]
    return gid


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/oauth2/token", "GET"),
        ("/oauth2/token", "OPTIONS"),
        ("/oauth2/revoke", "POST"),
        ("/.well-known/jwks.json", "GET"),
        ("/.well-known/jwks.json", "HEAD"),
    ],
)
def test_every_request_has_its_line(deployment, path, method, log):
    deployment.request(path, method=method)

    assert only(log)["path"] == path


@pytest.mark.attack("ATK-011")
@pytest.mark.attack("ATK-367")
@pytest.mark.parametrize(
    "evil",
    ['a\r\n{"level":"INFO","message":"forged"}', "\x1b[31mred\x1b[0m", "\x00", "\u2028", '","outcome":"succeeded'],
)
def test_nothing_that_a_caller_sends_can_forge_a_line(deployment, secret, evil, log):
    for form in (
        {"grant_type": evil, "client_id": evil, "client_secret": evil},
        {
            "grant_type": "password",
            "username": evil,
            "password": evil,
            "client_id": "c_legacy",
            "client_secret": secret,
        },
        {
            "grant_type": "refresh_token",
            "refresh_token": evil,
            "scope": evil,
            "client_id": "c_legacy",
            "client_secret": secret,
        },
        {evil: evil, "client_id": "c_legacy"},
    ):
        for path in ("/oauth2/token", "/oauth2/refresh", "/oauth2/revoke"):
            log.clear()
            deployment.request(
                path, form=form, headers={"origin": evil, "user-agent": evil}, query=f"x={evil}", method="POST"
            )
            assert only(log)["outcome"] == "refused"
            assert "\x1b" not in log.text
    log.clear()
    deployment.decide(http_api_call({"authorization": f"Bearer {evil}"}))
    assert only(log)["outcome"] == "refused"


@pytest.mark.attack("ATK-368")
def test_metrics_have_few_dimensions_and_name_nobody(deployment, legacy, secret, tokens, capsys, clock):
    capsys.readouterr()
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(31)
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    deployment.authorize(tokens["access_token"])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [line["operation"] for line in lines] == ["token", "token", "authorizer"]
    for line in lines:
        for directive in line["_aws"]["CloudWatchMetrics"]:
            assert directive["Namespace"] == "Gatelet"
            assert {name for names in directive["Dimensions"] for name in names} <= {"service", "operation"}
            for metric in directive["Metrics"]:
                assert type(line[metric["Name"]]) in {int, float}
                assert metric["Unit"] in {"Count", "Milliseconds"}
        assert "u_alice" not in json.dumps(line["_aws"])
        assert "203.0.113.7" not in json.dumps(line["_aws"])


def test_an_alarm_is_counted_in_the_line_of_its_request(deployment, legacy, secret, tokens, log, clock):
    """Under the service alone, which is what the stack's alarms watch."""
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(31)
    log.clear()

    deployment.refresh(legacy, secret, tokens["refresh_token"])

    line = only(log)
    outcome, alarms = line["_aws"]["CloudWatchMetrics"]
    assert outcome["Dimensions"] == [["service", "operation"]]
    assert alarms["Dimensions"] == [["service"]]
    assert alarms["Metrics"] == [{"Name": "ReuseDetected", "Unit": "Count"}]
    assert (line["service"], line["operation"], line["Refused"], line["ReuseDetected"]) == ("gatelet", "token", 1, 1)


def test_the_line_is_one_with_the_names_that_queries_know(deployment, service, secret, log):
    """CloudWatch reads the same line as a metric: each request costs one."""
    deployment.token(service, secret, grant_type="client_credentials")

    (text,) = log.text.splitlines()
    line = json.loads(text)
    assert {"level", "message", "timestamp", "service", "outcome", "status", "duration_ms"} <= line.keys()
    assert (line["level"], line["service"], line["Succeeded"]) == ("INFO", "gatelet", 1)


def test_a_failure_of_ours_is_an_error(deployment, service, secret, log):
    deployment.change_settings(issuer=None)

    deployment.token(service, secret, grant_type="client_credentials")

    assert (only(log)["level"], only(log)["outcome"], only(log)["Failed"]) == ("ERROR", "failed", 1)


def test_lambdas_own_name_for_the_invocation_is_in_the_line(deployment, log):
    """So that a line is found that begins with what the platform logs."""
    context = SimpleNamespace(aws_request_id="4b2c-11")
    authorizer.handler.decide(http_api_call({"authorization": "Bearer x"}), deployment.api(), context)

    assert only(log)["function_request_id"] == "4b2c-11"


def test_each_outcome_is_counted(deployment, service, secret, capsys):
    capsys.readouterr()
    deployment.token(service, secret, grant_type="client_credentials")
    deployment.token(service, "wrong", grant_type="client_credentials")

    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]

    names = [metric["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for metric in counted]
    assert names == ["Succeeded", "Refused"]
