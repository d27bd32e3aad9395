"""A code is good once, for one client, with its verifier, for a minute: many at once, and what is stored afterwards.

RFC 6749 §4.1.2, OAuth 2.1 §7.5.3
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.e2e.concurrency import at_once
from tests.e2e.person import Browser, parameters
from tests.e2e.server import error_of
from tests.e2e.store import CODE_LIFETIME

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from tests.e2e.registration import Person, Registered, Registration
    from tests.e2e.server import Server

MANY = 20
CALLBACK = "https://app.example/callback"
REFUSED = (400, "invalid_grant")


class Code(NamedTuple):
    """A code that nobody has redeemed, what answers its challenge, and the grant behind it."""

    value: str
    verifier: str
    gid: str


@pytest.fixture(scope="module")
def new_client(registration: Registration) -> Callable[[], Registered]:
    """Register a client that may redeem codes."""
    return lambda: registration.client(
        grant_types=("authorization_code", "refresh_token"), scope=("openid",), redirect_uris=(CALLBACK,)
    )


@pytest.fixture(scope="module")
def web(new_client: Callable[[], Registered], server: Server) -> Registered:
    """Register the client of the codes; the workers that redeem are warm, or they would come too late to race."""
    client = new_client()
    at_once(MANY, lambda: server.token(client, grant_type="authorization_code", code="none", redirect_uri=CALLBACK))
    return client


@pytest.fixture(scope="module")
def person(registration: Registration) -> Person:
    return registration.person("reader")


@pytest.fixture(scope="module")
def browser(stack) -> Browser:
    return Browser(stack.issuer)


@pytest.fixture
def code(stack, browser, person, web, store) -> Code:
    """Get a code, of a grant that is pending."""
    known = {grant["gid"] for grant in store.grants(person.sub)}
    verifier = secrets.token_urlsafe(48)
    asked = {
        "response_type": "code",
        "client_id": web.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    arrived = browser.sign_in(f"{stack.issuer}/oauth2/authorize?{urlencode(asked)}", person)
    (grant,) = (grant for grant in store.grants(person.sub) if grant["gid"] not in known)
    assert grant["status"] == "pending"
    return Code(parameters(arrived)["code"], verifier, grant["gid"])


@pytest.fixture
def redeem(server: Server, web: Registered, code: Code) -> Callable[..., requests.Response]:
    """Redeem the code."""

    def redeem(client: Registered = web, **changed: str) -> requests.Response:
        form = {"code": code.value, "redirect_uri": CALLBACK, "code_verifier": code.verifier, **changed}
        return server.token(client, grant_type="authorization_code", **form)

    return redeem


@pytest.fixture
def userinfo(server: Server) -> Callable[[dict[str, Any]], int]:
    """Use an access token, and return the status."""

    def userinfo(tokens: dict[str, Any]) -> int:
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        return server.request("GET", "/oauth2/userinfo", headers=headers).status_code

    return userinfo


def outcome(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, error_of(answer)


def only_winner(answers: list[requests.Response]) -> dict[str, Any]:
    """Return the tokens of the one that won; everybody else was refused alike."""
    (winner,) = (answer for answer in answers if answer.status_code == 200)
    losers = [answer for answer in answers if answer is not winner]
    assert {outcome(answer) for answer in losers} <= {REFUSED}
    assert len({answer.text for answer in losers}) <= 1
    return dict(winner.json())


@pytest.mark.attack("ATK-103")
def test_of_twenty_redemptions_at_once_one_gets_tokens_and_the_grant_ends(redeem, server, web, userinfo, store, code):
    """The others prove that the code was copied. RFC 6749 §4.1.2, §10.5"""
    tokens = only_winner(at_once(MANY, redeem))
    assert store.grant(code.gid)["status"] == "revoked"
    assert outcome(server.refresh(web, tokens["refresh_token"])) == REFUSED
    assert userinfo(tokens) == 401
    assert outcome(redeem()) == REFUSED


def test_of_two_clients_at_once_only_the_codes_own_gets_tokens(redeem, web, new_client, userinfo, store, code):
    """Another client's attempts neither succeed nor harm, however many. RFC 6749 §4.1.3"""
    stranger = new_client()
    clients = iter([stranger] * 10 + [web] + [stranger] * 9)
    tokens = only_winner(at_once(MANY, lambda: redeem(next(clients))))
    grant = store.grant(code.gid)
    assert (grant["status"], grant["client_id"]) == ("active", web.client_id)
    assert userinfo(tokens) == 200
    assert {outcome(answer) for answer in at_once(MANY, lambda: redeem(stranger))} == {REFUSED}
    assert store.grant(code.gid) == grant, "nor afterwards"


@pytest.mark.attack("ATK-095", "ATK-097")
def test_among_wrong_verifiers_at_once_the_right_one_gets_tokens(redeem, userinfo, store, code):
    """A wrong one consumes nothing before, and ends nothing after. OAuth 2.1 §7.5.3"""
    pending = store.grant(code.gid)
    assert {outcome(answer) for answer in at_once(MANY, lambda: redeem(code_verifier="x" * 43))} == {REFUSED}
    assert store.grant(code.gid) == pending, "before"

    verifiers = iter(["x" * 43] * 10 + [code.verifier] + ["x" * 43] * 9)
    tokens = only_winner(at_once(MANY, lambda: redeem(code_verifier=next(verifiers))))
    active = store.grant(code.gid)
    assert active["status"] == "active"

    assert {outcome(answer) for answer in at_once(MANY, lambda: redeem(code_verifier="x" * 43))} == {REFUSED}
    assert store.grant(code.gid) == active, "after"
    assert userinfo(tokens) == 200


def test_after_a_minute_nobody_gets_tokens(redeem, store, code):
    """The code is set back by its lifetime. RFC 6749 §4.1.2"""
    store.set_code_back(code.gid, CODE_LIFETIME)
    expired = store.grant(code.gid)
    assert {outcome(answer) for answer in at_once(MANY, redeem)} == {REFUSED}
    assert store.grant(code.gid) == expired


def test_a_code_of_half_a_minute_is_good(redeem, store, code):
    store.set_code_back(code.gid, CODE_LIFETIME // 2)
    assert redeem().status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "https://app.example/callback2"},
        {"code": "gc1_" + "A" * 60},
    ],
    ids=["verifier", "no verifier", "redirect URI", "code"],
)
def test_attempt_with_something_wrong_consumes_nothing(redeem, changed, store, code):
    """Whoever saw the code alone can neither use it nor log its owner out. OAuth 2.1 §7.5.3"""
    assert outcome(redeem(**changed)) == REFUSED
    assert store.grant(code.gid)["status"] == "pending"
    assert redeem().status_code == 200
