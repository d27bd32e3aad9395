"""Lambda does not throttle INIT: what the first request needs is read while the handler's module is imported."""

from __future__ import annotations

import pytest

from gatelet.handlers.authorizer import Authorizer
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.introspect import introspect
from gatelet.handlers.metadata import metadata
from gatelet.handlers.revoke import revoke
from gatelet.handlers.token import token
from gatelet.handlers.userinfo import userinfo
from tests.integration.api_gateway import FORM, Answer, basic, http_event
from tests.integration.aws_wire import ENVIRONMENT, internal_error, unreachable
from tests.integration.loopback_aws import loopback_aws

FEED = "Query feed"
READS = {
    "token": (token, {"GetSecretValue signing_secret", "GetSecretValue grant_secret", "Query directory"}),
    "revoke": (revoke, {"GetSecretValue grant_secret", "GetItem keys"}),
    "introspect": (introspect, {"GetSecretValue grant_secret", "GetItem keys", FEED}),
    "userinfo": (userinfo, {"GetItem keys", FEED}),
    "metadata": (metadata, {"GetItem keys"}),
}


@pytest.fixture
def on_lambda(deployment, monkeypatch):
    """Set what Lambda sets, and count from 0."""
    with loopback_aws(deployment.wire) as url:
        given = {"AWS_ENDPOINT_URL": url, "AWS_LAMBDA_FUNCTION_NAME": "f"}
        for name, value in {**deployment.settings.to_environment(), **ENVIRONMENT, **given}.items():
            monkeypatch.setenv(name, value)
        deployment.wire.clear()
        yield deployment.wire


def issue(function: Endpoint, secret: str) -> Answer:
    headers = {**FORM, **basic("c_service", secret)}
    event = http_event("POST", "/oauth2/token", headers, body=b"grant_type=client_credentials")
    return Answer(function(event, None))


@pytest.mark.parametrize("name", READS)
def test_each_function_reads_what_its_role_allows_and_its_first_request_needs(on_lambda, name):
    answer, reads = READS[name]
    Endpoint(name, answer)

    assert set(on_lambda.names) == reads


def test_the_authorizer_reads_keys_and_feed(on_lambda):
    Authorizer()

    assert set(on_lambda.names) == {"GetItem keys", FEED}


def test_the_first_token_costs_its_client_alone(on_lambda, secret):
    function = Endpoint("token", token)
    on_lambda.clear()

    assert issue(function, secret).status == 200
    assert on_lambda.names == ["GetItem directory"]


@pytest.mark.parametrize("fault", [internal_error, unreachable])
def test_a_failure_does_not_break_the_import_and_the_first_request_tries_again(on_lambda, secret, fault):
    on_lambda.fail(fault, lambda _call: True)
    function = Endpoint("token", token)
    Authorizer()
    on_lambda.clear()

    assert issue(function, secret).status == 200


def test_a_function_without_settings_can_be_imported(on_lambda, monkeypatch):
    for name in ("GATELET_SIGNING_SECRET", "GATELET_KEYS_TABLE", "GATELET_ROUTES", "AWS_REGION"):
        monkeypatch.delenv(name)
    for name, (answer, _) in READS.items():
        Endpoint(name, answer)
    Authorizer()

    assert on_lambda.names == []


def test_elsewhere_nothing_is_read(on_lambda, monkeypatch):
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")
    Endpoint("token", token)

    assert on_lambda.names == []
