from __future__ import annotations

import string

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.access_token import AccessToken
from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.jws import Signer
from tests.unit.tokens import (
    ABSENT,
    AUDIENCE,
    ISSUER,
    KEYS,
    NOW,
    PRIVATE_KEYS,
    claims,
    signed,
    verified,
    verify,
)

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=255)
SCOPE = st.lists(st.text(string.ascii_lowercase + ":", min_size=1, max_size=20), min_size=1, max_size=5).map(tuple)
NO_TEXT: tuple[object, ...] = (
    None,
    1,
    1.5,
    True,
    "",
    [],
    {},
    ["u_alice"],
    {"u_alice": 1},
    "x" * 256,
    "a\nb",
    "\x00",
    "\x7f",
    "\u00e9",
    "\ud800",
)
NO_INTEGER: tuple[object, ...] = (None, "1800000000", 1.8e9, True, False, [], {}, [1_800_000_000])
NOBODY = {"gid": ABSENT, "auth_time": ABSENT, "acr": ABSENT, "roles": ABSENT}
"""Changes that leave no user behind a token."""
SIGNER = Signer(KEYS["ES256"], "ES256")
TOKEN = AccessToken(
    iss=ISSUER,
    sub="u_alice",
    aud=AUDIENCE,
    exp=NOW + 900,
    iat=NOW,
    jti="j",
    client_id="c_app",
    scope=("a", "b"),
    gid="g",
)


def refused(**changes):
    with pytest.raises(InvalidToken):
        verify(signed(claims(**changes)))


@given(
    st.fixed_dictionaries(
        {"sub": TEXT, "jti": TEXT, "client_id": TEXT, "scope": SCOPE, "gid": TEXT, "acr": TEXT},
        optional={"auth_time": st.integers(0, NOW), "roles": st.lists(TEXT, min_size=1, max_size=3).map(tuple)},
    )
)
def test_a_token_says_what_was_signed(members):
    """RFC 9068 §2.2"""
    token = AccessToken(iss=ISSUER, aud=AUDIENCE, exp=NOW + 900, iat=NOW, **members)
    if len(str(members)) < 2000:
        assert verify(token.sign(SIGNER)).claims == token


@pytest.mark.clause("RFC9068-2.2-1")
def test_the_claims_are_those_of_rfc_9068():
    """And what is not known is left out. RFC 9068 §2.2"""
    private = PRIVATE_KEYS["ES256"]
    written = jwt.decode(
        TOKEN.sign(SIGNER), private.public_key(), ["ES256"], audience=AUDIENCE, options={"verify_iat": False}
    )
    assert written == {
        "iss": ISSUER,
        "sub": "u_alice",
        "aud": AUDIENCE,
        "exp": NOW + 900,
        "iat": NOW,
        "jti": "j",
        "client_id": "c_app",
        "scope": "a b",
        "gid": "g",
    }


@pytest.mark.clause("RFC9700-4.15.1-1")
def test_a_token_for_the_client_itself_has_no_user_behind_it():
    """RFC 9068 §2.2"""
    token = verified(sub="c_app", **NOBODY).claims
    assert (token.sub, token.gid, token.auth_time, token.acr, token.roles) == ("c_app", None, None, None, ())


