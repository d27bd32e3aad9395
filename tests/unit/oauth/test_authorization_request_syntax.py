"""The parameters of an authorization request are read, or refused by name. RFC 6749 §4.1.2.1"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.authorization_request import PARAMETERS, PROMPTS, RESPONSE_MODES, parse_authorization_request
from gatelet.oauth.client import Client
from gatelet.oauth.errors import (
    InvalidRequest,
    InvalidScope,
    OAuthError,
    RequestNotSupported,
    RequestUriNotSupported,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)

CLIENT = Client(
    client_id="c_web",
    client_name="Web",
    token_endpoint_auth_method="none",
    grant_types=("authorization_code",),
    scope=("openid",),
    redirect_uris=("https://app.example/callback",),
)
GOOD = {"response_type": "code", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
REFUSALS = (
    InvalidRequest,
    InvalidScope,
    RequestNotSupported,
    RequestUriNotSupported,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
TEXTS = st.text(min_size=1, max_size=50) | st.sampled_from(
    ["code", "none", "login consent", "none login", "query", "fragment", "S256", "plain", "0", "-1", "\u0661", "9" * 10]
)
ASKED = st.dictionaries(st.sampled_from(sorted({*PARAMETERS, "request", "request_uri", "other"})), TEXTS)


def read(parameters):
    return parse_authorization_request(parameters, client=CLIENT, redirect_uri=CLIENT.redirect_uris[0])


@given(ASKED, st.booleans())
def test_any_parameters_are_a_request_or_an_error_of_the_specification(asked, complete):
    try:
        request = read({**asked, **GOOD} if complete else asked)
    except REFUSALS:
        return
    assert request.response_mode in RESPONSE_MODES
    assert set(request.prompt) <= PROMPTS
    assert "none" not in request.prompt or request.prompt == ("none",)
    assert request.max_age is None or request.max_age >= 0
    assert len(request.code_challenge) == 43


@given(ASKED)
def test_no_refusal_repeats_what_was_asked(asked):
    """A description goes into an address and a page. RFC 6749 §4.1.2.1"""
    told = refusal_of({**GOOD, **asked})
    assert told.isascii()
    assert not set(told) & set('"\\')


def refusal_of(parameters):
    try:
        read(parameters)
    except OAuthError as error:
        return error.description
    return ""


@given(st.integers(0, 999_999_999))
def test_any_number_of_seconds_is_read(seconds):
    """OpenID Connect Core §3.1.2.1"""
    assert read({**GOOD, "max_age": str(seconds)}).max_age == seconds
