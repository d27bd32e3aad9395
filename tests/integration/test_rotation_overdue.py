"""Whoever reads a secret that nobody has rotated in time says so, for an alarm: the schedule may be gone."""

from __future__ import annotations

import pytest

DAY = 86_400
ROTATE = {"action": "rotate"}


@pytest.fixture
def issue(deployment, service, secret, log):
    """Let a new container sign a token, and return how often the alarm was counted."""

    def issue() -> int:
        deployment.restart()
        log.clear()
        assert deployment.token(service, secret, grant_type="client_credentials").status == 200
        return sum(line.get("KeyRotationOverdue", 0) for line in log.lines)

    return issue


def test_a_rotation_may_be_two_days_late(issue, clock):
    """Secrets Manager rotates at some time of the day, and tries again."""
    clock.advance(32 * DAY - 60)
    assert issue() == 0
    clock.advance(120)
    assert issue() == 1


def test_it_is_the_last_rotation_that_counts_and_not_the_age_of_the_key_in_use(deployment, issue, clock):
    """The key that a rotation puts to use was made a period before."""
    clock.advance(31 * DAY)
    deployment.rotate_keys({**ROTATE, "secret": "signing"})
    assert issue() == 0
    clock.advance(31 * DAY)
    assert issue() == 0
    clock.advance(2 * DAY)
    assert issue() == 1


def test_it_is_the_period_of_this_stack(deployment, issue, clock):
    deployment.change_settings(rotation_period=7 * DAY)
    clock.advance(8 * DAY)
    assert issue() == 0
    clock.advance(2 * DAY)
    assert issue() == 1


def test_a_container_that_lives_on_notices_when_it_reads_again(deployment, service, secret, log, clock, wire):
    """And no call is made for it."""
    clock.advance(32 * DAY - 30)
    deployment.token(service, secret, grant_type="client_credentials")
    clock.advance(61)
    log.clear()
    wire.clear()

    deployment.token(service, secret, grant_type="client_credentials")

    assert [line.get("KeyRotationOverdue") for line in log.lines] == [1]
    assert [name for name in wire.names if "secret" in name] == ["GetSecretValue signing_secret"]


def test_the_grant_secret_is_watched_by_those_who_read_it(deployment, legacy, secret, tokens, log, clock):
    deployment.rotate_keys({**ROTATE, "secret": "grant"})
    clock.advance(33 * DAY)
    deployment.rotate_keys({**ROTATE, "secret": "signing"})
    deployment.restart()
    log.clear()

    deployment.revoke(legacy, secret, token=tokens["refresh_token"])

    assert sum(line.get("KeyRotationOverdue", 0) for line in log.lines) == 1
