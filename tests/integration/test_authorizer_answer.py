"""What the authorizer tells API Gateway: HTTP API payload 2.0, REST TOKEN and REST REQUEST. RFC 6750 §3"""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api_gateway import METHOD_ARN, http_api_call, rest_request_call, rest_token_call
from tests.integration.tokens import OurKey, claims_of

CONTEXT = {"sub", "client_id", "scope", "gid", "jti", "roles", "auth_time", "acr"}


@pytest.fixture
def token(tokens) -> str:
    """Return an access token of alice with both scopes."""
    value: str = tokens["access_token"]
    return value


@pytest.fixture
def read_only(deployment) -> str:
    """Return an access token with orders:read alone."""
    return OurKey(deployment).token()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def policy(effect: str) -> Any:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": METHOD_ARN}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_the_api_learns_who_calls(deployment, token, clock):
    """The names are a public contract; every value is a string, as API Gateway wants it."""
    claims = claims_of(token)

    answer = deployment.decide(http_api_call(bearer(token)))

    assert answer == {
        "isAuthorized": True,
        "context": {
            "sub": "u_alice",
            "client_id": "c_legacy",
            "scope": "orders:read orders:write",
            "gid": claims["gid"],
            "jti": claims["jti"],
            "roles": "clerk",
            "auth_time": str(int(clock())),
            "acr": "1",
        },
    }


def test_of_a_client_without_a_user_there_is_less_to_know(deployment, service, secret):
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]

    context = deployment.decide(http_api_call(bearer(token)))["context"]

    assert set(context) == {"sub", "client_id", "scope", "jti"}
    assert context["sub"] == context["client_id"] == "c_service"


def test_nothing_else_of_the_token_is_passed_on(deployment):
    token = OurKey(deployment).token(claims={"email": "alice@example.com", "admin": True})

    assert set(deployment.decide(http_api_call(bearer(token)))["context"]) == CONTEXT


@pytest.mark.attack("ATK-056")
def test_a_refusal_says_nothing_more(deployment):
    """API Gateway answers 403 to exactly this, and 500 to anything else that is not allowed."""
    assert deployment.decide(http_api_call({})) == {"isAuthorized": False}


@pytest.mark.attack("ATK-047")
@pytest.mark.attack("ATK-048")
@pytest.mark.clause("RFC6749-7-1")
@pytest.mark.parametrize(
    ("scope", "read", "write", "both"),
    [
        ("orders:read", True, False, False),
        ("orders:write", False, True, False),
        ("orders:read orders:write", True, True, True),
        ("orders:write other orders:read", True, True, True),
        ("orders:rea", False, False, False),
        ("orders:reads", False, False, False),
        ("orders", False, False, False),
        ("orders:read\torders:write", False, False, False),
        ("orders:read,orders:write", False, False, False),
        ("orders:read\N{NO-BREAK SPACE}orders:write", False, False, False),
        ("ORDERS:READ", False, False, False),
        ("", False, False, False),
    ],
)
def test_a_route_asks_for_all_of_its_scopes(deployment, scope, read, write, both):
    """RFC 6750 §3.1: a scope is compared as a whole."""
    token = OurKey(deployment).token(claims={"scope": scope})

    decisions = [deployment.authorize(token, f"{method} /orders") for method in ("GET", "POST", "PUT")]

    assert decisions == [read, write, both]


def test_scope_as_a_list_is_no_scope(deployment):
    """RFC 9068 §2.2.3"""
    assert not deployment.authorize(OurKey(deployment).token(claims={"scope": ["orders:read"]}))


@pytest.mark.attack("ATK-060")
@pytest.mark.parametrize(
    "route_key",
    ["PATCH /orders", "GET /other", "$default", "GET /Orders", "GET /orders/", "get /orders", "", "ANY /orders"],
)
def test_a_route_that_nobody_has_opened_is_closed(deployment, token, route_key):
    """Even to a good token."""
    assert not deployment.authorize(token, route_key)


@pytest.mark.attack("ATK-060")
@pytest.mark.attack("ATK-061")
@pytest.mark.advisory("CVE-2026-33494")
@pytest.mark.parametrize(
    "path", ["//orders", "/%6frders", "/orders/.", "/orders;x", "/orders/", "/ORDERS", "/admin/../orders"]
)
def test_the_decision_is_about_the_route_and_not_the_path(deployment, read_only, path):
    """The path is the caller's, the route is the one that API Gateway will call."""
    assert deployment.decide(http_api_call(bearer(read_only), "GET /orders", path))["isAuthorized"]
    assert not deployment.decide(http_api_call(bearer(read_only), "POST /orders", path))["isAuthorized"]


