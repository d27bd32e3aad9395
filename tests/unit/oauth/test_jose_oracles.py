"""What we take, PyJWT and joserfc take too, and read alike: no stricter reader would be surprised by us."""

from __future__ import annotations

import json
import string

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt

from gatelet.oauth.access_token import AccessToken
from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.jwk import public_jwk
from tests.unit.tokens import (
    ABSENT,
    ATTACKER,
    AUDIENCE,
    ISSUER,
    KEYS,
    NOW,
    PRIVATE_KEYS,
    claims,
    header,
    signed,
    verify,
)

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
ALGORITHMS = sorted(KEYS)
BASE = {alg: signed(head=header(alg), alg=alg) for alg in ALGORITHMS}
CHARACTERS = string.ascii_letters + string.digits + "-_.=+/ \n\u00e9"
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(NOW - 4000, NOW + 4000),
    st.text(max_size=8),
    st.sampled_from([ABSENT, ISSUER, AUDIENCE, "at+jwt", "JWT", "ES256", "RS256", "none", [AUDIENCE], ["clerk"], 1e3]),
    st.sampled_from([key.kid for key in KEYS.values()]),
)
CLAIMS = st.sampled_from(
    ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "gid", "roles", "acr", "x"]
)
MEMBERS = st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "b64", "x"])


@st.composite
def mutated(draw):
    """Draw an algorithm and a good token with characters changed, put in, left out or swapped."""
    alg = draw(st.sampled_from(ALGORITHMS))
    text = BASE[alg]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["change", "insert", "delete", "segments"])):
            case "change":
                text = text[:at] + draw(st.sampled_from(CHARACTERS)) + text[at + 1 :]
            case "insert":
                text = text[:at] + draw(st.sampled_from(CHARACTERS)) + text[at:]
            case "delete":
                text = text[:at] + text[at + draw(st.integers(1, 5)) :]
            case _:
                text = ".".join(draw(st.permutations(text.split("."))))
    return alg, text


@st.composite
def resigned(draw):
    """Draw an algorithm and a token with other members, signed by us or by the attacker."""
    alg = draw(st.sampled_from(ALGORITHMS))
    payload = claims(**draw(st.dictionaries(CLAIMS, VALUES, max_size=3)))
    head = header(alg, **draw(st.one_of(st.just({}), st.dictionaries(MEMBERS, VALUES, max_size=1))))
    ours = draw(st.sampled_from([True, True, True, False]))
    space = draw(st.sampled_from([(",", ":"), (", ", ": "), ("  , ", "\n: ")]))
    key = PRIVATE_KEYS[alg] if ours else ATTACKER
    return alg, signed(json.dumps(payload, separators=space), head, key=key)


def agree(alg, token):
    """Compare our reading of a token with that of both libraries, where there is one; tell whether there is."""
    try:
        ours = verify(token).claims
    except InvalidToken:
        return False
    options = {
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
    }  # the clock is the test's, not the library's
    public = PRIVATE_KEYS[alg].public_key()
    theirs = jwt.decode(token, public, [alg], audience=AUDIENCE, issuer=ISSUER, options=options)  # type: ignore[arg-type]
    key = joserfc_jwk.import_key({**public_jwk(KEYS[alg].material, alg)})
    others = joserfc_jwt.decode(token, key, algorithms=[alg])
    assert others.claims == theirs
    assert others.header["typ"] in {"at+jwt", "application/at+jwt"}
    assert reading(theirs) == ours
    return True


def reading(members):
    known = {name: members[name] for name in AccessToken.__dataclass_fields__ if members.get(name) is not None}
    return AccessToken(**{**known, "scope": tuple(known["scope"].split(" ")), "roles": tuple(known.get("roles", ()))})


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_all_three_take_a_good_token(alg):
    """Without this no agreement below means anything."""
    assert agree(alg, BASE[alg])


@settings(max_examples=400)
@given(mutated())
def test_a_changed_text_that_we_take_both_libraries_take(example):
    """RFC 7515 §5.2"""
    agree(*example)


@settings(max_examples=400)
@given(resigned())
def test_changed_members_that_we_take_both_libraries_take(example):
    """RFC 7519 §7.2"""
    agree(*example)


def test_only_the_very_text_of_a_good_token_is_taken():
    """One token has one spelling: no single change of a character gives another. RFC 7515 §5.2"""
    token = BASE["ES256"]
    for at in range(len(token)):
        for character in "Aa0-_=.":
            if token[at] != character:
                with pytest.raises(InvalidToken):
                    verify(token[:at] + character + token[at + 1 :])
