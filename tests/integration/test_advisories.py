"""What went wrong elsewhere and has no other test here: each is one published vulnerability of another server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.api_gateway import basic
from tests.integration.registered import ORDERS, SECRET
from tests.integration.tokens import claims_of
from tests.integration.visitor import SESSION, answer_to_client, redeem, request_for

GRACE = 30
OFFLINE = "openid offline_access orders:read"


@pytest.mark.advisory("CVE-2026-9802")
def test_a_restart_forgets_no_rotation(deployment, legacy, secret, tokens, clock):
    """The order of refresh tokens is a counter in the store, and has nothing to do with when a server began."""
    first = tokens["refresh_token"]
    assert deployment.refresh(legacy, secret, first).status == 200
    clock.advance(GRACE + 1)

    deployment.restart()

    assert deployment.refresh(legacy, secret, first).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "revoked"}


@pytest.mark.advisory("CVE-2026-18208")
@pytest.mark.parametrize("media_type", ["application/token-introspection+jwt", "application/jwt"])
def test_an_inactive_answer_is_no_signed_one_either(deployment, service, secret, tokens, media_type):
    """RFC 9701 is not offered: whoever asks for a signed answer gets the plain one, that says no more."""
    other = deployment.put_client(replace(service, client_id="c_stock_api"))
    deployment.put_resource_server(replace(ORDERS, introspection_client_id="c_orders_api"))
    headers = {**basic(other.client_id, secret), "accept": media_type}

    answer = deployment.request("/oauth2/introspect", form={"token": tokens["access_token"]}, headers=headers)

    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"active": False}


@pytest.mark.advisory("CVE-2022-3916")
def test_a_refresh_token_of_one_person_never_gives_tokens_of_the_next_one_in_that_browser(
    deployment, signed_in_visitor, own_web, bob
):
    code = signed_in_visitor.code(own_web, scope=OFFLINE)
    of_alice = redeem(deployment, own_web, code).json["refresh_token"]

    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(own_web, prompt="login")), username=bob.username)

    renewed = deployment.refresh(own_web, SECRET, of_alice)
    assert claims_of(renewed.json["access_token"])["sub"] == "u_alice"


@pytest.mark.advisory("CVE-2025-12110")
def test_a_grant_does_not_outlive_its_session_once_its_client_lost_offline_access(
    deployment, signed_in_visitor, own_web
):
    token = redeem(deployment, own_web, signed_in_visitor.code(own_web, scope=OFFLINE)).json["refresh_token"]
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")
    token = deployment.refresh(own_web, SECRET, token).json["refresh_token"]

    deployment.put_client(replace(own_web, scope=tuple(scope for scope in own_web.scope if scope != "offline_access")))

    assert deployment.refresh(own_web, SECRET, token).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "revoked"}
    deployment.put_client(own_web)
    assert deployment.refresh(own_web, SECRET, token).error == (400, "invalid_grant")


@pytest.mark.advisory("CVE-2025-12390")
def test_two_people_in_one_browser_that_lost_its_session_cookie_share_no_session(deployment, visitor, own_web, bob):
    """What a browser does not bring is made anew, never found again."""
    of_alice = claims_of(redeem(deployment, own_web, visitor.code(own_web)).json["id_token"])
    del visitor.cookies[SESSION]

    answer = visitor.sign_in(visitor.open(request_for(own_web)), username=bob.username)

    of_bob = claims_of(redeem(deployment, own_web, answer_to_client(answer)["code"]).json["id_token"])
    assert (of_alice["sub"], of_bob["sub"]) == ("u_alice", "u_bob")
    assert of_alice["sid"] != of_bob["sid"]