@pytest.mark.attack("ATK-059")
@pytest.mark.attack("ATK-061")
@pytest.mark.advisory("CVE-2026-76835")
def test_no_other_header_counts(deployment, read_only):
    headers = {
        **bearer(read_only),
        "x-http-method-override": "GET",
        "x-gatelet-sub": "u_admin",
        "x-amzn-remapped-authorization": "Bearer x",
        "x-forwarded-authorization": "Bearer x",
    }

    assert not deployment.decide(http_api_call(headers, "POST /orders"))["isAuthorized"]
    assert deployment.decide(http_api_call(headers))["context"]["sub"] == "u_alice"


@pytest.mark.attack("ATK-054")
@pytest.mark.advisory("CVE-2021-32701")
def test_an_allowed_route_opens_no_other(deployment, read_only):
    """Every call is decided anew; nothing is kept from one route to the next."""
    assert deployment.authorize(read_only, "GET /orders")
    assert not deployment.authorize(read_only, "POST /orders")
    assert deployment.authorize(read_only, "GET /orders")


class TestRestApi:
    """A policy instead of a simple answer."""

    def test_a_token_authorizer_allows_this_very_method(self, deployment, token):
        answer = deployment.decide(rest_token_call(f"Bearer {token}"))

        assert answer["principalId"] == "u_alice"
        assert answer["policyDocument"] == policy("Allow")
        assert set(answer["context"]) == CONTEXT
        assert all(isinstance(value, str) for value in answer["context"].values())

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "Bearer TOKEN,Bearer TOKEN"])
    def test_a_token_authorizer_denies_the_rest(self, deployment, token, header):
        answer = deployment.decide(rest_token_call(header.replace("TOKEN", token)))

        assert answer["policyDocument"] == policy("Deny")
        assert answer["principalId"]
        assert answer["context"] == {}

    def test_a_token_authorizer_sees_no_route_and_asks_for_one_scope(self, deployment):
        ours = OurKey(deployment)

        assert deployment.decide(rest_token_call(f"Bearer {ours.token()}"))["policyDocument"] == policy("Allow")
        write = ours.token(claims={"scope": "orders:write"})
        assert deployment.decide(rest_token_call(f"Bearer {write}"))["policyDocument"] == policy("Deny")

    def test_a_token_authorizer_without_its_one_scope_denies_everything(self, deployment, token):
        deployment.change_settings(routes='{"GET /orders":{"scope":"orders:read"}}')

        assert deployment.decide(rest_token_call(f"Bearer {token}"))["policyDocument"] == policy("Deny")

    def test_a_request_authorizer_knows_the_route(self, deployment, read_only):
        def effect(method: str, resource: str = "/orders") -> Any:
            event = rest_request_call(bearer(read_only), method=method, resource=resource)
            document: Any = deployment.decide(event)["policyDocument"]
            return document

        assert effect("GET") == policy("Allow")
        assert effect("POST") == policy("Deny")
        assert effect("GET", "/other") == policy("Deny")

    @pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
    def test_a_request_authorizer_finds_the_header_in_any_case(self, deployment, token, name):
        event = rest_request_call({name: f"Bearer {token}"})

        assert deployment.decide(event)["policyDocument"] == policy("Allow")
        assert deployment.decide({**event, "multiValueHeaders": None})["policyDocument"] == policy("Allow")

    @pytest.mark.attack("ATK-005")
    def test_two_headers_are_none(self, deployment, token):
        """API Gateway shows the last one alone in `headers`; no first-wins, no last-wins."""
        good, bad = f"Bearer {token}", "Bearer x"
        for several in ([good, bad], [bad, good], [good, good]):
            event = rest_request_call({"Authorization": several[-1]}, several={"Authorization": several})
            assert deployment.decide(event)["policyDocument"] == policy("Deny")
        mixed = rest_request_call(bearer(token), several={"Authorization": [good], "authorization": [bad]})
        assert deployment.decide(mixed)["policyDocument"] == policy("Deny")

    def test_without_any_header_it_denies(self, deployment):
        event = rest_request_call({})

        assert deployment.decide(event)["policyDocument"] == policy("Deny")
        assert deployment.decide({**event, "headers": None, "multiValueHeaders": None})["policyDocument"] == policy(
            "Deny"
        )


def test_one_api_may_have_another_issuer_name_and_audience_in_its_settings(deployment, token):
    """The environment of the function says who it guards, the token never does."""
    deployment.change_settings(audience="https://other.example")
    assert not deployment.authorize(token)
    deployment.change_settings(audience="https://orders.example", issuer="https://else.example")
    assert not deployment.authorize(token)
    deployment.settings = deployment.settings._replace(issuer="https://auth.example")
    deployment.restart()
    assert deployment.authorize(token)
