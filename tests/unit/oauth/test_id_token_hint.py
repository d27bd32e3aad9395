"""An ID token as a hint. OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2"""

from __future__ import annotations

import pytest

from gatelet.oauth.id_token_hint import IdTokenHint, read_id_token_hint
from tests.unit.tokens import ABSENT, ATTACKER, ISSUER, KEYS, NOW, PublishedKeys, header, signed

CLAIMS = {"iss": ISSUER, "sub": "u_alice", "aud": "c_app", "sid": "session-1", "exp": NOW - 10**7, "iat": NOW - 10**8}


def id_token(alg="ES256", key=None, **changes):
    """Return an ID token that expired long ago, changed."""
    present = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ABSENT}
    return signed(present, header(alg, typ="JWT"), alg=alg, key=key)


def read(token):
    return read_id_token_hint(token, keys=PublishedKeys(), issuer=ISSUER)


@pytest.mark.parametrize("alg", KEYS)
def test_an_id_token_of_ours_tells_user_client_and_session_though_it_has_expired(alg):
    """RP-Initiated Logout §4"""
    assert read(id_token(alg)) == IdTokenHint(sub="u_alice", client_id="c_app", sid="session-1")


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "sid"])
@pytest.mark.parametrize("value", [ABSENT, None, 1, ["c_app"]])
def test_an_id_token_without_one_of_the_claims_is_no_hint(name, value):
    assert read(id_token(**{name: value})) is None


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "not.a.token",
        id_token(iss="https://other.example"),
        id_token(key=ATTACKER),
        signed(CLAIMS),
        signed(CLAIMS, header(typ="JWT", kid="unknown")),
        signed(CLAIMS, header(typ="JWT", alg="none")),
    ],
)
def test_what_is_no_id_token_of_ours_is_no_hint(token):
    """Nor is an access token, whose typ is another. RFC 8725 §3.11"""
    assert read(token) is None
