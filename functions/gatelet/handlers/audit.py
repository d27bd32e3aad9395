"""What ends and who signs in, as an audit sees it: recorded where it happens, whatever becomes of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.observation import alarm, gather, record
from gatelet.oauth.errors import InvalidGrant, InvalidRequest, TooManyAttempts

if TYPE_CHECKING:
    from gatelet.oauth.password import ResourceOwners
    from gatelet.oauth.resource_owner import ResourceOwner


def session_ended(sub: str, session_id: str) -> None:
    """Record that no grant joins a session any more."""
    record(Event.SESSION_ENDED, sub=sub)
    gather("ended_sessions", session_id)


def grant_revoked(gid: str, sub: str | None) -> None:
    """Record that a grant is written as revoked."""
    record(Event.GRANT_REVOKED, sub=sub)
    gather("revoked_grants", gid)


@dataclass(frozen=True, kw_only=True)
class AuditedSignIns:
    """Implements `gatelet.oauth.password.ResourceOwners`; what comes of a password is in the log line."""

    owners: ResourceOwners

    def authenticate(
        self, username: str, password: str, *, guesser: str, address: str | None, now: int
    ) -> ResourceOwner:
        """Return the user whose password it is. Raises what `owners` raises."""
        try:
            owner = self.owners.authenticate(username, password, guesser=guesser, address=address, now=now)
        except TooManyAttempts:
            record(Event.SIGN_IN_THROTTLED)
            _count(failed=1)
            raise
        except (InvalidGrant, InvalidRequest):
            record(Event.SIGN_IN_FAILED)
            _count(failed=1)
            raise
        record(Event.SIGN_IN_SUCCEEDED, sub=owner.sub)
        _count(failed=0)
        return owner


def _count(*, failed: int) -> None:
    """Count a sign-in as 1 or 0: the metric's sum is how many failed, its average their share."""
    alarm("SignInFailed", failed)
