"""`gatelet status`: a look at the whole deployment."""

from __future__ import annotations

import json

import pytest

from gatelet.handlers import ENDPOINTS
from gatelet_cli.terminal import Answer

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


@pytest.mark.usefixtures("web", "nobody")
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


@pytest.mark.usefixtures("web")
def test_time_until_the_next_rotation_is_told(gatelet, clock):
    assert gatelet.json("status")["keys"]["next rotation"] in {"in 1 min", "in 59 s", "in 58 s"}
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
