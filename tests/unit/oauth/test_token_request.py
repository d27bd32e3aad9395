from __future__ import annotations

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import InvalidRequest, UnauthorizedClient
from gatelet.oauth.token_request import TokenRequest, TokenResponse, require_grant_type

FORM = {
    "grant_type": "authorization_code",
    "scope": "a b",
    "resource": "https://orders.example",
    "code": "c",
    "code_verifier": "v",
    "redirect_uri": "https://app.example/",
    "refresh_token": "r",
    "username": "alice",
    "password": "p",
}


def test_a_request_says_what_the_form_says_under_the_same_names():
    """RFC 6749 §4.1.3, §4.3.2, §6; RFC 7636 §4.5; RFC 8707 §2.2"""
    assert vars(TokenRequest.from_form(FORM)) == {**FORM, "scope": ("a", "b")}


def test_what_the_form_does_not_say_is_absent():
    """RFC 6749 §3.2"""
    nothing = dict.fromkeys(FORM, None)
    assert vars(TokenRequest.from_form({"grant_type": "x"})) == {**nothing, "grant_type": "x"}
    assert vars(TokenRequest(grant_type="x")) == {**nothing, "grant_type": "x"}


def test_a_request_must_say_which_grant_it_is_about():
    """RFC 6749 §5.2"""
    with pytest.raises(InvalidRequest) as refusal:
        TokenRequest.from_form({})
    assert refusal.value.description == "grant_type is missing"


@pytest.mark.parametrize(
    "given", [{}, {"refresh_token": "r"}, {"id_token": "i"}, {"refresh_token": "r", "id_token": "i"}]
)
def test_an_answer_has_the_tokens_that_there_are_and_nothing_that_is_for_the_log(given):
    """RFC 6749 §5.1, OpenID Connect Core §3.1.3.3"""
    response = TokenResponse(
        access_token="t",
        expires_in=300,
        scope=("a", "b"),
        sub="u_alice",
        jti="j",
        gid="g",
        refresh_expires_in=1,
        **given,
    )
    common = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "a b"}
    assert response.parameters() == {**common, **given}


def test_an_answer_is_about_no_grant_and_no_refresh_token_unless_it_says_so():
    """That of the client's own credentials. RFC 6749 §4.4.3"""
    response = TokenResponse(access_token="t", expires_in=300, scope=(), sub="c_app", jti="j")
    assert (response.gid, response.refresh_token, response.refresh_expires_in) == (None, None, 0)


def test_a_client_asks_for_a_grant_type_that_it_is_registered_for():
    """RFC 6749 §5.2"""
    client = Client(
        client_id="c_app",
        client_name="App",
        token_endpoint_auth_method="none",
        grant_types=("authorization_code",),
        scope=(),
    )
    require_grant_type(client, "authorization_code")
    with pytest.raises(UnauthorizedClient):
        require_grant_type(client, "refresh_token")


def test_no_token_stands_in_the_text_of_a_request_or_answer():
    response = TokenResponse(
        access_token="secret", expires_in=1, scope=(), sub="", jti="", refresh_token="secret", id_token="secret"
    )
    request = TokenRequest(
        grant_type="x", code="secret", code_verifier="secret", refresh_token="secret", password="secret"
    )
    assert "secret" not in repr(response) + repr(request)