def test_a_token_for_the_client_itself_says_nothing_of_a_user():
    token = AccessToken(ISSUER, "c_app", AUDIENCE, NOW + 900, NOW, "j", "c_app", ("a",))
    assert token.members().keys() == {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"}


@pytest.mark.parametrize(("name", "value"), [("auth_time", "now"), ("roles", "clerk"), ("gid", 1), ("acr", 1)])
def test_one_claim_about_a_user_is_enough_to_look_at_it(name, value):
    refused(sub="c_app", **{**NOBODY, name: value})


def test_a_token_of_more_than_4_kb_is_not_made():
    with pytest.raises(ValueError, match="characters"):
        TOKEN._replace(scope=tuple(f"scope-{i:04}" for i in range(300))).sign(SIGNER)


def test_a_token_of_4_kb_is_made_and_taken():
    filler = next(n for n in range(2500, 3000) if len(TOKEN._replace(scope=("x" * n,)).sign(SIGNER)) == 4096)
    token = TOKEN._replace(scope=("x" * filler,))
    assert verify(token.sign(SIGNER)).claims == token


@pytest.mark.parametrize("name", ["sub", "aud", "jti", "client_id", "gid", "acr"])
def test_a_claim_that_is_text_may_have_255_characters(name):
    assert getattr(verified(**{name: "x" * 255}).claims, name) == "x" * 255


@pytest.mark.attack("ATK-037")
@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "gid"])
def test_a_token_without_a_required_claim_is_refused(name):
    """PyJWT takes one without exp. RFC 9068 §2.2"""
    refused(**{name: ABSENT})


@pytest.mark.attack("ATK-038")
@pytest.mark.parametrize("value", NO_TEXT, ids=repr)
@pytest.mark.parametrize("name", ["iss", "sub", "aud", "jti", "client_id"])
def test_a_claim_that_is_text_is_nothing_else(name, value):
    """RFC 9068 §2.2, RFC 8725 §3.11"""
    with pytest.raises(InvalidToken):
        verify(signed(claims(**{name: value})), audience=None)


@pytest.mark.attack("ATK-038")
@pytest.mark.parametrize("value", [value for value in NO_TEXT if value is not None], ids=repr)
@pytest.mark.parametrize("name", ["gid", "acr"])
def test_a_claim_about_the_user_is_text_or_absent(name, value):
    refused(**{name: value})


@pytest.mark.parametrize("value", NO_INTEGER, ids=repr)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_is_an_integer_and_nothing_else(name, value):
    """RFC 9068 §2.2"""
    refused(**{name: value})


@pytest.mark.parametrize("value", [value for value in NO_INTEGER if value is not None], ids=repr)
def test_auth_time_is_an_integer(value):
    refused(auth_time=value)


@pytest.mark.attack("ATK-048")
@pytest.mark.parametrize("value", [None, 1, True, ["orders:read"], {"orders:read": True}], ids=repr)
def test_scope_is_one_string(value):
    """RFC 9068 §2.2.3"""
    refused(scope=value)


@pytest.mark.parametrize(
    "value", [None, "clerk", 1, {}, {"clerk": 1}, [1], [None], [["clerk"]], [""], ["a\n"]], ids=repr
)
def test_roles_is_a_list_of_text(value):
    """RFC 9068 §2.2.3.1"""
    refused(roles=value)


@pytest.mark.attack("ATK-030")
@pytest.mark.parametrize(
    "iss",
    [
        ISSUER + "/",
        ISSUER[:-1],
        ISSUER + ".attacker.example",
        "http://auth.example",
        "https://AUTH.example",
        "https://auth.example:443",
        "auth.example",
        " " + ISSUER,
        [ISSUER],
        [ISSUER, "https://attacker.example"],
        {ISSUER: 1},
        "",
        None,
    ],
)
def test_another_issuer_is_refused_however_alike(iss):
    """Compared as a string, never as a part of one. RFC 9068 §4"""
    refused(iss=iss)


@pytest.mark.attack("ATK-031")
@pytest.mark.attack("ATK-065")
@pytest.mark.parametrize(
    "aud",
    [
        "https://stock.example",
        AUDIENCE[:-1],
        AUDIENCE + "/",
        "orders",
        "https://ORDERS.example",
        ISSUER,
        [],
        ["x"],
        1,
        None,
    ],
)
def test_a_token_for_another_api_is_refused(aud):
    """RFC 9068 §4"""
    refused(aud=aud)


@pytest.mark.attack("ATK-032")
@pytest.mark.parametrize("aud", [[AUDIENCE], [AUDIENCE, "https://stock.example"], ["https://stock.example", AUDIENCE]])
def test_an_audience_is_one_string(aud):
    """We issue no other."""
    refused(aud=aud)


