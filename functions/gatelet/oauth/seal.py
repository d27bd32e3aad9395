"""What we hand out and want back unchanged: a prefix, then base64url of key id, body and tag.

The HMAC-SHA256 tag covers all of it, prefix included, so that nothing sealed for one use passes for
another, and it is checked before any call leaves the process.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from gatelet.oauth import base64url

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.oauth.key_set import KeyRing

SEALS = "HMAC"
"""The one algorithm of the grant secret: HMAC-SHA256 over a sealed text, never of a JWT."""
KEY_ID_BYTES = 4
TAG_BYTES = 32


class BrokenSeal(ValueError):
    """The text was not made by us, or not for this use; says why, for the log."""


class Seals:
    """Seals with the current key of a ring, and opens what any key of the ring has sealed."""

    def __init__(self, ring: KeyRing, reload: Callable[[], KeyRing] | None = None) -> None:
        """`reload` returns the ring as it is by now: an unknown key may be one of an emergency elsewhere."""
        self._reload = reload
        self._use(ring)

    def seal(self, prefix: str, body: bytes) -> str:
        """Seal a body for one use."""
        data = bytes.fromhex(self._current) + body
        return prefix + base64url.encode(data + self._tag(self._current, prefix, data))

    def derive(self, prefix: str, name: bytes) -> bytes:
        """Return 32 bytes that belong to a name, for one use, and that nobody else can know."""
        return self._tag(self._current, prefix, name)

    def open(self, prefix: str, text: str) -> bytes:
        """Return the body of what was sealed for this use. Raises BrokenSeal."""
        data = _decode(prefix, text)
        signed, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        kid = signed[:KEY_ID_BYTES].hex()
        if kid not in self._keys and self._reload is not None:
            self._use(self._reload())
        if kid not in self._keys:
            raise BrokenSeal("the key of the seal is not known")
        if not hmac.compare_digest(tag, self._tag(kid, prefix, signed)):
            raise BrokenSeal("the tag of the seal is wrong")
        return signed[KEY_ID_BYTES:]

    def _use(self, ring: KeyRing) -> None:
        self._current = ring.current.kid
        self._keys = {key.kid: base64url.decode(key.material["k"]) for key in ring.all_keys}

    def _tag(self, kid: str, prefix: str, data: bytes) -> bytes:
        return hmac.digest(self._keys[kid], prefix.encode() + data, "sha256")


def _decode(prefix: str, text: str) -> bytes:
    encoded = text.removeprefix(prefix)
    if encoded == text:
        raise BrokenSeal(f"not a text that starts with {prefix}")
    try:
        data = base64url.decode(encoded)
    except ValueError as error:
        raise BrokenSeal(str(error)) from None
    if len(data) <= KEY_ID_BYTES + TAG_BYTES:
        raise BrokenSeal("too short for a seal")
    return data
