"""What binds an ID token to the access token beside it. OpenID Connect Core §3.1.3.6"""

from __future__ import annotations

import base64
import hashlib

import pytest

from gatelet.oauth.id_token import at_hash

ACCESS_TOKEN = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_at_hash_is_that_of_the_specifications_example(alg):
    """OpenID Connect Core Appendix A.3"""
    assert at_hash(ACCESS_TOKEN, alg) == "77QmUPtjPfzWtF2AnpK9RQ"


def test_at_hash_beside_eddsa_is_half_of_sha_512():
    """The hash inside Ed25519, as certified clients compute it. RFC 8032 §5.1"""
    half = hashlib.sha512(ACCESS_TOKEN.encode()).digest()[:32]
    assert at_hash(ACCESS_TOKEN, "EdDSA") == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
