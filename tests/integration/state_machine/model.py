"""What the design says must become of a grant, in the fewest words; it knows nothing of the code under test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

DAY = 86_400
CODE_LIFETIME, GRACE = 60, 30
IDLE, ABSOLUTE = 14 * DAY, 90 * DAY
FEED_BOUND = 5
"""Seconds until an authorizer knows of a revocation."""
UNDER_WAY = 10
"""Seconds after the end of a user in which what is issued is refused too."""


class State(NamedTuple):
    """What is written of a grant."""

    status: str
    generation: int
    rotated_at: int

    @property
    def revoked(self) -> State:
        return self._replace(status="revoked")


class Outcome(NamedTuple):
    """What a request is answered with, and the states that its grant goes through."""

    status: int
    path: tuple[State, ...] = ()


@dataclass
class Access:
    """An access token that was handed out."""

    token: str
    jti: str
    scope: frozenset[str]
    issued_at: int
    expires_at: int
    dead_since: int | None = None


@dataclass
class User:
    """Alice, as the operator left her."""

    is_enabled: bool = True
    is_clerk: bool = True
    refused_until: int = 0

    def permits(self, scope: frozenset[str]) -> bool:
        """Tell whether anything is left of a scope."""
        return any(name == "openid" or self.is_clerk for name in scope - {"offline_access"})


@dataclass
class Grant:
    """One grant, with everything that was handed out for it."""

    gid: str
    client: str
    scope: frozenset[str]
    session: str
    made_at: int
    state: State
    code: str | None = None
    redemptions: int = 0
    refresh_tokens: list[str] = field(default_factory=list)
    access_tokens: list[Access] = field(default_factory=list)

    def has_expired(self, now: int) -> bool:
        absolute = self.made_at + ABSOLUTE + (CODE_LIFETIME if self.code else 0)
        return now >= min(self.state.rotated_at + IDLE, absolute)

    def is_live(self, now: int) -> bool:
        return self.state.status == "active" and not self.has_expired(now)

    def redeem(self, user: User, now: int, *, is_rightful: bool) -> Outcome:
        """Redeem a code once, in its minute; whoever could redeem it again ends the grant."""
        if not is_rightful or self.state.status == "revoked":
            return Outcome(400)
        if self.state.status == "active":
            return Outcome(400, (self.state.revoked,))
        if now >= self.made_at + CODE_LIFETIME:
            return Outcome(400)
        return self._answered(State("active", 0, now), user)

    def refresh(self, generation: int, user: User, now: int, *, is_own: bool, scope: str | None) -> Outcome:
        """Answer the present token with a successor, the one before it with the same in the grace, or end the grant."""
        if scope is not None and (scope not in self.scope or not user.permits(frozenset({scope}))):
            return Outcome(400)
        if not is_own or not self.is_live(now):
            return Outcome(400)
        if generation == self.state.generation:
            return self._answered(State("active", generation + 1, now), user)
        if generation == self.state.generation - 1 and now - self.state.rotated_at <= GRACE:
            return self._answered(self.state, user)
        return Outcome(400, (self.state.revoked,))

    def revoke(self, *, is_own: bool) -> Outcome:
        """Whoever is not the client is told the same and ends nothing."""
        return Outcome(200, (self.state.revoked,) if is_own else ())

    def _answered(self, state: State, user: User) -> Outcome:
        if user.is_enabled and user.permits(self.scope):
            return Outcome(200, (state,))
        return Outcome(400, (state, state.revoked))

    def death_of(self, access: Access, user: User) -> bool:
        """Tell whether an access token was ended by anything but its age."""
        return self.state.status == "revoked" or access.dead_since is not None or access.issued_at <= user.refused_until
