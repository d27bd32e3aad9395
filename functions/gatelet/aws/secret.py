"""Secrets Manager: the key sets that sign tokens and tag handles, remembered for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.connection import UNREADABLE
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.jws import Signer
from gatelet.oauth.key_set import KeySet
from gatelet.oauth.seal import SEALS, Seals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from gatelet.aws.connection import Connection

SIGNING_SECONDS = 60
GRANT_SECONDS = 300
COOL_DOWN = 30
LONGEST_OUTAGE = 86_400
OVERDUE_AFTER = 2 * 86_400
"""Seconds that a rotation may be late: Secrets Manager rotates at some time of the day, and tries again."""


class Secret:
    """A secret document, read again after `seconds`.

    Where that fails the old one is kept, for a day at most, and `on_stale` is called: an outage of
    Secrets Manager does not stop a warm container. `on_overdue` is called where a secret is read whose
    last rotation is longer ago than `rotation_period`, whatever the reason: nobody else may notice.
    """

    def __init__(
        self,
        connection: Connection,
        arn: str,
        *,
        seconds: int,
        rotation_period: int,
        now: Callable[[], int],
        on_stale: Callable[[], None],
        on_overdue: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._arn = arn
        self._seconds = seconds
        self._rotation_period = rotation_period
        self._now = now
        self._on_stale = on_stale
        self._on_overdue = on_overdue
        self._keys: KeySet | None = None
        self._read_at = 0
        self._tried_at = 0
        self._asked_at = 0
        self._is_unreadable = False

    def key_set(self) -> KeySet:
        """Return the key set. Raises TemporarilyUnavailable where there is none to be had."""
        now = self._now()
        if self._usable(now) is None or not 0 <= now - self._tried_at < self._seconds:
            self._refresh(now)
        keys = self._usable(now)
        if keys is None:
            raise TemporarilyUnavailable("the secret cannot be read, or holds no keys yet")
        return keys

    def _usable(self, now: int) -> KeySet | None:
        """Return the keys that there are; without any, each request tries to read them."""
        is_old = now - self._read_at >= LONGEST_OUTAGE
        return None if is_old or self._keys is None or not self._keys.rings else self._keys

    def reloaded(self) -> KeySet:
        """Return the key set as it is by now: an unknown key may be one of an emergency elsewhere.

        It is read at most every 30 s. Where that fails it is no verdict on whoever shows the key. Raises
        TemporarilyUnavailable.
        """
        now = self._now()
        if not 0 <= now - self._asked_at < COOL_DOWN:
            self._asked_at = now
            self._refresh(now)
        if self._is_unreadable:
            raise TemporarilyUnavailable("the secret cannot be read, and the key id is not known")
        return self.key_set()

    def _refresh(self, now: int) -> None:
        """Read the secret; a container that has it already does not wait for long."""
        self._tried_at = now
        try:
            if self._keys is None:
                self._read(now)
            else:
                with self._connection.one_attempt():
                    self._read(now)
        except (*UNREADABLE, ValueError) as error:
            self._is_unreadable = True
            if self._keys is None:
                raise TemporarilyUnavailable(f"the secret cannot be read: {error}") from None
            self._on_stale()

    def _read(self, now: int) -> None:
        answer = self._connection.secretsmanager("get_secret_value", SecretId=self._arn, VersionStage="AWSCURRENT")
        self._keys = KeySet.from_json(answer["SecretString"])
        self._read_at = now
        self._is_unreadable = False
        # A rotation makes the next keys; the current ones were made a period before they came into use.
        rotated_at = min((ring.next.created_at for ring in self._keys.rings.values()), default=now)
        if now - rotated_at > self._rotation_period + OVERDUE_AFTER:
            self._on_overdue()


class SigningKeys:
    """Implements `gatelet.oauth.issuance.Signers`."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._keys: KeySet | None = None
        self._signers: Mapping[str, Signer] = {}

    def load(self) -> None:
        """Read the keys now, so that `signer` needs no call."""
        keys = self._secret.key_set()
        if keys != self._keys:
            self._signers = {alg: Signer(ring.current, alg) for alg, ring in keys.rings.items()}
            self._keys = keys

    def algorithms(self) -> AbstractSet[str]:
        """Return the algorithms that there is a key of."""
        self.load()
        return self._signers.keys()

    def signer(self, alg: str) -> Signer:
        """Return the current key of an algorithm."""
        self.load()
        if alg not in self._signers:
            raise TemporarilyUnavailable(f"there is no {alg} key: is it among the stack's signing algorithms?")
        return self._signers[alg]


def grant_seals(secret: Secret) -> Seals:
    """Return the keys of codes, refresh tokens, cookies and forms."""
    return Seals(secret.key_set().rings[SEALS], reload=lambda: secret.reloaded().rings[SEALS])
