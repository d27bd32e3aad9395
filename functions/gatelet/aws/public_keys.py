"""The keys table: the published half of the signing keys, and which rotation wrote it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.aws.connection import UNREADABLE
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.jwk import KEY_TYPES
from gatelet.oauth.jws import VerificationKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gatelet.aws.table import Table

RELOAD_EVERY = 300
COOL_DOWN = 30
"""Seconds in which unknown key ids cause one reload at most, and after which one that failed is tried again."""
PK = "KEYS"


class PublicKeys:
    """Implements `gatelet.oauth.access_token.VerificationKeys`; remembered for 300 s.

    An old set is better than none: a key that must not be used any more is revoked through the feed.
    """

    def __init__(self, table: Table, now: Callable[[], int], *, reload_every: int = RELOAD_EVERY) -> None:
        self._table = table
        self._reload_every = reload_every
        self._now = now
        self._jwks: list[dict[str, Any]] | None = None
        self._keys: dict[str, VerificationKey] = {}
        self._tried_at = 0
        self._asked_at = 0
        self._is_unreadable = False

    def jwks(self) -> list[dict[str, Any]]:
        """Return the published keys as JWKs. Raises TemporarilyUnavailable where none were ever read."""
        self._renew(self._now())
        return self._jwks or []

    def key(self, kid: str) -> VerificationKey | None:
        """Find a key; an unknown id causes a reload, at most every 30 s.

        Where that fails, an unknown id is no verdict on a token. Raises TemporarilyUnavailable.
        """
        now = self._now()
        self._renew(now)
        if kid not in self._keys and not 0 <= now - self._asked_at < COOL_DOWN:
            self._asked_at = now
            self._reload(now)
        if kid not in self._keys and self._is_unreadable:
            raise TemporarilyUnavailable("the published keys cannot be read, and the key id is not known")
        return self._keys.get(kid)

    def expire(self) -> None:
        """Reload before the next use: a key was revoked."""
        self._tried_at = 0

    def _renew(self, now: int) -> None:
        if self._jwks is None:
            self._reload(now)
        elif not 0 <= now - self._tried_at < self._good_for:
            with self._table.one_attempt():
                self._reload(now)

    @property
    def _good_for(self) -> int:
        """Seconds from one reload to the next; in an outage a request now and then waits for one attempt."""
        return min(COOL_DOWN, self._reload_every) if self._is_unreadable else self._reload_every

    def _reload(self, now: int) -> None:
        self._tried_at = now
        self._is_unreadable = True
        try:
            item = self._table.get(PK, "signing")
        except UNREADABLE as error:
            if self._jwks is None:
                raise TemporarilyUnavailable(f"the published keys cannot be read: {error}") from None
            return
        if item is None:
            if self._jwks is None:
                raise TemporarilyUnavailable("no key has been published yet")
            return
        jwks = json.loads(item["jwks"])
        self._keys = {jwk["kid"]: self._verification_key(jwk) for jwk in jwks if jwk["alg"] in KEY_TYPES}
        self._jwks = jwks
        self._is_unreadable = False

    def _verification_key(self, jwk: dict[str, Any]) -> VerificationKey:
        """Return the same object for the same key, so that what it has verified can be remembered."""
        known = self._keys.get(jwk["kid"])
        return known if known is not None and known.jwk == jwk else VerificationKey(jwk)


class Publication(NamedTuple):
    """A published version, the rotation that wrote it, and whether that can still be displaced."""

    version: int
    rotation: str
    is_sealed: bool


class PublishedVersion:
    """Which version of a secret is published, and the rotation that did it: the rotation's lock.

    Two rotations of one version cannot both publish, and what is sealed stays until it is finished:
    the labels of Secrets Manager move too freely to be a lock.
    """

    def __init__(self, table: Table, secret: str) -> None:
        self._table = table
        self._sk = secret

    def read(self) -> Publication:
        """Return what is published; version 0 of nobody where nothing ever was."""
        item = self._table.get(PK, self._sk) or {}
        return Publication(
            version=item.get("version", 0), rotation=item.get("rotation", ""), is_sealed=item.get("sealed", False)
        )

    def publish(self, *, version: int, rotation: str, instead_of: Publication, jwks: Sequence[dict[str, str]]) -> None:
        """Publish a version unless another rotation than this one has come after `instead_of` was read.

        Raises `gatelet.aws.table.Conflict`.
        """
        item = {"version": version, "rotation": rotation, "sealed": False, "jwks": json.dumps(jwks)}
        self._table.put(
            {"pk": PK, "sk": self._sk, **item},
            condition="attribute_not_exists(#pk) OR (#rotation = :rotation AND #sealed = :open)"
            " OR (#rotation = :other AND #sealed = :sealed)",
            rotation=rotation,
            open=False,
            other=instead_of.rotation,
            sealed=instead_of.is_sealed,
        )

    def seal(self, rotation: str) -> None:
        """Let nobody take the place of a rotation any more: it is about to be finished.

        Raises `gatelet.aws.table.Conflict` where somebody has.
        """
        self._table.update(
            PK, self._sk, "SET #sealed = :sealed", condition="#rotation = :rotation", sealed=True, rotation=rotation
        )
