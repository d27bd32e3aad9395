"""What the suite checks of the published keys. RFC 7517, OpenID Connect Core §10.1"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
LEAST_MODULUS = 342
"""Characters of base64url in a modulus of 2048 bits."""


def are_public_and_well_formed(keys: Sequence[dict[str, Any]]) -> None:
    """Require keys with all their public members in unpadded base64url and none of the private ones."""
    assert keys
    for key in keys:
        assert not PRIVATE & set(key)
        assert all(BASE64URL.fullmatch(key[name]) for name in MEMBERS[key["kty"]])
        assert key["use"] == "sig"
        assert len(key.get("n", "A" * LEAST_MODULUS)) >= LEAST_MODULUS


def have_distinct_ids(keys: Sequence[dict[str, Any]]) -> None:
    """Require a `kid` of its own for every key. RFC 7517 §4.5"""
    assert len({key["kid"] for key in keys}) == len(keys)
