"""The claims parameter is read, or refused by name. OpenID Connect Core §5.5"""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatelet.oauth.errors import InvalidRequest, UnmetAuthenticationRequirements
from gatelet.oauth.openid import CLAIMS, CLAIMS_OF_SCOPE
from gatelet.oauth.requested_claims import LONGEST, RequestedClaims, parse_claims

NAMES = st.sampled_from([*CLAIMS, "sub", "acr", "auth_time", "unheard_of"]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner), max_leaves=5
)
REQUESTS = st.none() | st.dictionaries(st.sampled_from(["essential", "value", "values", "x"]), VALUES)
PIECES = ["{", "}", '"', "[", "]", ",", ":", "\\u", "d8", " ", "1e9", "null", "userinfo", "id_token"]
DOCUMENTS = st.dictionaries(
    st.sampled_from(["userinfo", "id_token", "other"]), st.dictionaries(NAMES, REQUESTS | VALUES, max_size=4) | VALUES
)


@given(DOCUMENTS | VALUES, st.booleans())
def test_any_json_is_claims_or_an_error_of_the_specification(document, ensure_ascii):
    require_claims_or_refusal(json.dumps(document, ensure_ascii=ensure_ascii))


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map("".join))
@example('{"userinfo":{"\\ud800":null}}')
@example("[" * LONGEST)
@example('{"a":' * (LONGEST // 5))
@example("1" * LONGEST)
@example("NaN")
def test_any_text_is_claims_or_an_error_of_the_specification(text):
    require_claims_or_refusal(text)


def require_claims_or_refusal(text):
    try:
        claims = parse_claims(text)
    except (InvalidRequest, UnmetAuthenticationRequirements):
        return
    names = [*claims.userinfo, *claims.id_token, *(claims.subjects or ())]
    assert all(isinstance(name, str) for name in names)
    opened = claims.opened_by(CLAIMS_OF_SCOPE)
    assert {*opened.userinfo, *opened.id_token} <= set(CLAIMS)
    assert set(claims.scopes) <= set(CLAIMS_OF_SCOPE)


@given(st.lists(st.sampled_from(CLAIMS), unique=True), st.lists(st.sampled_from(CLAIMS), unique=True))
def test_what_a_client_writes_is_what_is_asked(userinfo, id_token):
    """Null, or a wish to have it: each asks for the claim. §5.5.1"""
    document = {"userinfo": dict.fromkeys(userinfo), "id_token": {name: {"essential": True} for name in id_token}}
    asked = RequestedClaims(userinfo=tuple(userinfo), id_token=tuple(id_token))
    assert parse_claims(json.dumps(document)) == asked


def test_what_is_longer_than_4096_characters_is_not_read():
    with pytest.raises(InvalidRequest, match="longer"):
        parse_claims(" " * (LONGEST - 1) + "{}")
