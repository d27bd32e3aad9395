"""Is this the password of that user? Counted before it is checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatelet.accounts.password import LONGEST_PASSWORD
from gatelet.accounts.username import LONGEST_USERNAME, normalise
from gatelet.oauth.errors import InvalidGrant, InvalidRequest

if TYPE_CHECKING:
    from gatelet.accounts.password import PasswordHashing, PasswordStore
    from gatelet.oauth.limit import Attempts
    from gatelet.oauth.resource_owner import ResourceOwner


FREE_PER_ACCOUNT = 5
FREE_PER_ADDRESS = 20
"""Guesses in an hour before the delays begin; many people may share one address."""


class Users(Protocol):
    """Where users are registered."""

    def resource_owner(self, sub: str) -> ResourceOwner | None:
        """Find a user by subject identifier, as it is at this moment."""


@dataclass(frozen=True, kw_only=True)
class PasswordAuthentication:
    """Implements `gatelet.oauth.password.ResourceOwners`."""

    attempts: Attempts
    passwords: PasswordStore
    users: Users
    hashing: PasswordHashing

    def authenticate(
        self, username: str, password: str, *, guesser: str, address: str | None, now: int
    ) -> ResourceOwner:
        """Return the enabled user whose password it is.

        An unknown user, a wrong password and a disabled user get one answer after the same time.
        Guesses are counted per account and way in (`guesser`: a client, any browser, or one in which
        the user signed in before), and per source address where that is the guesser's own.
        Raises InvalidGrant, InvalidRequest, TooManyAttempts and TemporarilyUnavailable.
        """
        if len(password.encode()) > LONGEST_PASSWORD:
            raise InvalidRequest("password is longer than 1024 bytes")
        name = _normalised(username)
        counters = _counters(name, guesser, address)
        for key, free in counters.items():
            self.attempts.count(key, now, free=free)
        stored = self.passwords.password(name)
        is_right = self.hashing.matches(stored.hash if stored else None, password)
        if stored is None:
            raise InvalidGrant("unknown username")
        if not is_right:
            raise InvalidGrant(f"wrong password for user {stored.sub}", named={"sub": stored.sub})
        user = self.users.resource_owner(stored.sub)
        if user is None or not user.enabled:
            raise InvalidGrant(f"user {stored.sub} is disabled or gone", named={"sub": stored.sub})
        for key in counters:
            self.attempts.give_back(key, now)
        if self.hashing.is_outdated(stored.hash):
            self.passwords.rehash(name, old=stored.hash, new=self.hashing.hash(password))
        return user


def _normalised(username: str) -> str:
    """Bound what is typed, since normalising takes quadratic time, and what is stored, since that may be longer."""
    if len(username) <= LONGEST_USERNAME:
        name = normalise(username)
        if len(name) <= LONGEST_USERNAME:
            return name
    raise InvalidRequest("username is longer than 254 characters")


def _counters(username: str, guesser: str, address: str | None) -> dict[str, int]:
    """Name the counters of a guess, hashed, since the name may be a mistyped password."""
    counters = {f"account\0{guesser}\0{username}": FREE_PER_ACCOUNT}
    if address is not None:
        from gatelet.oauth.source_address import counted_address  # noqa: PLC0415 - few start-ups lead to a guess

        counters[f"address\0{counted_address(address)}"] = FREE_PER_ADDRESS
    return {hashlib.sha256(name.encode()).hexdigest(): free for name, free in counters.items()}
