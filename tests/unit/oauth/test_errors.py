from __future__ import annotations

import inspect

import pytest

from gatelet.oauth import errors
from gatelet.oauth.client import REFRESH_GRACE
from gatelet.oauth.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidToken,
    OAuthError,
    RefreshTokenReused,
    TemporarilyUnavailable,
    TooManyAttempts,
)

EVERY = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, OAuthError)]
ALLOWED = {chr(c) for c in range(0x20, 0x7F)} - {'"', "\\"}


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
