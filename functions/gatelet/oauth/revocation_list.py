"""What has been revoked lately: typed events, and the list that a verifier keeps of them."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gatelet.oauth.access_token import LONGEST_LIFETIME

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerifiedToken

CLIENT_DELAY = 65
"""Seconds that a disabled client's record may still be remembered somewhere, and a little more."""
KEPT = LONGEST_LIFETIME + CLIENT_DELAY + 60
"""Seconds after which no token is left that an event could be about."""


class RevocationEvent(NamedTuple):
    """One entry of the feed.

    `type` is grant, token (a jti), subject, client or kid. With `not_before` it is about the tokens
    issued up to that second, else about all.
    """

    type: str
    id: str
    not_before: int | None = None


class RevocationFeed(Protocol):
    """Where revocations are announced."""

    def announce(self, event: RevocationEvent) -> None:
        """Put an event where every verifier finds it. Raises TemporarilyUnavailable."""


class RevocationList:
    """The events of the last hour, in memory; a lookup costs no call."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, str], tuple[int | None, int]] = {}

    def add(self, event: RevocationEvent, now: int) -> bool:
        """Remember an event and tell whether it is news; the widest of two about the same thing counts."""
        key = (event.type, event.id)
        known = self._events.pop(key, None)  # what is added again goes to the end: the oldest stay in front
        not_before = event.not_before
        if known is not None and not_before is not None:
            not_before = None if known[0] is None else max(known[0], not_before)
        self._events[key] = (not_before, now + KEPT)
        return known is None

    def forget_old(self, now: int) -> None:
        """Drop the events that no living token can be about."""
        old = list(takewhile(lambda key: now >= self._events[key][1], self._events))
        for key in old:
            del self._events[key]

    def revokes(self, token: VerifiedToken) -> bool:
        """Tell whether any event is about this token.

        `iat <= not_before`, never `<`: a token of the very second of the revocation is refused.
        """
        if not self._events:
            return False
        claims = token.claims
        names = (
            ("token", claims.jti),
            ("grant", claims.gid or ""),
            ("subject", claims.sub),
            ("client", claims.client_id),
            ("kid", token.kid),
        )
        events = [self._events[name] for name in names if name in self._events]
        return any(not_before is None or claims.iat <= not_before for not_before, _ in events)