@pytest.mark.attack("ATK-065")
def test_a_token_of_another_tenant_under_the_same_key_is_refused():
    refused(iss="https://auth.example/other", aud=AUDIENCE)
    refused(iss=ISSUER, aud="https://orders.example/other")


def test_without_an_audience_a_token_for_any_api_of_this_issuer_is_taken():
    """Revocation asks for no API. RFC 7009 §2.1"""
    assert verified(aud="https://stock.example").claims.aud == "https://stock.example"
    with pytest.raises(InvalidToken):
        verify(signed(claims(iss="https://other.example")), audience=None)


@pytest.mark.attack("ATK-033")
def test_a_token_is_good_until_the_second_before_it_expires():
    """RFC 9068 §4"""
    assert verified(exp=NOW + 1, iat=NOW - 899).claims.exp == NOW + 1
    refused(exp=NOW, iat=NOW - 900)
    refused(exp=NOW - 1, iat=NOW - 900)


@pytest.mark.attack("ATK-033")
def test_expiry_is_that_of_the_moment():
    token = signed(claims(exp=NOW + 900))
    for now, good in ((NOW + 899, True), (NOW + 900, False), (NOW + 100_000, False)):
        try:
            verify(token, now=now)
        except InvalidToken:
            assert not good
        else:
            assert good


@pytest.mark.attack("ATK-035")
@pytest.mark.parametrize(
    ("exp", "iat"), [(NOW + 3601, NOW), (NOW + 10**12, NOW), (NOW + 1, NOW - 3600), (NOW + 1, -NOW)]
)
def test_a_token_that_lives_longer_than_any_we_issue_is_refused(exp, iat):
    """Whoever may sign for a moment cannot sign for ever."""
    refused(exp=exp, iat=iat)
    assert verified(exp=NOW + 3600).claims.exp == NOW + 3600


def test_a_token_may_live_for_one_second():
    assert verified(exp=NOW + 1).claims.exp == NOW + 1


@pytest.mark.parametrize("exp", [NOW + 2, NOW + 1])
def test_a_token_that_expires_before_it_was_issued_is_refused(exp):
    refused(iat=NOW + 2, exp=exp)


@pytest.mark.attack("ATK-036")
@pytest.mark.attack("ATK-401")
def test_a_token_may_come_from_a_clock_that_is_5_s_ahead_and_no_more():
    assert verified(iat=NOW + 5).claims.iat == NOW + 5
    refused(iat=NOW + 6)


@pytest.mark.attack("ATK-036")
def test_a_token_is_good_from_the_moment_of_its_issue():
    """RFC 7519 §4.1.5"""
    assert verified(nbf=NOW).claims.iat == NOW
    refused(nbf=NOW + 1)


@pytest.mark.attack("ATK-062")
@pytest.mark.parametrize("cnf", [{"jkt": "x"}, {"x5t#S256": "x"}, {}, None, "x"])
def test_a_token_that_is_bound_to_a_key_is_no_bearer_token(cnf):
    """RFC 9449 §7.2, RFC 7800 §3.1"""
    refused(cnf=cnf)


@pytest.mark.attack("ATK-037")
def test_a_token_about_a_user_names_its_grant():
    """Without it no revocation of the grant would reach it."""
    refused(gid=ABSENT)
    refused(gid=None)
    refused(gid="")
    refused(sub="c_other", **NOBODY)


def test_claims_that_we_do_not_know_are_ignored():
    """RFC 7519 §4"""
    assert verified(x={"deep": [1, {"er": None}]}).claims == verified().claims


@pytest.mark.attack("ATK-385")
def test_every_refusal_reads_alike_outside():
    """RFC 6750 §3.1"""
    said = set()
    for token in (signed(claims(exp=NOW)), signed(claims(iss="x")), "x", signed(claims(sub=1))):
        with pytest.raises(InvalidToken) as refusal:
            verify(token)
        said.add((refusal.value.error, refusal.value.status, refusal.value.description))
    assert said == {("invalid_token", 401, "the access token is invalid, expired or revoked")}
