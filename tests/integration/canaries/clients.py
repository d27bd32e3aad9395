"""What clients do with their secrets and with the passwords of their users, right and wrong."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from gatelet.accounts.authentication import FREE_PER_ACCOUNT
from gatelet.oauth.client_authentication import FREE_FAILURES
from tests.integration.api_gateway import basic
from tests.integration.canaries.evidence import COOKIES
from tests.integration.canaries.scene import (
    NEAR_SECRET,
    PASSWORD,
    SECRET,
    TYPED_AS_NAME,
    VERIFIER,
    WRONG_PASSWORD,
)

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.canaries.scene import Scene

DOORS = {
    "/oauth2/token": {"grant_type": "client_credentials"},
    "/oauth2/refresh": {"refresh_token": "gr1_forged"},
    "/oauth2/revoke": {"token": "forged"},
    "/oauth2/introspect": {"token": "forged"},
}
ORIGIN = {"origin": "https://app.example", "x-requested-with": "fetch"}


def authenticate(scene: Scene) -> None:
    """Every way in which a client says who it is, at every door, with its secret and with a slip in it."""
    for secret in (SECRET, NEAR_SECRET):
        named = {"client_id": "c_service", "client_secret": secret}
        for path, form in DOORS.items():
            for fields, headers in (({}, basic("c_service", secret)), (named, {}), (named, basic("c_service", secret))):
                scene.stack.request(path, form={**form, **fields}, headers=headers)
            scene.stack.request(path, form={**form, **named, "client_id": "c_browser"})


def put_secrets_in_wrong_places(scene: Scene) -> None:
    """In a query, a header, a path, the name of a field, a field for something else, a body of another kind."""
    ask, token = scene.stack.request, "/oauth2/token"
    for secret in (SECRET, PASSWORD, VERIFIER):
        typed = secret.encode()
        for header in ("authorization", "content-type", "origin", "x-api-key", "x-requested-with", "accept-language"):
            ask(token, form=DOORS[token], headers={header: secret})
        for scheme in ("Bearer", "Basic", "Digest"):
            ask(token, form=DOORS[token], headers={"authorization": f"{scheme} {secret}"})
        ask(token, form=DOORS[token], headers={"authorization": f"Basic {base64.b64encode(typed).decode()}"})
        ask(token, form={**DOORS[token], "client_assertion": secret})
        for name in ("grant_type", "client_id", "scope", "resource", "refresh_token", "code", "redirect_uri"):
            ask(token, form={**DOORS[token], name: secret}, headers=basic("c_service", SECRET))
        ask(token, form={secret: "x"}, headers=basic("c_service", SECRET))
        ask(token, body=b'{"client_secret": "' + typed + b'"}', headers={"content-type": "application/json"})
        ask(token, body=urlencode({"client_secret": secret}).encode())
        ask(token, body=(urlencode({"client_secret": secret}) + "&").encode() * 2)
        for path in (token, "/oauth2/revoke", "/oauth2/introspect", "/.well-known/openid-configuration"):
            ask(path, method="GET", query=urlencode({"client_secret": secret}))
            ask(f"{path}/{quote(secret, safe='')}", method="GET", container=path)
        scene.visitor().open(f"/assets/{quote(secret, safe='')}")


def sign_in_by_password(scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
    """Use the password grant, rightly and wrongly, by a client with a secret and by one whose token is a cookie."""
    stack, legacy, browser = scene.stack, scene.client("legacy"), scene.client("browser")
    form: dict[str, Any] = {"grant_type": "password", "username": "alice"}
    tokens = scene.keep_tokens(stack.token(legacy, SECRET, **form, password=PASSWORD))
    others = scene.keep_tokens(stack.token(legacy, SECRET, **form, password=PASSWORD))
    stack.token(legacy, SECRET, **form, password=WRONG_PASSWORD)
    stack.token(legacy, SECRET, **form, password=PASSWORD * 60)
    stack.token(legacy, SECRET, grant_type="password", username=TYPED_AS_NAME, password=PASSWORD)
    stack.token(scene.client("service"), SECRET, **form, password=PASSWORD)
    by_cookie = stack.token(browser, None, **form, password=PASSWORD, scope="orders:read")
    scene.keep_tokens(by_cookie)
    cookie = by_cookie.cookies[0].partition(";")[0]
    scene.keep_handle("refresh token in a cookie", cookie.partition("=")[2], COOKIES)
    refreshed = stack.request("/oauth2/refresh", form={"client_id": "c_browser"}, headers=ORIGIN, cookies=(cookie,))
    scene.keep_handle("refresh token in a cookie", refreshed.cookies[0].partition(";")[0].partition("=")[2], COOKIES)
    for headers, cookies in (
        (ORIGIN, (cookie, cookie)),
        ({}, (cookie,)),
        ({"origin": "https://evil.example"}, (cookie,)),
    ):
        stack.request("/oauth2/refresh", form={"client_id": "c_browser"}, headers=headers, cookies=cookies)
    return tokens, others


def guess_too_often(scene: Scene) -> None:
    """Wrong secrets and wrong passwords until they are slowed down; then the right ones."""
    for _ in range(FREE_FAILURES + 1):
        scene.stack.token(scene.client("web"), NEAR_SECRET, grant_type="authorization_code", code=SECRET)
    form: dict[str, Any] = {"grant_type": "password", "username": "alice"}
    for _ in range(FREE_PER_ACCOUNT + 1):
        scene.stack.token(scene.client("legacy"), SECRET, **form, password=WRONG_PASSWORD)
    scene.stack.token(scene.client("legacy"), SECRET, **form, password=PASSWORD)
    browser = scene.visitor()
    page = browser.open("/account")
    for _ in range(FREE_PER_ACCOUNT + 1):
        browser.submit(page, username="alice", password=WRONG_PASSWORD)
    browser.submit(page, username="alice", password=PASSWORD)
    scene.stack.clock.advance(3600)
