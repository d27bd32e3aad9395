"""Codes and refresh tokens are handles: they name a grant, under a seal that shows that we made them.

The sealed body is: grant secret (16 bytes) | generation (4) | client (16). `client` is a hash of the
client_id, so that another client's attempt is seen without a call. The table knows the grant id, a
hash of the grant secret, alone.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatelet.oauth import base64url
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.oauth.seal import Seals

AUTHORIZATION_CODE = "gc1_"
REFRESH_TOKEN = "gr1_"
GRANT_SECRET_BYTES = 16
LAYOUT = struct.Struct(f">{GRANT_SECRET_BYTES}sI16s")


@dataclass(frozen=True, kw_only=True)
class Handle:
    """What a code or refresh token says."""

    grant_secret: bytes = field(repr=False)
    generation: int
    client: bytes

    @property
    def grant_id(self) -> str:
        """The one name of the grant that is stored, logged and put into tokens."""
        return grant_id(self.grant_secret)

    def belongs_to(self, client_id: str) -> bool:
        """Tell whether the handle was made for this client."""
        return hmac.compare_digest(self.client, _client(client_id))


class HandleKeys:
    """Makes handles, and reads those that we made."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    def seal(self, prefix: str, *, grant_secret: bytes, generation: int, client_id: str) -> str:
        """Make a handle."""
        return self._seals.seal(prefix, LAYOUT.pack(grant_secret, generation, _client(client_id)))

    def open(self, prefix: str, text: str) -> Handle:
        """Read a handle that we made with this prefix. Raises BrokenSeal."""
        body = self._seals.open(prefix, text)
        if len(body) != LAYOUT.size:
            raise BrokenSeal("not the length of a handle")
        grant_secret, generation, client = LAYOUT.unpack(body)
        return Handle(grant_secret=grant_secret, generation=generation, client=client)


def grant_id(grant_secret: bytes) -> str:
    """Return the SHA-256 of a grant secret, cut to 128 bits."""
    return base64url.encode(hashlib.sha256(grant_secret).digest()[:16])


def _client(client_id: str) -> bytes:
    return hashlib.sha256(client_id.encode()).digest()[:16]
