"""Passwords of people: Argon2id at OWASP's parameters. RFC 9106"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
"""Bytes of UTF-8; a longer one is refused before it costs a hash."""


@dataclass(frozen=True, kw_only=True)
class StoredPassword:
    """Whose password it is, and its hash in PHC string format."""

    sub: str
    hash: str


class PasswordStore(Protocol):
    """Where the hashes are kept, under normalised usernames."""

    def password(self, username: str) -> StoredPassword | None:
        """Find the stored password of a username."""

    def rehash(self, username: str, *, old: str, new: str) -> None:
        """Replace a hash, unless the password was changed meanwhile."""


class PasswordHashing:
    """Hashes and checks passwords; an unknown user costs the same time as a wrong password."""

    def __init__(self, *, memory_cost: int = 19 * 1024, time_cost: int = 2, parallelism: int = 1) -> None:
        # Imported where passwords are hashed: most functions know what a password is and never see one.
        from argon2 import PasswordHasher  # noqa: PLC0415
        from argon2.exceptions import Argon2Error  # noqa: PLC0415

        self._mismatch = (Argon2Error, ValueError)
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)
        self._unknown = self._hasher.hash("")

    def hash(self, password: str) -> str:
        """Hash a password with a salt of its own."""
        return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Tell whether the password belongs to the hash; None is an unknown user and never matches."""
        try:
            self._hasher.verify(self._unknown if stored is None else stored, password)
        except self._mismatch:
            return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
