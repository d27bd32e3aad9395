"""The errors of the specifications, by name; one place turns them into HTTP. RFC 6749 §5.2"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Named: TypeAlias = Mapping[str, str | None]

RETRY_AFTER = 2
"""Seconds; shorter than any grace of a refresh token, so that a retry is an honest one."""


class OAuthError(Exception):
    """A refusal in the words of a specification.

    `description` is what the client may read: a sentence of ours, never the caller's input.
    `detail` is for the log alone, and so is `named`: whom it is about, under names such as `sub` and `gid`.
    """

    error = "server_error"
    status = 400
    public: str | None = None
    """The one description for all cases where telling them apart would help an attacker."""
    metric: str | None = None
    """A metric that an alarm watches."""

    def __init__(self, detail: str, *, retry_after: int | None = None, named: Named | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.named = named or {}
        self.retry_after = retry_after

    @property
    def description(self) -> str:
        """The sentence for the client. RFC 6749 §5.2"""
        return self.public or self.detail


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed."""

    error = "invalid_request"


class RequestTooLarge(InvalidRequest):
    """The body is longer than any request of the protocol."""

    status = 413


class MethodNotAllowed(InvalidRequest):
    """The path exists, the method does not."""

    status = 405


class InvalidClient(OAuthError):
    """The client is not who it says it is.

    `challenge` says whether to answer with WWW-Authenticate: where the client used, or should have
    used, the Authorization header.
    """

    error = "invalid_client"
    status = 401
    public = "client authentication failed"

    def __init__(self, detail: str, *, challenge: bool, named: Named | None = None) -> None:
        super().__init__(detail, named=named)
        self.challenge = challenge


class InvalidGrant(OAuthError):
    """The code, refresh token or password is not good, for whatever reason."""

    error = "invalid_grant"
    public = "the grant is invalid, expired, revoked, or was issued to another client"


class CodeReplayed(InvalidGrant):
    """An authorization code came back after it was redeemed. RFC 6749 §4.1.2"""

    metric = "ReuseDetected"


class RefreshTokenReused(InvalidGrant):
    """A refresh token came back after its successor was used. RFC 9700 §4.14"""

    metric = "ReuseDetected"


class GrantBehindToken(InvalidGrant):
    """The stored grant is older than the token: the table was restored from a backup."""

    metric = "RestoredBackup"


class UnauthorizedClient(OAuthError):
    """The client may not use this grant type."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """This server does not offer the grant type."""

    error = "unsupported_grant_type"


class InvalidScope(OAuthError):
    """Nothing of the requested scope can be granted."""

    error = "invalid_scope"


class InvalidTarget(OAuthError):
    """The resource is unknown, or the scopes belong to more than one. RFC 8707 §2"""

    error = "invalid_target"


class TooManyAttempts(OAuthError):
    """A password or a secret was guessed at too often; wait `retry_after` seconds. RFC 6585 §4"""

    error = "temporarily_unavailable"
    status = 429
    public = "too many attempts, try again later"


class TooManyRequests(TooManyAttempts):
    """A client asked for too much in a minute; wait `retry_after` seconds. RFC 6585 §4"""

    public = "too many requests, try again later"


class TemporarilyUnavailable(OAuthError):
    """A service that we need did not answer: never the client's fault, safe to repeat."""

    error = "temporarily_unavailable"
    status = 503
    public = "the server cannot answer at the moment, try again"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after=RETRY_AFTER)


class InvalidToken(OAuthError):
    """An access token is refused. RFC 6750 §3.1"""

    error = "invalid_token"
    status = 401
    public = "the access token is invalid, expired or revoked"


class InsufficientScope(OAuthError):
    """An access token is good and does not reach this far. RFC 6750 §3.1"""

    error = "insufficient_scope"
    status = 403


class UnsupportedResponseType(OAuthError):
    """The authorization endpoint answers with a code and nothing else. RFC 6749 §4.1.2.1"""

    error = "unsupported_response_type"


class AccessDenied(OAuthError):
    """The user refuses. RFC 6749 §4.1.2.1"""

    error = "access_denied"


class LoginRequired(OAuthError):
    """The user is not signed in and may not be asked to. OpenID Connect Core §3.1.2.6"""

    error = "login_required"


class ConsentRequired(OAuthError):
    """The user has not consented and may not be asked to. OpenID Connect Core §3.1.2.6"""

    error = "consent_required"


class UnmetAuthenticationRequirements(OAuthError):
    """The user cannot sign in as the client insists. OpenID Connect Core Unmet Authentication Requirements §2"""

    error = "unmet_authentication_requirements"


class RequestNotSupported(OAuthError):
    """Request objects are not supported. OpenID Connect Core §3.1.2.6"""

    error = "request_not_supported"


class RequestUriNotSupported(OAuthError):
    """Request objects by reference are not supported. OpenID Connect Core §3.1.2.6"""

    error = "request_uri_not_supported"


class UnsafeRequest(OAuthError):
    """Client or redirect URI are not good: nothing may be redirected. RFC 6749 §4.1.2.1"""

    error = "invalid_request"
