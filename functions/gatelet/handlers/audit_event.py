"""The facts that an audit asks for: each has a name in the member `events` of the request's one log line.

Names and members are a public contract, explained in docs/audit.md.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gatelet.oauth.errors import CodeReplayed, GrantBehindToken, RefreshTokenReused, TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.errors import OAuthError


class Event(StrEnum):
    """What happened, as a noun and what became of it."""

    SIGN_IN_SUCCEEDED = "sign_in.succeeded"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_THROTTLED = "sign_in.throttled"
    SESSION_ENDED = "session.ended"
    CONSENT_GIVEN = "consent.given"
    CONSENT_DENIED = "consent.denied"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    PASSWORD_CHANGED = "password.changed"
    PASSWORD_CHANGE_REFUSED = "password.change_refused"
    CODE_ISSUED = "code.issued"
    CODE_REPLAYED = "code.replayed"
    TOKEN_ISSUED = "token.issued"
    TOKEN_REFRESHED = "token.refreshed"
    TOKEN_REFUSED = "token.refused"
    TOKEN_REVOKED = "token.revoked"
    REFRESH_TOKEN_REUSED = "refresh_token.reused"
    GRANT_REVOKED = "grant.revoked"
    GRANT_BEHIND_TOKEN = "grant.behind_token"
    CLIENT_AUTHENTICATION_FAILED = "client_authentication.failed"
    CLIENT_AUTHENTICATION_THROTTLED = "client_authentication.throttled"
    REQUEST_THROTTLED = "request.throttled"
    ACCESS_REFUSED = "access.refused"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"


SUSPICIOUS = (
    Event.SIGN_IN_FAILED,
    Event.SIGN_IN_THROTTLED,
    Event.PASSWORD_CHANGE_REFUSED,
    Event.CLIENT_AUTHENTICATION_FAILED,
    Event.CLIENT_AUTHENTICATION_THROTTLED,
    Event.REQUEST_THROTTLED,
    Event.CODE_REPLAYED,
    Event.REFRESH_TOKEN_REUSED,
)
"""What an attack consists of, and an honest mistake too: many of one address, client or user are worth a look."""

EVENT_OF_ERROR: Mapping[type[OAuthError], Event] = {
    CodeReplayed: Event.CODE_REPLAYED,
    RefreshTokenReused: Event.REFRESH_TOKEN_REUSED,
    GrantBehindToken: Event.GRANT_BEHIND_TOKEN,
    TooManyRequests: Event.REQUEST_THROTTLED,
}
"""Errors that are raised for one fact alone, wherever that is."""
