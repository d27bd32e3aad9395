"""A person signs in: from the authorization request to tokens. RFC 6749 §4.1, OpenID Connect Core §3.1"""

from __future__ import annotations

import pytest

from tests.integration.registered import SECRET
from tests.integration.tokens import claims_of
from tests.integration.visitor import (
    SESSION,
    Visitor,
    answer_to_client,
    error_to_client,
    is_consent,
    is_login,
    redeem,
    request_for,
)


@pytest.mark.clause("RFC6749-3.1-5", "OIDC-3.1.2.1-1")
def test_a_person_signs_in_and_consents_and_the_client_gets_tokens(deployment, visitor, web):
    login = visitor.open(request_for(web))
    assert is_login(login)
    consent = visitor.sign_in(login)
    assert is_consent(consent)
    told = answer_to_client(visitor.submit(consent, action="allow"))
    assert (told["state"], told["iss"]) == ("s1", "https://auth.example")

    tokens = redeem(deployment, web, told["code"]).json
    assert claims_of(tokens["id_token"])["nonce"] == "n1"
    assert deployment.authorize(tokens["access_token"])
    renewed = deployment.refresh(web, SECRET, tokens["refresh_token"]).json
    assert deployment.authorize(renewed["access_token"])

    assert "code" in answer_to_client(visitor.open(request_for(web, prompt="none")))
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")
    assert SESSION not in visitor.cookies
    assert error_to_client(visitor.open(request_for(web, prompt="none"))) == "login_required"
    assert deployment.refresh(web, SECRET, renewed["refresh_token"]).error == (400, "invalid_grant")


def test_two_people_sign_in_at_two_browsers(deployment, visitor, own_web, bob):  # noqa: ARG001 - he must be there
    other = Visitor(deployment)
    mine = redeem(deployment, own_web, visitor.code(own_web)).json
    page = other.open(request_for(own_web))
    theirs = redeem(deployment, own_web, answer_to_client(other.sign_in(page, username="bob"))["code"]).json

    assert [claims_of(tokens["access_token"])["sub"] for tokens in (mine, theirs)] == ["u_alice", "u_bob"]


def test_a_sign_in_goes_on_when_another_container_takes_over(deployment, visitor, web):
    """Nothing of it lies in the memory of one."""
    login = visitor.open(request_for(web))
    deployment.restart()
    consent = visitor.sign_in(login)
    deployment.restart()

    code = answer_to_client(visitor.submit(consent, action="allow"))["code"]
    deployment.restart()
    assert redeem(deployment, web, code).status == 200


def test_a_sign_in_goes_on_when_the_keys_are_rotated_meanwhile(deployment, visitor, web, clock):
    """The form of the old key opens, and so does the cookie."""
    login = visitor.open(request_for(web))
    clock.advance(120)
    assert deployment.rotate_keys({"action": "rotate", "secret": "grant"})["rotated"]
    deployment.restart()
    consent = visitor.sign_in(login)
    clock.advance(120)
    assert deployment.rotate_keys({"action": "rotate", "secret": "grant"})["rotated"]
    deployment.restart()

    code = answer_to_client(visitor.submit(consent, action="allow"))["code"]
    assert redeem(deployment, web, code).status == 200
    assert not is_login(visitor.open("/account"))
