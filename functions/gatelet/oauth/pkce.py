"""Proof Key for Code Exchange, S256 alone. RFC 7636"""

from __future__ import annotations

import hashlib
import re

from gatelet.oauth import base64url
from gatelet.oauth.errors import InvalidGrant

METHOD = "S256"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
NO_CHALLENGE = ""


def challenge_of(verifier: str | None) -> str:
    """Return the challenge that a verifier answers; none answers the absence of one. RFC 7636 §4.2

    Raises InvalidGrant for what can be no verifier.
    """
    if verifier is None:
        return NO_CHALLENGE
    if not VERIFIER.fullmatch(verifier):
        raise InvalidGrant("code_verifier is malformed")
    return base64url.encode(hashlib.sha256(verifier.encode()).digest())
