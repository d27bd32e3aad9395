"""What the suite checks of an ID token. OpenID Connect Core §2, §3.1.3.7"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING

from tests.e2e.conformance.conditions import standard_claims

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.e2e.conformance.id_tokens import IdToken

SKEW = 300
"""Seconds by which clocks may differ."""
LONGEST_SUBJECT = 255


def passes_the_standard_checks(token: IdToken, *, issuer: str, client_id: str, nonce: str | None) -> None:
    """Require what must be true of every ID token. OpenID Connect Core §3.1.3.7"""
    is_from_the_issuer_for_the_client(token, issuer=issuer, client_id=client_id)
    is_valid_now(token)
    repeats_the_nonce(token, nonce)
    has_a_subject(token)
    assert isinstance(token.claims.get("acr", ""), str)
    standard_claims.have_the_right_types(token.claims)


def is_from_the_issuer_for_the_client(token: IdToken, *, issuer: str, client_id: str) -> None:
    """Require issuer and audience; with one audience `azp` is the client or absent."""
    assert token.claims["iss"] == issuer
    assert token.claims["aud"] in (client_id, [client_id])
    assert token.claims.get("azp", client_id) == client_id


def is_valid_now(token: IdToken) -> None:
    """Require times that are numbers of seconds and make sense."""
    now = time.time()
    assert all(type(token.claims[name]) is int for name in ("exp", "iat", "auth_time"))
    assert token.claims["exp"] > now - SKEW
    assert token.claims["iat"] < now + SKEW
    assert token.claims["auth_time"] <= token.claims["iat"]
    assert token.claims.get("nbf", 0) < now + SKEW


def repeats_the_nonce(token: IdToken, nonce: str | None) -> None:
    """Require the nonce of the request, and none where none was sent."""
    assert token.claims.get("nonce") == nonce


def has_a_subject(token: IdToken) -> None:
    """Require a subject identifier of at most 255 ASCII characters."""
    assert token.claims["sub"].isascii()
    assert 0 < len(token.claims["sub"]) <= LONGEST_SUBJECT


def has_the_hash_of_the_access_token(token: IdToken, access_token: str) -> None:
    """Require `at_hash`. OpenID Connect Core §3.1.3.6"""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    assert token.claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def is_signed_with_rs256(token: IdToken) -> None:
    """Require the algorithm that a client gets which names none. OpenID Connect Core §2"""
    assert token.header["alg"] == "RS256"


def names_its_key(token: IdToken) -> None:
    """Require a `kid`. OpenID Connect Core §10.1"""
    assert token.header["kid"]


def has_one_of_the_contexts(token: IdToken, requested: Collection[str]) -> None:
    """Require an `acr` that was asked for. OpenID Connect Core §3.1.2.1"""
    assert token.claims["acr"] in requested


def has_the_sign_in_of(token: IdToken, first: IdToken) -> None:
    """Require the same user and the same time of signing in. OpenID Connect Core §2"""
    assert token.claims["sub"] == first.claims["sub"]
    assert token.claims["auth_time"] == first.claims["auth_time"]


def has_a_later_sign_in_than(token: IdToken, first: IdToken) -> None:
    """Require that the user signed in again, a moment ago. OpenID Connect Core §3.1.2.1"""
    assert token.claims["sub"] == first.claims["sub"]
    assert token.claims["auth_time"] > first.claims["auth_time"]
    assert token.claims["auth_time"] > time.time() - SKEW


def continues(token: IdToken, first: IdToken) -> None:
    """Require what a refreshed token must have in common with the first. OpenID Connect Core §12.2"""
    for name in ("iss", "sub", "aud", "auth_time", "azp"):
        assert token.claims.get(name) == first.claims.get(name)
