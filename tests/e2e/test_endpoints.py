"""Every path belongs to the function that ENDPOINTS names, whatever the method.

The emulator answers some of these paths itself as another AWS service, so the first test looks at which function ran.
"""

from __future__ import annotations

import pytest

from gatelet.handlers import ENDPOINTS
from tests.e2e.server import error_of

ORIGIN = "https://app.example"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FORM = "application/x-www-form-urlencoded"

endpoints = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
PAGES_AND_BACK_CHANNEL = frozenset({"authorize", "introspect"})
"""Functions that no script of another origin may ask."""
for_scripts, not_for_scripts = (
    pytest.mark.parametrize(
        "endpoint",
        [each for each in ENDPOINTS if (each.function in PAGES_AND_BACK_CHANNEL) is refused],
        ids=lambda endpoint: endpoint.path,
    )
    for refused in (False, True)
)
documents = pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if "GET" in each.methods], ids=lambda endpoint: endpoint.path
)


@endpoints
def test_own_function_answers_every_method(endpoint, server, journal):
    """One ANY route for each path."""
    for method in METHODS:
        answer = server.request(method, endpoint.path)
        assert journal.handler_of(answer) == f"gatelet.handlers.{endpoint.function}.handler", method


@endpoints
def test_wrong_method_is_405_and_told_the_right_ones(endpoint, server):
    """RFC 9110 §15.5.6"""
    answer = server.request("DELETE", endpoint.path)
    assert answer.status_code == 405
    assert set(endpoint.methods) <= set(answer.headers["allow"].split(", "))


@for_scripts
def test_preflight_lets_a_web_origin_ask(endpoint, server):
    """It names no client, so any https origin may go on to the request itself. Fetch standard §3.2"""
    headers = {"origin": ORIGIN, "access-control-request-method": endpoint.methods[0]}
    answer = server.request("OPTIONS", endpoint.path, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert set(endpoint.methods) <= set(answer.headers["access-control-allow-methods"].split(", "))


@not_for_scripts
def test_preflight_lets_a_web_origin_ask_no_page(endpoint, server):
    """A page of somebody else's reads nothing of what only the person may see. RFC 9700 §2.6"""
    headers = {"origin": ORIGIN, "access-control-request-method": endpoint.methods[0]}
    answer = server.request("OPTIONS", endpoint.path, headers=headers)
    assert answer.status_code == 204
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@endpoints
def test_preflight_of_anything_else_is_told_nothing(endpoint, server):
    """Plain http is no origin for tokens, but on the machine itself."""
    answer = server.request("OPTIONS", endpoint.path, headers={"origin": "http://app.example"})
    assert answer.status_code == 204
    assert "access-control-allow-origin" not in answer.headers


@documents
def test_head_answers_like_get_without_the_body(endpoint, server):
    """RFC 9110 §9.3.2"""
    got, headed = server.request("GET", endpoint.path), server.request("HEAD", endpoint.path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    for name in ("content-type", "cache-control"):
        assert headed.headers[name] == got.headers[name]


def test_unknown_path_reaches_no_function(server, journal):
    """API Gateway's own 404."""
    entry = journal.of(server.request("GET", "/oauth2/nothing"))
    assert (entry["status"], entry["invocations"]) == (404, [])


def test_metadata_names_every_endpoint_below_the_issuer(server, stack):
    """RFC 8414 §2, §3.3"""
    assert server.metadata["issuer"] == stack.issuer
    named = {server.token_endpoint, server.revocation_endpoint, server.jwks_uri}
    assert named <= {stack.issuer + endpoint.path for endpoint in ENDPOINTS}
    assert set(server.metadata["grant_types_supported"]) == {
        "authorization_code",
        "client_credentials",
        "password",
        "refresh_token",
    }


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=UTF-8"])
def test_form_arrives_in_base64_and_is_read(content_type, server, service):
    """API Gateway encodes whatever is not text to it."""
    auth = (service.client_id, service.client_secret)
    headers = {"content-type": content_type}
    answer = server.request("POST", "/oauth2/token", data=b"grant_type=client_credentials", headers=headers, auth=auth)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"\xff\xfe\x00", FORM, 400),
        (b"grant_type=client_credentials&grant_type=password", FORM, 400),
        (b"grant_type=%ff", FORM, 400),
        (b"&".join([b"a=b"] * 60), FORM, 400),
        (b"", FORM, 400),
        (b'{"grant_type": "client_credentials"}', "application/json", 400),
        (b"grant_type=" + b"x" * 70_000, FORM, 413),
    ],
    ids=["no text", "repeated", "bad UTF-8", "too many fields", "empty", "no form", "too large"],
)
def test_bad_body_is_the_callers_fault(body, content_type, status, server, service):
    """Whatever a caller sends is told what is wrong with it, and is never a 500. RFC 6749 §5.2"""
    auth = (service.client_id, service.client_secret)
    answer = server.request("POST", "/oauth2/token", data=body, headers={"content-type": content_type}, auth=auth)
    assert (answer.status_code, error_of(answer)) == (status, "invalid_request")
