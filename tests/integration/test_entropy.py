"""What opens a session or redeems a grant cannot be guessed. RFC 6749 §10.10, ASVS 7.2.3"""

from __future__ import annotations

import secrets

import pytest

from gatelet.handlers.server import Server
from gatelet.oauth.base64url import decode
from tests.integration.visitor import SESSION

BYTES = 16
"""128 bits."""


@pytest.mark.attack("ATK-389")
@pytest.mark.clause("RFC6749-10.10-2")
def test_a_session_holds_128_bits_that_were_drawn_for_it(deployment, visitor, own_web):
    drawn: list[bytes] = []

    def draw(size: int) -> bytes:
        drawn.append(secrets.token_bytes(size))
        return drawn[-1]

    deployment._containers["authorize"] = Server(
        deployment.settings, clock=deployment.clock, random=draw, connect=deployment.wire.connect
    )
    visitor.code(own_web)

    cookie = decode(visitor.cookies[SESSION].partition("_")[2])
    assert any(len(each) >= BYTES and each in cookie for each in drawn)


@pytest.mark.attack("ATK-389")
@pytest.mark.clause("RFC6749-10.10-2")
def test_the_same_request_twice_gives_codes_that_share_no_secret(visitor, own_web):
    """Nothing of a code follows from user, client, time or an earlier code."""
    first, second = (decode(visitor.code(own_web).partition("_")[2]) for _ in range(2))
    pieces = {first[start : start + 8] for start in range(len(first) - 8)}
    shared = [start for start in range(len(second) - 8) if second[start : start + 8] in pieces]
    assert len(second) - len(shared) >= 2 * BYTES
