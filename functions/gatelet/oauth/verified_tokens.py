"""What a verifier remembers of the tokens that it has seen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gatelet.oauth.access_token import read_signed, require_good

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerificationKeys, VerifiedToken
    from gatelet.oauth.jws import VerificationKey

MOST = 1000


class VerifiedTokens:
    """Verifies access tokens, the signature of each once.

    Remembered is only what text and key alone decide, under the SHA-256 of the whole text, and only as long as the very
    key is published: issuer, audience and lifetime are looked at each time, so that what would be refused anew is
    refused. What is refused is forgotten; so is, of more than `most`, what was not seen for longest.
    """

    def __init__(self, *, keys: VerificationKeys, issuer: str, audience: str, most: int = MOST) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._most = most
        self._known: dict[bytes, tuple[VerifiedToken, VerificationKey]] = {}

    def verify(self, token: str, now: int) -> VerifiedToken:
        """Verify everything about a token but revocation and scope. RFC 9068 §4

        Raises InvalidToken, and TemporarilyUnavailable where the keys cannot be read.
        """
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        known = self._known.pop(digest, None)
        if known is None or self._keys.key(known[0].kid) is not known[1]:
            known = read_signed(token, self._keys)
        require_good(known[0].claims, issuer=self._issuer, audience=self._audience, now=now)
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[digest] = known
        return known[0]
