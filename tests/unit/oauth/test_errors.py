from __future__ import annotations

import inspect

import pytest

from gatelet.oauth import errors
from gatelet.oauth.client import REFRESH_GRACE
from gatelet.oauth.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidToken,
    OAuthError,
    RefreshTokenReused,
    TemporarilyUnavailable,
    TooManyAttempts,
)

EVERY = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, OAuthError)]
INVALID_GRANT = "the grant is invalid, expired, revoked, or was issued to another client"
ALLOWED = {chr(c) for c in range(0x20, 0x7F)} - {'"', "\\"}

AS_SPECIFIED = {
    # name: (error, status, the one description, the metric of an alarm)
    "OAuthError": ("server_error", 400, None, None),
    "InvalidRequest": ("invalid_request", 400, None, None),
    "RequestTooLarge": ("invalid_request", 413, None, None),
    "MethodNotAllowed": ("invalid_request", 405, None, None),
    "InvalidClient": ("invalid_client", 401, "client authentication failed", None),
    "InvalidGrant": ("invalid_grant", 400, INVALID_GRANT, None),
    "CodeReplayed": ("invalid_grant", 400, INVALID_GRANT, "ReuseDetected"),
    "RefreshTokenReused": ("invalid_grant", 400, INVALID_GRANT, "ReuseDetected"),
    "GrantBehindToken": ("invalid_grant", 400, INVALID_GRANT, "RestoredBackup"),
    "UnauthorizedClient": ("unauthorized_client", 400, None, None),
    "UnsupportedGrantType": ("unsupported_grant_type", 400, None, None),
    "InvalidScope": ("invalid_scope", 400, None, None),
    "InvalidTarget": ("invalid_target", 400, None, None),
    "TooManyAttempts": ("temporarily_unavailable", 429, "too many attempts, try again later", None),
    "TooManyRequests": ("temporarily_unavailable", 429, "too many requests, try again later", None),
    "TemporarilyUnavailable": (
        "temporarily_unavailable",
        503,
        "the server cannot answer at the moment, try again",
        None,
    ),
    "InvalidToken": ("invalid_token", 401, "the access token is invalid, expired or revoked", None),
    "InsufficientScope": ("insufficient_scope", 403, None, None),
    "UnsupportedResponseType": ("unsupported_response_type", 400, None, None),
    "AccessDenied": ("access_denied", 400, None, None),
    "LoginRequired": ("login_required", 400, None, None),
    "ConsentRequired": ("consent_required", 400, None, None),
    "UnmetAuthenticationRequirements": ("unmet_authentication_requirements", 400, None, None),
    "RequestNotSupported": ("request_not_supported", 400, None, None),
    "RequestUriNotSupported": ("request_uri_not_supported", 400, None, None),
    "UnsafeRequest": ("invalid_request", 400, None, None),
}


def test_every_error_has_the_name_and_the_status_of_its_specification():
    """RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 8707 §2, OpenID Connect Core §3.1.2.6, RFC 6585 §4"""
    assert {each.__name__: (each.error, each.status, each.public, each.metric) for each in EVERY} == AS_SPECIFIED


@pytest.mark.attack("ATK-089")
@pytest.mark.clause("RFC6749-4.1.2.1-3", "RFC6749-4.1.2.1-4", "RFC6749-5.2-3")
@pytest.mark.parametrize("error", EVERY)
def test_an_error_and_its_fixed_description_are_of_the_characters_of_the_specification(error):
    """RFC 6749 §5.2"""
    assert set(error.error) <= set("abcdefghijklmnopqrstuvwxyz_")
    assert set(error.public or "") <= ALLOWED


@pytest.mark.attack("ATK-089")
@pytest.mark.attack("ATK-385")
@pytest.mark.parametrize(
    "error",
    [
        InvalidGrant("secret"),
        RefreshTokenReused("secret"),
        InvalidToken("secret"),
        TemporarilyUnavailable("secret"),
        InvalidClient("secret", challenge=True),
        TooManyAttempts("secret", retry_after=1),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_only_the_log_may_know_is_not_told(error):
    """Which of many reasons it was, would help an attacker."""
    assert "secret" not in error.description
    assert error.detail == "secret"


@pytest.mark.attack("ATK-395")
def test_an_outage_is_a_503_whose_retry_still_counts_as_honest():
    """RFC 9110 §10.2.3; a refresh that is repeated within the grace gets the same successor."""
    error = TemporarilyUnavailable("throttled")
    assert error.status == 503
    assert error.retry_after is not None
    assert 0 < error.retry_after < REFRESH_GRACE


@pytest.mark.parametrize("error", EVERY)
def test_only_a_failed_authentication_is_a_401(error):
    """RFC 6749 §5.2, RFC 6750 §3.1"""
    assert (error.status == 401) == (error.error in {"invalid_client", "invalid_token"})
    assert error.status in {400, 401, 403, 405, 413, 429, 503}


def test_an_error_knows_whom_it_is_about_and_when_to_come_again():
    """For the log: none of it is in the description."""
    error = InvalidRequest("code is missing", retry_after=7, named={"sub": "u_1"})
    assert (error.retry_after, error.named, error.description, str(error)) == (
        7,
        {"sub": "u_1"},
        "code is missing",
        "code is missing",
    )
    plain = InvalidRequest("code is missing")
    assert (plain.retry_after, plain.named) == (None, {})
    assert InvalidClient("wrong secret", challenge=True, named={"client_id": "c_1"}).named == {"client_id": "c_1"}
    assert InvalidClient("wrong secret", challenge=False).challenge is False
    assert (TemporarilyUnavailable("throttled").retry_after, str(TemporarilyUnavailable("throttled"))) == (
        2,
        "throttled",
    )
