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
    with pytest.raises(InvalidRequest, match="claims is longer than 4096 characters"):
        parse_claims(" " * 4095 + "{}")


def test_4096_characters_are_read():
    assert parse_claims(" " * 4094 + "{}") == RequestedClaims()


def test_a_claim_is_asked_of_the_user_in_the_words_of_its_scope():
    """Whether userinfo is to hold it or the ID token. OpenID Connect Core §5.4"""
    asked = RequestedClaims(userinfo=("email_verified", "sub"), id_token=("address", "acr"))
    assert asked.scopes == ("email", "address")
    assert RequestedClaims(userinfo=("unheard_of",)).scopes == ()


def test_of_the_claims_those_are_given_that_an_allowed_scope_opens():
    subjects = frozenset({"u_alice"})
    asked = RequestedClaims(userinfo=("name", "email"), id_token=("phone_number", "address"), subjects=subjects)
    opened = asked.opened_by(["openid", "email", "phone", "orders:read"])
    assert opened == RequestedClaims(userinfo=("email",), id_token=("phone_number",), subjects=subjects)


@pytest.mark.parametrize("acr", [{"value": "2"}, {"values": ["2", "3"]}, {"values": []}])
def test_an_essential_acr_that_no_sign_in_has_is_refused(acr):
    """OpenID Connect Core §5.5.1.1"""
    with pytest.raises(UnmetAuthenticationRequirements):
        parse_claims(json.dumps({"id_token": {"acr": {"essential": True, **acr}}}))


@pytest.mark.parametrize(
    "acr",
    [
        None,
        {},
        {"essential": True},
        {"essential": True, "value": "1"},
        {"essential": True, "values": ["2", "1"]},
        {"essential": False, "value": "2"},
        {"value": "2"},
        {"values": ["2", "3"]},
    ],
)
def test_an_acr_that_a_sign_in_has_or_that_is_only_wished_for_is_no_error(acr):
    """OpenID Connect Core §5.5.1.1"""
    assert parse_claims(json.dumps({"id_token": {"acr": acr}})).id_token == ("acr",)


@pytest.mark.parametrize(
    ("sub", "subjects"),
    [
        ({"value": "u_alice"}, {"u_alice"}),
        ({"values": ["u_alice", "u_bob"]}, {"u_alice", "u_bob"}),
        ({"value": "u_alice", "values": ["u_bob"]}, {"u_alice"}),
        ({"values": []}, set()),
        ({"values": None}, None),
        ({"essential": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_client_names_the_users_of_whom_alone_it_wants_to_hear(sub, subjects):
    """OpenID Connect Core §5.5.1"""
    assert parse_claims(json.dumps({"id_token": {"sub": sub}})).subjects == subjects
    assert parse_claims(json.dumps({"userinfo": {"sub": sub}})).subjects is None


@pytest.mark.parametrize("name", ["sub", "acr"])
@pytest.mark.parametrize(
    "request_", [{"value": 1}, {"value": None}, {"values": "1"}, {"values": ["1", 2]}, {"values": 1}]
)
def test_a_value_that_is_no_text_is_refused(name, request_):
    with pytest.raises(InvalidRequest, match=r"^value or values in claims"):
        parse_claims(json.dumps({"id_token": {name: request_}}))


def test_a_section_that_is_null_asks_for_nothing():
    assert parse_claims('{"userinfo": null, "id_token": null}') == RequestedClaims()


@pytest.mark.parametrize("member", ["userinfo", "id_token"])
@pytest.mark.parametrize("section", [[], "email", 1, {"email": 1}, {"name": None, "email": []}])
def test_a_section_that_is_no_object_of_requests_is_refused_by_its_name(member, section):
    """OpenID Connect Core §5.5"""
    with pytest.raises(InvalidRequest, match=f"^{member} in claims"):
        parse_claims(json.dumps({member: section}))


@pytest.mark.parametrize("text", ["", "email", "[]", "1", "null", '"{}"'])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(InvalidRequest, match=r"^claims is not"):
        parse_claims(text)
