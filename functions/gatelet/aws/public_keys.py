"""The keys table: the published half of the signing keys, and which rotation wrote it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gatelet.aws.connection import UNREADABLE
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.jwk import KEY_TYPES
from gatelet.oauth.jws import VerificationKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gatelet.aws.table import Table

RELOAD_EVERY = 300
COOL_DOWN = 30
"""Seconds in which unknown key ids cause one reload at most."""
PK = "KEYS"


class PublicKeys:
    """Implements `gatelet.oauth.access_token.VerificationKeys`; remembered for 300 s.

    An old set is better than none: a key that must not be used any more is revoked through the feed.
    """

    def __init__(self, table: Table, now: Callable[[], int]) -> None:
        self._table = table
        self._now = now
        self._jwks: list[dict[str, Any]] | None = None
        self._keys: dict[str, VerificationKey] = {}
        self._tried_at = 0

    def jwks(self) -> list[dict[str, Any]]:
        """Return the published keys as JWKs. Raises TemporarilyUnavailable where none were ever read."""
        if self._jwks is None or not 0 <= self._now() - self._tried_at < RELOAD_EVERY:
            self._reload()
        return self._jwks or []

    def key(self, kid: str) -> VerificationKey | None:
        """Find a key; an unknown id causes a reload, at most every 30 s."""
        self.jwks()
        if kid not in self._keys and self._now() - self._tried_at >= COOL_DOWN:
            self._reload()
        return self._keys.get(kid)

    def expire(self) -> None:
        """Reload before the next use: a key was revoked."""
        self._tried_at = 0

    def _reload(self) -> None:
        self._tried_at = self._now()
        try:
            item = self._table.get(PK, "signing")
        except UNREADABLE as error:
            if self._jwks is None:
                raise TemporarilyUnavailable(f"the published keys cannot be read: {error}") from None
            return
        if item is None:
            raise TemporarilyUnavailable("no key has been published yet")
        jwks = json.loads(item["jwks"])
        self._keys = {jwk["kid"]: VerificationKey(jwk) for jwk in jwks if jwk["alg"] in KEY_TYPES}
        self._jwks = jwks


class PublishedVersion:
    """Which version of a secret is published, and the rotation that did it: the rotation's lock.

    Two rotations of one version cannot both publish, so only one of them can ever be finished.
    """

    def __init__(self, table: Table, secret: str) -> None:
        self._table = table
        self._sk = secret

    def read(self) -> tuple[int, str]:
        """Return version and rotation; (0, "") where nothing was ever published."""
        item = self._table.get(PK, self._sk)
        return (item["version"], item["rotation"]) if item else (0, "")

    def publish(self, *, version: int, rotation: str, instead_of: str, jwks: Sequence[dict[str, str]]) -> None:
        """Publish a version unless another rotation than `instead_of` or this one came before.

        Raises `gatelet.aws.table.Conflict`.
        """
        self._table.put(
            {"pk": PK, "sk": self._sk, "version": version, "rotation": rotation, "jwks": json.dumps(jwks)},
            condition="attribute_not_exists(#pk) OR #rotation = :rotation OR #rotation = :instead_of",
            rotation=rotation,
            instead_of=instead_of,
        )
