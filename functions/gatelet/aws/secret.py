"""Secrets Manager: the key sets that sign tokens and tag handles, remembered for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.connection import UNREADABLE
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.handle import HANDLES, HandleKeys
from gatelet.oauth.jws import Signer
from gatelet.oauth.key_set import KeySet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gatelet.aws.connection import Connection

SIGNING_SECONDS = 60
GRANT_SECONDS = 300
COOL_DOWN = 30
LONGEST_OUTAGE = 86_400


class Secret:
    """A secret document, read again after `seconds`.

    Where that fails the old one is kept, for a day at most, and `on_stale` is called: an outage of
    Secrets Manager does not stop a warm container.
    """

    def __init__(
        self, connection: Connection, arn: str, *, seconds: int, now: Callable[[], int], on_stale: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._arn = arn
        self._seconds = seconds
        self._now = now
        self._on_stale = on_stale
        self._keys: KeySet | None = None
        self._read_at = 0
        self._tried_at = 0

    def key_set(self) -> KeySet:
        """Return the key set. Raises TemporarilyUnavailable where there is none to be had."""
        return self._not_older_than(self._seconds)

    def reloaded(self) -> KeySet:
        """Return the key set as it is by now, read again at most every 30 s."""
        return self._not_older_than(COOL_DOWN)

    def _not_older_than(self, seconds: int) -> KeySet:
        now = self._now()
        if self._keys is None or not 0 <= now - self._tried_at < seconds:
            self._reload(now)
        if self._keys is None or not self._keys.rings:
            raise TemporarilyUnavailable("the secret holds no keys yet")
        return self._keys

    def _reload(self, now: int) -> None:
        self._tried_at = now
        try:
            answer = self._connection.secretsmanager("get_secret_value", SecretId=self._arn, VersionStage="AWSCURRENT")
            self._keys = KeySet.from_json(answer["SecretString"])
            self._read_at = now
        except (*UNREADABLE, ValueError) as error:
            if self._keys is None or now - self._read_at >= LONGEST_OUTAGE:
                raise TemporarilyUnavailable(f"the secret cannot be read: {error}") from None
            self._on_stale()


class SigningKeys:
    """Implements `gatelet.oauth.issuance.Signers`."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._keys: KeySet | None = None
        self._signers: Mapping[str, Signer] = {}

    def load(self) -> None:
        """Read the keys now, so that `signer` needs no call."""
        keys = self._secret.key_set()
        if keys is not self._keys:
            self._signers = {alg: Signer(ring.current, alg) for alg, ring in keys.rings.items()}
            self._keys = keys

    def signer(self, alg: str) -> Signer:
        """Return the current key of an algorithm."""
        self.load()
        if alg not in self._signers:
            raise TemporarilyUnavailable(f"there is no {alg} key: is it among the stack's signing algorithms?")
        return self._signers[alg]


def handle_keys(secret: Secret) -> HandleKeys:
    """Return the keys of codes and refresh tokens."""
    return HandleKeys(secret.key_set().rings[HANDLES], reload=lambda: secret.reloaded().rings[HANDLES])
