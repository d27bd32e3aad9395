"""A refresh token is exchanged once; an honest retry gets the same successor. RFC 6749 §6, RFC 9700 §4.14"""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from tests.integration.api_gateway import basic

GRACE = 30


@pytest.fixture
def refresh(deployment, legacy, secret):
    """Exchange a refresh token, and say what came of it."""

    def refresh(token: str, **more):
        return deployment.refresh(legacy, secret, token, **more)

    return refresh


@pytest.fixture
def first(tokens) -> str:
    """Return the refresh token of a fresh sign-in."""
    token: str = tokens["refresh_token"]
    return token


def generation(deployment) -> int:
    return int(deployment.grant()["generation"]["N"])


@pytest.mark.attack("ATK-158")
def test_a_refresh_token_is_rotated(deployment, refresh, tokens, clock):
    """RFC 9700 §4.14.2: same grant, same scope, same auth_time; another token."""
    before = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    clock.advance(100)

    answer = refresh(tokens["refresh_token"])

    assert answer.status == 200
    assert answer.json["refresh_token"] != tokens["refresh_token"]
    after = jwt.decode(answer.json["access_token"], options={"verify_signature": False})
    assert generation(deployment) == 1
    assert after["jti"] != before["jti"]
    assert after["iat"] == before["iat"] + 100
    for name in ("iss", "sub", "aud", "client_id", "scope", "gid", "auth_time", "acr", "roles"):
        assert after[name] == before[name]


def test_the_successor_can_be_exchanged_in_turn(deployment, refresh, first, clock):
    token = first
    for number in range(1, 6):
        clock.advance(600)
        token = refresh(token).json["refresh_token"]
        assert generation(deployment) == number


@pytest.mark.attack("ATK-186")
@pytest.mark.parametrize("seconds", [0, 3, GRACE])
def test_a_retry_within_the_grace_gets_the_same_successor(deployment, refresh, first, clock, seconds):
    """A lost answer, or a second tab: nothing moves."""
    successor = refresh(first).json
    clock.advance(seconds)

    retry = refresh(first)

    assert retry.status == 200
    assert retry.json["refresh_token"] == successor["refresh_token"]
    assert retry.json["access_token"] != successor["access_token"]
    assert generation(deployment) == 1
    assert deployment.events() == []


@pytest.mark.attack("ATK-164")
def test_many_tabs_get_one_successor(deployment, refresh, first):
    answers = [refresh(first, container=f"token-{number}") for number in range(20)]

    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["refresh_token"] for answer in answers}) == 1
    assert generation(deployment) == 1


def test_a_retry_does_not_prolong_the_grace(refresh, first, clock):
    refresh(first)
    clock.advance(GRACE)
    assert refresh(first).status == 200

    clock.advance(1)

    assert refresh(first).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-159")
@pytest.mark.clause("RFC9700-4.14.2-3")
def test_reuse_after_the_grace_ends_the_grant_and_its_tokens(deployment, refresh, tokens, clock):
    """RFC 9700 §4.14.2"""
    successor = refresh(tokens["refresh_token"]).json
    clock.advance(GRACE + 1)

    assert refresh(tokens["refresh_token"]).error == (400, "invalid_grant")

    assert deployment.grant()["status"] == {"S": "revoked"}
    assert deployment.events() == [("grant", deployment.grant()["gid"]["S"])]
    assert refresh(successor["refresh_token"]).error == (400, "invalid_grant")
    clock.advance(5)
    assert not deployment.authorize(tokens["access_token"])
    assert not deployment.authorize(successor["access_token"])


@pytest.mark.attack("ATK-161")
@pytest.mark.attack("ATK-165")
@pytest.mark.clause("RFC9700-4.14.2-3")
def test_reuse_once_the_successor_was_used_ends_the_grant_even_within_the_same_second(deployment, refresh, first):
    """The counter says so, no clock."""
    second = refresh(first).json["refresh_token"]
    third = refresh(second).json["refresh_token"]

    assert refresh(first).error == (400, "invalid_grant")

    assert deployment.grant()["status"] == {"S": "revoked"}
    assert refresh(third).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-162")
def test_thief_and_owner_who_take_turns_are_found_out(deployment, refresh, first, clock):
    stolen = first
    owners = refresh(first).json["refresh_token"]
    clock.advance(GRACE + 1)
    assert refresh(owners).status == 200
    clock.advance(GRACE + 1)

    assert refresh(stolen).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "revoked"}


@pytest.mark.attack("ATK-163")
def test_without_a_grace_the_second_use_is_reuse(deployment, legacy, refresh, first):
    deployment.put_client(replace(legacy, refresh_grace=0))
    assert refresh(first).status == 200

    assert refresh(first).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "revoked"}


def test_a_longer_grace_is_the_clients_own(deployment, legacy, refresh, first, clock):
    deployment.put_client(replace(legacy, refresh_grace=60))
    refresh(first)
    clock.advance(60)
    assert refresh(first).status == 200
    clock.advance(1)
    assert refresh(first).error == (400, "invalid_grant")


def test_a_revoked_grant_is_announced_once(deployment, refresh, first, clock):
    refresh(first)
    clock.advance(GRACE + 1)
    for _ in range(3):
        assert refresh(first).error == (400, "invalid_grant")

    assert len(deployment.events()) == 1


def test_reuse_of_a_grant_whose_tokens_have_all_expired_is_not_announced(deployment, refresh, first, clock):
    """No event is written where no token can still be good."""
    refresh(first)
    clock.advance(3600 + 60 + 1)

    assert refresh(first).error == (400, "invalid_grant")

    assert deployment.grant()["status"] == {"S": "revoked"}
    assert deployment.events() == []


def test_reuse_is_an_alarm(refresh, first, clock, capsys):
    refresh(first)
    clock.advance(GRACE + 1)
    capsys.readouterr()

    refresh(first)

    assert '"ReuseDetected"' in capsys.readouterr().out


@pytest.mark.attack("ATK-401")
@pytest.mark.parametrize("skew", [-5, 5])
def test_a_clock_that_is_a_little_off_makes_no_reuse_of_a_retry(deployment, refresh, first, clock, skew):
    deployment.server("skewed", lambda: clock() + skew)

    successor = refresh(first, container="skewed")
    retry = refresh(first)

    assert retry.status == 200
    assert retry.json["refresh_token"] == successor.json["refresh_token"]
    assert retry.json["expires_in"] == 900


def test_a_refresh_moves_the_idle_expiry_and_not_the_absolute_one(deployment, refresh, first, clock):
    before = deployment.grant()
    clock.advance(86_400)

    refresh(first)

    after = deployment.grant()
    assert int(after["idle_expires_at"]["N"]) == int(before["idle_expires_at"]["N"]) + 86_400
    assert after["absolute_expires_at"] == before["absolute_expires_at"]


def test_both_doors_turn_the_same_counter(deployment, legacy, refresh, first, secret):
    """`/oauth2/refresh` takes a form body too, and needs no grant_type there."""
    answer = deployment.request(
        "/oauth2/refresh", form={"refresh_token": first}, headers=basic(legacy.client_id, secret)
    )

    assert answer.status == 200
    assert refresh(first).json["refresh_token"] == answer.json["refresh_token"]
    assert generation(deployment) == 1
