"""What an ID token says, and what binds it to the access token beside it. OpenID Connect Core §2, §3.1.3.6"""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from gatelet.oauth.grant import Grant
from gatelet.oauth.id_token import at_hash, id_token
from gatelet.oauth.jws import Signer
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.token_request import TokenResponse
from tests.unit.tokens import ISSUER, KEYS, KIDS, NOW

ACCESS_TOKEN = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
GRANT = Grant(
    gid="grant-1",
    client_id="c_app",
    sub="u_alice",
    session_id="session-1",
    scope=("openid", "profile"),
    audience=ISSUER,
    auth_time=NOW - 500,
    acr="1",
    amr=("pwd",),
    generation=1,
    rotated_at=NOW,
    idle_expires_at=NOW + 9,
    absolute_expires_at=NOW + 9,
    attempt="a",
    nonce="of the request",
    id_token_claims=("email",),
)
ALICE = ResourceOwner(sub="u_alice", username="alice", claims={"name": "Alice", "email": "alice@example.org"})
RESPONSE = TokenResponse(
    access_token=ACCESS_TOKEN, expires_in=900, scope=("openid",), sub="u_alice", jti="jti-1", gid="grant-1"
)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_at_hash_is_that_of_the_specifications_example(alg):
    """OpenID Connect Core Appendix A.3"""
    assert at_hash(ACCESS_TOKEN, alg) == "77QmUPtjPfzWtF2AnpK9RQ"


def test_at_hash_beside_eddsa_is_half_of_sha_512():
    """The hash inside Ed25519, as certified clients compute it. RFC 8032 §5.1"""
    half = hashlib.sha512(ACCESS_TOKEN.encode()).digest()[:32]
    assert at_hash(ACCESS_TOKEN, "EdDSA") == base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def made(alg="ES256", nonce=None):
    """Return header and claims of an ID token."""
    token = id_token(GRANT, ALICE, RESPONSE, issuer=ISSUER, signer=Signer(KEYS[alg], alg), now=NOW, nonce=nonce)
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_an_id_token_tells_the_client_who_signed_in_when_and_how(alg):
    """Of the user's claims it has those that the claims parameter asks of it. OpenID Connect Core §2, §5.4, §5.5"""
    half = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(ACCESS_TOKEN.encode()).digest()
    head, claims = made(alg)
    assert head == {"typ": "JWT", "alg": alg, "kid": KIDS[alg]}
    assert claims == {
        "iss": ISSUER,
        "sub": "u_alice",
        "aud": "c_app",
        "exp": NOW + 900,
        "iat": NOW,
        "auth_time": NOW - 500,
        "acr": "1",
        "amr": ["pwd"],
        "sid": "session-1",
        "at_hash": base64.urlsafe_b64encode(half[: len(half) // 2]).rstrip(b"=").decode(),
        "email": "alice@example.org",
    }


def test_the_nonce_is_that_of_the_authorization_request_and_a_refreshed_id_token_has_none():
    """OpenID Connect Core §3.1.3.7, §12.2"""
    assert made(nonce="n-0S6_WzA2Mj")[1]["nonce"] == "n-0S6_WzA2Mj"
    assert "nonce" not in made()[1]
