"""What the `claims` parameter can ask for, and what it cannot take. OpenID Connect Core §5.5"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.integration.tokens import claims_of
from tests.integration.visitor import (
    answer_to_client,
    error_to_client,
    is_consent,
    is_login,
    redeem,
    request_for,
)

CLAIMS = {"name": "Alice", "email": "alice@example.com", "email_verified": True, "phone_number": "+1"}


@pytest.fixture
def alice_with_claims(deployment, alice):
    return deployment.put_user(replace(alice, claims=CLAIMS))


def asking(client, userinfo=None, id_token=None, **more):
    document = {"userinfo": userinfo or {}, "id_token": id_token or {}}
    return request_for(client, claims=json.dumps(document), **{"scope": "openid", **more})


def told_of(deployment, client, answer):
    """Return what the client gets to know: from userinfo, and in the ID token."""
    tokens = redeem(deployment, client, answer_to_client(answer)["code"]).json
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    userinfo = deployment.request("/oauth2/userinfo", method="GET", headers=headers).json
    claims = claims_of(tokens["id_token"])
    return set(userinfo) - {"sub"}, set(claims) & set(CLAIMS), tokens["scope"]


@pytest.mark.clause("OIDC-3.1.2.4-1")
def test_claims_asked_for_by_name_are_consented_to(deployment, signed_in_visitor, web, alice_with_claims):  # noqa: ARG001
    """The user sees what their scope says; the token gets no scope by it. §5.4, §5.5"""
    page = signed_in_visitor.open(asking(web, {"email": None}, {"name": {"essential": True}}))
    assert is_consent(page)
    assert "See your email address" in page.body
    assert "See your name and profile" in page.body
    assert "phone" not in page.body

    told = told_of(deployment, web, signed_in_visitor.submit(page, action="allow"))

    assert told == ({"email"}, {"name"}, "openid")


@pytest.mark.attack("ATK-252")
def test_consent_to_a_scope_is_none_to_claims_beyond_it(signed_in_visitor, web):
    """A client that was allowed openid alone does not get to the address by another parameter."""
    signed_in_visitor.submit(signed_in_visitor.open(request_for(web, scope="openid")), action="allow")

    assert is_consent(signed_in_visitor.open(asking(web, {"email": None})))
    assert error_to_client(signed_in_visitor.open(asking(web, {"email": None}, prompt="none"))) == "consent_required"


def test_claims_that_were_allowed_are_not_asked_about_again(deployment, signed_in_visitor, web, alice_with_claims):  # noqa: ARG001
    signed_in_visitor.submit(signed_in_visitor.open(asking(web, {"email": None})), action="allow")

    answer = signed_in_visitor.open(asking(web, {"email_verified": None}))

    assert told_of(deployment, web, answer)[0] == {"email_verified"}


@pytest.mark.attack("ATK-252")
@pytest.mark.clause("OIDC-3.1.2.4-1")
def test_a_client_gets_no_claim_beyond_its_registered_scopes(deployment, signed_in_visitor, own_web, alice_with_claims):  # noqa: ARG001
    """Not even a first-party one, which nobody is asked about."""
    client = deployment.put_client(replace(own_web, scope=("openid", "email")))

    answer = signed_in_visitor.open(asking(client, dict.fromkeys(CLAIMS), dict.fromkeys(CLAIMS)))

    assert told_of(deployment, client, answer) == (
        {"email", "email_verified"},
        {"email", "email_verified"},
        "openid",
    )


def test_claims_without_openid_are_not_asked_about(signed_in_visitor, web):
    """There is neither an ID token nor userinfo to tell them."""
    page = signed_in_visitor.open(asking(web, {"email": None}, scope="orders:read"))

    assert is_consent(page)
    assert "email" not in page.body


@pytest.mark.clause("OIDC-3.1.2.2-3")
@pytest.mark.parametrize("request_of_sub", [{"value": "u_alice"}, {"values": ["u_x", "u_alice"], "essential": True}])
def test_a_sub_that_is_asked_for_is_the_one_who_is_signed_in(signed_in_visitor, own_web, request_of_sub):
    """§3.1.2.2"""
    assert "code" in answer_to_client(signed_in_visitor.open(asking(own_web, id_token={"sub": request_of_sub})))


@pytest.mark.clause("OIDC-3.1.2.2-3", "OIDC-5.5.1-2")
@pytest.mark.parametrize("request_of_sub", [{"value": "u_bob"}, {"values": ["u_x"]}, {"values": []}])
def test_another_sub_gets_no_answer_of_this_user(signed_in_visitor, own_web, request_of_sub):
    """The server MUST NOT reply with a token for a different user. §3.1.2.2"""
    url = asking(own_web, id_token={"sub": request_of_sub})

    assert error_to_client(signed_in_visitor.open(f"{url}&prompt=none")) == "login_required"
    page = signed_in_visitor.open(url)
    assert is_login(page)
    assert "another account" in page.body
    assert is_login(signed_in_visitor.sign_in(page))


def test_the_sub_that_was_asked_for_signs_in(signed_in_visitor, own_web, bob):
    page = signed_in_visitor.open(asking(own_web, id_token={"sub": {"value": bob.sub}}))

    assert "code" in answer_to_client(signed_in_visitor.sign_in(page, username=bob.username))


@pytest.mark.clause("OIDC-5.5.1.1-1")
@pytest.mark.parametrize("acr", [{"essential": True, "value": "urn:x"}, {"essential": True, "values": ["2", "3"]}])
def test_an_essential_acr_that_no_sign_in_has_is_a_failed_one(signed_in_visitor, own_web, acr):
    """§5.5.1.1"""
    answer = signed_in_visitor.open(asking(own_web, id_token={"acr": acr}))

    assert error_to_client(answer) == "unmet_authentication_requirements"


@pytest.mark.clause("OIDC-5.5.1.1-1")
@pytest.mark.parametrize(
    "acr",
    [
        None,
        {"essential": True},
        {"value": "urn:x"},
        {"essential": True, "values": ["2", "1"]},
        {"essential": False, "value": "2"},
    ],
)
def test_any_other_acr_is_a_wish(signed_in_visitor, own_web, acr):
    assert "code" in answer_to_client(signed_in_visitor.open(asking(own_web, id_token={"acr": acr})))


@pytest.mark.attack("ATK-240")
@pytest.mark.parametrize("request_of_sub", [{"value": 1}, {"value": None}, {"values": "u_alice"}, {"values": [1]}])
def test_values_that_are_no_texts_are_refused(signed_in_visitor, own_web, request_of_sub):
    answer = signed_in_visitor.open(asking(own_web, id_token={"sub": request_of_sub}))

    assert error_to_client(answer) == "invalid_request"
