"""The headers of answers, methods, and what an error may say. RFC 6749 §5, RFC 9110 §15.5.6"""

from __future__ import annotations

import re

import pytest

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
FORM_ENDPOINTS = ["/oauth2/token", "/oauth2/refresh", "/oauth2/revoke"]
DOCUMENTS = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
]


@pytest.fixture(scope="module")
def deployment(shared_deployment):
    return shared_deployment


@pytest.fixture
def succeeds(deployment, service, secret):
    return deployment.token(service, secret, grant_type="client_credentials")


@pytest.mark.attack("ATK-090")
@pytest.mark.clause("RFC6749-5.1-1", "RFC6749-5.1-3", "RFC6749-5.1-4", "OIDC-3.1.3.3-1")
def test_an_answer_with_a_token_must_not_be_stored(succeeds):
    """RFC 6749 §5.1"""
    assert succeeds.status == 200
    assert succeeds.headers["content-type"] == "application/json"
    assert succeeds.headers["cache-control"] == "no-store"
    assert succeeds.headers["pragma"] == "no-cache"
    assert succeeds.cookies == []
    assert succeeds.json["token_type"] == "Bearer"
    assert type(succeeds.json["expires_in"]) is int


@pytest.mark.attack("ATK-089")
@pytest.mark.attack("ATK-360")
@pytest.mark.clause("RFC6749-5.2-4")
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": '<script>"\\\r\nX: y'},
        {"grant_type": "client_credentials", "client_id": '"\\\r\nSet-Cookie: a=b'},
        {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": '"\r\n'},
        {"grant_type": "client_credentials", "scope": '"\\é\r\n'},
        {"grant_type": "client_credentials", "resource": "http://\r\nevil"},
        {'"\\\r\n<b>': "x"},
    ],
)
@pytest.mark.parametrize("path", FORM_ENDPOINTS)
def test_an_error_says_nothing_that_the_caller_said(deployment, path, form):
    """RFC 6749 §5.2"""
    answer = deployment.request(path, form=form)

    assert 400 <= answer.status < 500
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert set(answer.json) == {"error", "error_description"}
    assert DESCRIPTION.fullmatch(answer.json["error_description"])
    assert not any(value in answer.body for value in form.values())
    assert not any("\r" in value or "\n" in value for value in answer.headers.values())


@pytest.mark.attack("ATK-359")
@pytest.mark.parametrize("path", [*FORM_ENDPOINTS, *DOCUMENTS])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE", "HEAD"])
def test_every_answer_asks_for_https_and_forbids_sniffing(deployment, path, method):
    """RFC 6797 §6.1"""
    answer = deployment.request(path, method=method)

    assert re.match(r"max-age=\d{8}", answer.headers["strict-transport-security"])
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.attack("ATK-357")
@pytest.mark.clause("RFC6749-5.1-3", "RFC6749-5.1-4")
@pytest.mark.parametrize("path", FORM_ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nothing_but_the_public_documents_may_be_cached(deployment, path, method):
    headers = deployment.request(path, method=method).headers

    assert (headers["cache-control"], headers["pragma"]) == ("no-store", "no-cache")


@pytest.mark.attack("ATK-067")
@pytest.mark.parametrize("path", FORM_ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "post"])
def test_another_method_is_not_allowed_however_good_the_request_is(deployment, service, secret, wire, path, method):
    """RFC 9110 §15.5.6"""
    wire.clear()
    form = {"grant_type": "client_credentials", "client_id": service.client_id, "client_secret": secret, "token": "x"}

    answer = deployment.request(path, method=method, form=form)

    assert answer.status == 405
    assert answer.headers["allow"] == "POST, OPTIONS"
    assert "access_token" not in answer.body
    assert wire.calls == []


@pytest.mark.attack("ATK-067")
@pytest.mark.clause("RFC8414-3.1-1")
@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_documents_can_only_be_read(deployment, path, method):
    answer = deployment.request(path, method=method, form={})

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", FORM_ENDPOINTS)
def test_head_is_answered_without_a_body_though_it_is_refused(deployment, path):
    """RFC 9110 §9.3.2"""
    assert deployment.request(path, method="HEAD").body == ""
