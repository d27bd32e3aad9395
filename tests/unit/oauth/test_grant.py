"""The grant as it is stored. RFC 6749 §1.3"""

from __future__ import annotations

from gatelet.oauth.grant import ACTIVE, CODE_LIFETIME, PENDING, REFRESH_ABSOLUTE, REFRESH_IDLE, REVOKED


def test_the_status_of_a_stored_grant_is_one_of_three_words():
    """A release reads what the one before it wrote."""
    assert (PENDING, ACTIVE, REVOKED) == ("pending", "active", "revoked")


def test_a_code_lives_for_a_minute():
    """RFC 6749 §4.1.2 asks for ten minutes at most."""
    assert CODE_LIFETIME == 60


def test_refresh_tokens_live_for_two_weeks_without_use_and_for_ninety_days():
    """RFC 9700 §4.14.2 asks for an end to those that nobody uses."""
    assert (REFRESH_IDLE, REFRESH_ABSOLUTE) == (14 * 24 * 3600, 90 * 24 * 3600)
