"""What a request for authorization says, and why it is refused. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.authorization_request import (
    PARAMETERS,
    AuthorizationRequest,
    parse_authorization_request,
    response_mode_of,
)
from gatelet.oauth.client import Client
from gatelet.oauth.errors import (
    InvalidRequest,
    RequestNotSupported,
    RequestUriNotSupported,
    UnsupportedResponseType,
)
from gatelet.oauth.requested_claims import RequestedClaims

CALLBACK = "https://app.example/callback"
PUBLIC = Client(
    client_id="c_spa",
    client_name="SPA",
    token_endpoint_auth_method="none",
    grant_types=("authorization_code",),
    scope=("openid",),
    redirect_uris=(CALLBACK,),
)
WITHOUT_PKCE = replace(PUBLIC, client_id="c_web", token_endpoint_auth_method="client_secret_basic", require_pkce=False)
GOOD = {"response_type": "code", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
WHOLE = {
    **GOOD,
    "client_id": "c_spa",
    "redirect_uri": CALLBACK,
    "response_mode": "form_post",
    "scope": "openid orders:read",
    "state": "af0ifjsldkj",
    "nonce": "n-0S6_WzA2Mj",
    "resource": "https://orders.example",
    "prompt": "login consent",
    "max_age": "300",
    "login_hint": "alice",
    "id_token_hint": "e30.e30.c2ln",
    "ui_locales": "de en",
    "acr_values": "urn:mfa 1",
    "claims": '{"userinfo": {"email": null}}',
}


def read(parameters, client=PUBLIC):
    return parse_authorization_request(parameters, client=client, redirect_uri=CALLBACK)


def refusal_of(parameters, client=PUBLIC, error=InvalidRequest):
    with pytest.raises(error) as refusal:
        read(parameters, client)
    assert type(refusal.value) is error
    return refusal.value.description


def test_a_request_says_what_its_parameters_say():
    """RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1, OpenID Connect Core §3.1.2.1"""
    assert read(WHOLE) == AuthorizationRequest(
        client_id="c_spa",
        redirect_uri=CALLBACK,
        response_mode="form_post",
        scope=("openid", "orders:read"),
        state="af0ifjsldkj",
        nonce="n-0S6_WzA2Mj",
        code_challenge="c" * 43,
        resource="https://orders.example",
        prompt=("login", "consent"),
        max_age=300,
        login_hint="alice",
        id_token_hint="e30.e30.c2ln",
        ui_locales=("de", "en"),
        acr_values=("urn:mfa", "1"),
        claims=RequestedClaims(userinfo=("email",)),
    )


def test_what_a_request_does_not_say_is_absent_and_its_answer_goes_into_the_query():
    """OAuth 2.0 Multiple Response Types §2.1"""
    nothing = dict.fromkeys(("scope", "state", "nonce", "resource", "max_age", "login_hint", "id_token_hint"))
    said = {
        "client_id": "c_web",
        "redirect_uri": CALLBACK,
        "response_mode": "query",
        "code_challenge": "",
        "prompt": (),
        "ui_locales": (),
        "acr_values": (),
        "claims": RequestedClaims(),
    }
    assert vars(read({"response_type": "code"}, WITHOUT_PKCE)) == {**nothing, **said}
    assert vars(AuthorizationRequest(client_id="c_web", redirect_uri=CALLBACK)) == {**nothing, **said}


def test_what_is_understood_is_kept_while_somebody_signs_in_and_the_rest_is_not():
    """RFC 6749 §3.1"""
    assert set(WHOLE) == PARAMETERS
    assert read({**WHOLE, "display": "popup"}) == read(WHOLE)


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ({"request": "e30.e30."}, RequestNotSupported),
        ({"request_uri": "https://x"}, RequestUriNotSupported),
        ({"response_type": "token"}, UnsupportedResponseType),
        ({"response_type": "code id_token"}, UnsupportedResponseType),
        ({"response_type": "CODE"}, UnsupportedResponseType),
    ],
)
def test_what_is_not_supported_is_refused_by_its_own_error(extra, error):
    """RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6"""
    refusal_of({**GOOD, **extra}, error=error)


def test_a_response_type_is_required():
    """RFC 6749 §3.1.1"""
    assert refusal_of({name: GOOD[name] for name in GOOD if name != "response_type"}) == "response_type is missing"


@pytest.mark.parametrize("mode", ["fragment", "QUERY", "", "query.jwt"])
def test_an_answer_goes_back_in_the_query_or_in_a_form_and_in_no_other_way(mode):
    """OAuth 2.0 Form Post Response Mode §2"""
    with pytest.raises(InvalidRequest):
        response_mode_of({"response_mode": mode})
    refusal_of({**GOOD, "response_mode": mode})
    assert [response_mode_of({"response_mode": good}) for good in ("query", "form_post")] == ["query", "form_post"]


@pytest.mark.parametrize(
    "client",
    [PUBLIC, replace(PUBLIC, require_pkce=False), replace(WITHOUT_PKCE, require_pkce=True)],
)
def test_a_challenge_is_required_unless_a_confidential_client_is_registered_without(client):
    """OAuth 2.1 §7.5.2"""
    assert refusal_of({"response_type": "code"}, client) == "code_challenge is missing"


def test_a_client_that_is_registered_without_a_challenge_may_send_one_all_the_same():
    assert read(GOOD, WITHOUT_PKCE).code_challenge == "c" * 43


@pytest.mark.parametrize("method", [None, "plain", "s256", ""])
def test_the_one_method_is_s256_and_must_be_named(method):
    """Where it is not, it means plain. RFC 7636 §4.3"""
    asked = {"response_type": "code", "code_challenge": "c" * 43}
    if method is not None:
        asked["code_challenge_method"] = method
    for client in (PUBLIC, WITHOUT_PKCE):
        assert refusal_of(asked, client) == "code_challenge_method must be S256"


def test_a_method_without_a_challenge_is_refused():
    """A challenge that got lost must not turn into a request without one. RFC 9700 §4.8.2"""
    asked = {"response_type": "code", "code_challenge_method": "S256"}
    assert "code_challenge_method" in refusal_of(asked, WITHOUT_PKCE)


@pytest.mark.parametrize("challenge", ["", "c" * 42, "c" * 44, "c" * 42 + "=", "c" * 42 + "+", "c" * 43 + "\n"])
def test_a_challenge_is_the_base64url_of_a_sha256(challenge):
    """RFC 7636 §4.2"""
    for client in (PUBLIC, WITHOUT_PKCE):
        refusal_of({**GOOD, "code_challenge": challenge}, client)


@pytest.mark.parametrize("prompt", ["none login", "login none", "none none", "LOGIN", "create", "login create"])
def test_a_prompt_is_none_alone_or_some_that_are_known(prompt):
    """OpenID Connect Core §3.1.2.1"""
    assert refusal_of({**GOOD, "prompt": prompt}).startswith("prompt ")


@pytest.mark.parametrize("prompt", ["none", "login", "consent", "select_account", "login consent select_account"])
def test_each_prompt_of_the_specification_is_understood(prompt):
    """OpenID Connect Core §3.1.2.1"""
    assert read({**GOOD, "prompt": prompt}).prompt == tuple(prompt.split())


@pytest.mark.parametrize("max_age", ["", "-1", "1.5", "x", " 1", "1\n", "1000000000", "\u0661"])
def test_a_maximum_age_is_a_number_of_seconds_of_nine_digits_at_most(max_age):
    """OpenID Connect Core §3.1.2.1"""
    assert refusal_of({**GOOD, "max_age": max_age}).startswith("max_age ")


@pytest.mark.parametrize(("name", "most"), [("state", 4096), ("nonce", 1024), ("login_hint", 254)])
def test_what_travels_along_may_be_so_long_and_no_longer(name, most):
    """RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1"""
    assert getattr(read({**GOOD, name: "x" * most}), name) == "x" * most
    assert refusal_of({**GOOD, name: "x" * (most + 1)}) == f"{name} is longer than {most} characters"
