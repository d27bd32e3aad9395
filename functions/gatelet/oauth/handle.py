"""Codes and refresh tokens are handles: they name a grant, and a tag shows that we made them.

A handle is a prefix, then base64url of

    key id (4 bytes) | grant secret (16) | generation (4) | client (16) | HMAC-SHA256 tag (32)

The tag covers all of it, prefix included, so that a code cannot pass for a refresh token, and it is
checked before any call leaves the process. `client` is a hash of the client_id: another client's
attempt is seen without a call too. The table knows the grant id, a hash of the grant secret, alone.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatelet.oauth import base64url

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.oauth.key_set import KeyRing

REFRESH_TOKEN = "gr1_"
HANDLES = "HMAC"
"""The one algorithm of the grant secret: HMAC-SHA256 over a handle, never of a JWT."""
KEY_ID_BYTES = 4
GRANT_SECRET_BYTES = 16
LAYOUT = struct.Struct(f">{KEY_ID_BYTES}s{GRANT_SECRET_BYTES}sI16s")
TAG_BYTES = 32
LENGTH = -(-(LAYOUT.size + TAG_BYTES) * 4 // 3)


class ForgedHandle(ValueError):
    """The text was not made by us, or not for this use; says why, for the log."""


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
    """Makes handles with the current key, and knows those made with any key of the ring."""

    def __init__(self, ring: KeyRing, reload: Callable[[], KeyRing] | None = None) -> None:
        """`reload` returns the ring as it is by now: an unknown key may be one of an emergency elsewhere."""
        self._reload = reload
        self._use(ring)

    def seal(self, prefix: str, *, grant_secret: bytes, generation: int, client_id: str) -> str:
        """Make a handle."""
        body = LAYOUT.pack(bytes.fromhex(self._current), grant_secret, generation, _client(client_id))
        return prefix + base64url.encode(body + self._tag(self._current, prefix, body))

    def open(self, prefix: str, text: str) -> Handle:
        """Read a handle that we made with this prefix. Raises ForgedHandle."""
        encoded = text.removeprefix(prefix)
        if encoded == text or len(encoded) != LENGTH:
            raise ForgedHandle(f"not a handle that starts with {prefix}")
        try:
            data = base64url.decode(encoded)
        except ValueError as error:
            raise ForgedHandle(str(error)) from None
        body, tag = data[: LAYOUT.size], data[LAYOUT.size :]
        kid, grant_secret, generation, client = LAYOUT.unpack(body)
        if kid.hex() not in self._keys and self._reload is not None:
            self._use(self._reload())
        if kid.hex() not in self._keys:
            raise ForgedHandle("the key of the handle is not known")
        if not hmac.compare_digest(tag, self._tag(kid.hex(), prefix, body)):
            raise ForgedHandle("the tag of the handle is wrong")
        return Handle(grant_secret=grant_secret, generation=generation, client=client)

    def _use(self, ring: KeyRing) -> None:
        self._current = ring.current.kid
        self._keys = {key.kid: base64url.decode(key.material["k"]) for key in ring.all_keys}

    def _tag(self, kid: str, prefix: str, body: bytes) -> bytes:
        return hmac.digest(self._keys[kid], prefix.encode() + body, "sha256")


def grant_id(grant_secret: bytes) -> str:
    """Return the SHA-256 of a grant secret, cut to 128 bits."""
    return base64url.encode(hashlib.sha256(grant_secret).digest()[:16])


def _client(client_id: str) -> bytes:
    return hashlib.sha256(client_id.encode()).digest()[:16]
