"""Each function as Lambda calls it: its settings from the environment, its server made at the first request."""

from __future__ import annotations

import pytest

from gatelet.handlers.authorizer import Authorizer
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.metadata import metadata
from gatelet.handlers.refresh import refresh
from gatelet.handlers.revoke import revoke
from gatelet.handlers.rotate_keys import RotateKeys
from gatelet.handlers.token import token
from gatelet.handlers.whoami import handler as whoami
from tests.integration.api_gateway import FORM, Answer, basic, http_api_call, http_event
from tests.integration.aws_wire import ENVIRONMENT
from tests.integration.loopback_aws import loopback_aws


@pytest.fixture
def environment(deployment, monkeypatch):
    """Set what the stack and Lambda would set."""
    with loopback_aws(deployment.wire) as url:
        for name, value in {**deployment.settings.to_environment(), **ENVIRONMENT, "AWS_ENDPOINT_URL": url}.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.mark.usefixtures("environment")
def test_token_refresh_and_revoke_work_from_their_environment(deployment, secret, tokens):
    headers = {**FORM, **basic("c_legacy", secret)}
    body = f"grant_type=refresh_token&refresh_token={tokens['refresh_token']}".encode()
    for name, answer, path in (("token", token, "/oauth2/token"), ("refresh", refresh, "/oauth2/refresh")):
        function = Endpoint(name, answer)
        assert Answer(function(http_event("POST", path, headers, body=body), None)).status == 200
        assert Answer(function(http_event("POST", path, headers, body=body), None)).status == 200

    body = f"token={tokens['refresh_token']}".encode()
    function = Endpoint("revoke", revoke)
    assert Answer(function(http_event("POST", "/oauth2/revoke", headers, body=body), None)).status == 200
    assert deployment.grant()["status"] == {"S": "revoked"}


@pytest.mark.usefixtures("environment")
def test_metadata_works_from_its_environment():
    function = Endpoint("metadata", metadata)

    assert Answer(function(http_event("GET", "/.well-known/jwks.json", {}), None)).status == 200


@pytest.mark.usefixtures("environment")
def test_rotate_keys_works_from_its_environment(monkeypatch):
    """Through boto3, before which moto stands by itself."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert set(RotateKeys()({"action": "status"}, None) or {}) >= {"signing", "grant"}


@pytest.mark.usefixtures("environment")
def test_the_authorizer_and_the_api_behind_it_work_from_their_environment(deployment, signed_in):
    """By the real clock a token of the test's year has expired or is not born yet: it is refused, not an error."""
    access = signed_in().json["access_token"]

    assert Authorizer()(http_api_call({"authorization": f"Bearer {access}"}), None) == {"isAuthorized": False}
    context = deployment.decide(http_api_call({"authorization": f"Bearer {access}"}))["context"]
    answer = whoami({"requestContext": {"authorizer": {"lambda": context}}}, None)
    assert '"sub": "u_alice"' in answer["body"]


def test_a_function_without_its_settings_answers_and_says_nothing(monkeypatch):
    for name in ("GATELET_ISSUER", "GATELET_KEYS_TABLE"):
        monkeypatch.delenv(name, raising=False)

    answer = Answer(Endpoint("metadata", metadata)(http_event("GET", "/.well-known/jwks.json", {}), None))

    assert answer.error == (500, "server_error")
