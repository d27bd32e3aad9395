"""A key set: for each algorithm the next key, the current one, and the retired ones.

A rotation shifts it, so that a key has been published for a whole period before it first signs, and
stays published until the last token that it signed has expired.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from gatelet.oauth.jwk import public_jwk

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of a secret document; `material` is a private JWK and never leaves it."""

    kid: str
    created_at: int
    material: Mapping[str, Any] = field(repr=False)
    retired_at: int | None = None
    compromised: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """The keys of one algorithm."""

    next: Key
    current: Key
    retired: tuple[Key, ...] = ()

    @property
    def all_keys(self) -> tuple[Key, ...]:
        """Return every key that is good for verification."""
        return (self.current, self.next, *self.retired)


@dataclass(frozen=True, kw_only=True)
class KeySet:
    """The whole document of a secret; version 0 has no keys yet."""

    version: int = 0
    rings: Mapping[str, KeyRing] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> KeySet:
        """Read a secret document. Raises ValueError where it is none."""
        document = json.loads(text)
        if not isinstance(document, dict) or not isinstance(document.get("version"), int):
            raise ValueError("the secret does not hold a key set")  # noqa: TRY004 - the document is wrong, not a type of ours
        try:
            rings = {alg: _ring(ring) for alg, ring in document.get("rings", {}).items()}
        except (AttributeError, KeyError, TypeError):
            raise ValueError("the secret does not hold a key set") from None
        return cls(version=document["version"], rings=rings)

    def to_json(self) -> str:
        """Render the secret document."""
        return json.dumps({"version": self.version, "rings": {alg: asdict(ring) for alg, ring in self.rings.items()}})

    def published(self) -> tuple[dict[str, str], ...]:
        """Return the public half of every key of a signing set. RFC 7517 §5"""
        return tuple(public_jwk(key.material, alg) for alg, ring in self.rings.items() for key in ring.all_keys)

    def compromised(self) -> tuple[str, ...]:
        """Return the ids of the keys that were read by somebody else and are not yet revoked."""
        return tuple(key.kid for ring in self.rings.values() for key in ring.all_keys if key.compromised)


def _ring(ring: Mapping[str, Any]) -> KeyRing:
    return KeyRing(next=_key(ring["next"]), current=_key(ring["current"]), retired=tuple(map(_key, ring["retired"])))


def _key(key: Mapping[str, Any]) -> Key:
    """Read a key; members that a newer release wrote are ignored."""
    return Key(**{name: key[name] for name in Key.__dataclass_fields__ if name in key})
