"""Which browser origins may read an answer. Fetch §3.2, RFC 9700 §2.6"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.handlers import ENDPOINTS

ORIGIN = "https://app.example"
CORS = "access-control-allow-origin"
CLOSED = {"authorize", "introspect"}
"""What people see, and what servers ask: neither is for a script of another origin."""


@pytest.fixture(scope="module")
def deployment(shared_deployment):
    return shared_deployment


@pytest.fixture
def app(deployment, browser):
    """Register a public client of a page that holds its refresh token itself."""
    return deployment.put_client(replace(browser, client_id="c_app", refresh_token_cookie=False))


@pytest.fixture
def post(deployment):
    def post(path: str, origin: str, client, **form: str):
        form = {"client_id": client.client_id, "grant_type": "refresh_token", **form}
        return deployment.request(path, form=form, headers={"origin": origin})

    return post


@pytest.mark.parametrize("path", [endpoint.path for endpoint in ENDPOINTS if endpoint.function not in CLOSED])
@pytest.mark.parametrize(
    "origin", [ORIGIN, "https://any.example:8443", "http://localhost:3000", "http://127.0.0.1:80", "http://[::1]"]
)
def test_a_preflight_is_answered_without_a_call(deployment, wire, path, origin):
    """It names no client, so that any web origin may go on to ask; what counts is the answer itself."""
    deployment.restart()
    wire.clear()
    headers = {"origin": origin, "access-control-request-method": "POST"}

    answer = deployment.request(path, method="OPTIONS", headers=headers)

    assert (answer.status, answer.body) == (204, "")
    assert answer.headers[CORS] == origin
    assert "Origin" in answer.headers["vary"]
    assert wire.calls == []


@pytest.mark.attack("ATK-354")
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/refresh", "/oauth2/revoke"])
def test_a_preflight_allows_what_a_page_needs(deployment, path):
    """Fetch §3.2.3: the content type, the credentials of the client, and what only script can send."""
    answer = deployment.request(path, method="OPTIONS", headers={"origin": ORIGIN})

    assert answer.headers["access-control-allow-methods"] == "POST"
    allowed = set(answer.headers["access-control-allow-headers"].split(", "))
    assert allowed == {"authorization", "content-type", "x-requested-with"}
    assert int(answer.headers["access-control-max-age"]) > 0


@pytest.mark.attack("ATK-355")
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://app.example",
        "https://",
        "https://a b",
        "file://",
        "https://user@app.example",
        "chrome-extension://x",
        ORIGIN + "/",
        "",
        "https://a.example\r\nx: y",
        "http://localhost.evil.example",
    ],
)
def test_what_is_no_web_origin_gets_no_preflight(deployment, origin):
    answer = deployment.request("/oauth2/token", method="OPTIONS", headers={"origin": origin})

    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_options_without_an_origin_says_which_methods_there_are(deployment):
    """RFC 9110 §9.3.7"""
    assert deployment.request("/oauth2/token", method="OPTIONS").headers["allow"] == "POST, OPTIONS"
    assert "GET" in deployment.request("/.well-known/jwks.json", method="OPTIONS").headers["allow"]


@pytest.mark.attack("ATK-354")
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/refresh"])
def test_the_clients_own_origin_may_read_an_error(post, app, path):
    """Or the page could not tell a dead session from a dead network."""
    answer = post(path, ORIGIN, app, refresh_token="x")

    assert answer.error == (400, "invalid_grant")
    assert answer.headers[CORS] == ORIGIN
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.attack("ATK-354")
def test_the_clients_own_origin_may_read_a_success(deployment, app, password):
    form = {"grant_type": "password", "username": "alice", "password": password}

    answer = deployment.token(app, headers={"origin": ORIGIN}, **form)

    assert answer.status == 200
    assert answer.headers[CORS] == ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers
    revoked = deployment.revoke(app, headers={"origin": ORIGIN}, token=answer.json["refresh_token"])
    assert (revoked.status, revoked.headers[CORS]) == (200, ORIGIN)


@pytest.mark.attack("ATK-354")
@pytest.mark.attack("ATK-355")
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "https://app.example.evil.example",
        "https://APP.example",
        "https://app.example:444",
        "*",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/refresh", "/oauth2/revoke"])
def test_no_other_origin_may(post, app, path, origin):
    answer = post(path, origin, app, refresh_token="x", token="x")

    assert CORS not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


def test_credentials_are_allowed_only_where_the_refresh_token_is_a_cookie(post, browser):
    """Fetch §3.2.5"""
    answer = post("/oauth2/refresh", ORIGIN, browser, refresh_token="x")
    assert answer.headers[CORS] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"

    answer = post("/oauth2/refresh", "https://evil.example", browser, refresh_token="x")
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.attack("ATK-357")
def test_an_answer_that_depends_on_the_origin_says_so(post, app):
    """RFC 9110 §12.5.5"""
    for origin in (ORIGIN, "https://evil.example"):
        assert post("/oauth2/token", origin, app, refresh_token="x").headers["vary"] == "Origin"


def test_a_client_that_is_not_known_opens_no_origin(browser, post):
    unknown = replace(browser, client_id="c_unknown")

    assert CORS not in post("/oauth2/token", ORIGIN, unknown, refresh_token="x").headers


def test_a_client_without_origins_opens_none(deployment, app, post):
    deployment.put_client(replace(app, allowed_origins=()))

    assert CORS not in post("/oauth2/token", ORIGIN, app, refresh_token="x").headers
