"""The keys of the handles are rotated without anybody being signed out."""

from __future__ import annotations

import pytest

HOUR = 3600
ROTATE = {"action": "rotate", "secret": "grant"}


@pytest.fixture
def refresh(deployment, legacy, secret):
    return lambda token, **more: deployment.refresh(legacy, secret, token, **more)


@pytest.fixture
def first(tokens) -> str:
    token: str = tokens["refresh_token"]
    return token


@pytest.mark.attack("ATK-177")
def test_a_refresh_token_outlives_the_rotation_of_its_key(deployment, refresh, first, clock):
    """Each exchange re-tags it with the key of the day."""
    token = first
    for _ in range(3):
        clock.advance(HOUR)
        assert deployment.rotate_keys(ROTATE)["rotated"]
        answer = refresh(token)
        assert answer.status == 200
        assert answer.json["refresh_token"][4:9] != token[4:9]
        token = answer.json["refresh_token"]


@pytest.mark.attack("ATK-177")
def test_a_key_is_kept_for_as_long_as_a_token_of_it_may_live(deployment, first, clock):  # noqa: ARG001 - it must be there
    """90 days; after that no token of it can be good, and it goes."""
    retired = deployment.secret_document("grant_secret")["rings"]["HMAC"]["current"]["kid"]
    clock.advance(HOUR)
    deployment.rotate_keys(ROTATE)

    def kids() -> set[str]:
        ring = deployment.secret_document("grant_secret")["rings"]["HMAC"]
        return {key["kid"] for key in (ring["current"], ring["next"], *ring["retired"])}

    clock.advance(90 * 86_400 - 1)
    deployment.rotate_keys(ROTATE)
    assert retired in kids()
    clock.advance(HOUR)
    deployment.rotate_keys(ROTATE)
    assert retired not in kids()


def test_containers_that_have_not_noticed_yet_and_those_that_have_take_each_others_tokens(
    deployment, refresh, first, clock
):
    """A secret is read again after 300 s; the next key was in it all the time."""
    refresh("warm", container="old")
    clock.advance(HOUR)
    refresh("warm", container="old")
    deployment.rotate_keys(ROTATE)

    by_new = refresh(first, container="new").json["refresh_token"]
    by_old = refresh(by_new, container="old")

    assert by_old.status == 200
    assert by_old.json["refresh_token"][4:9] != by_new[4:9]
    assert refresh(by_old.json["refresh_token"], container="new").status == 200


def test_a_retry_by_a_container_with_other_keys_names_the_same_generation(deployment, refresh, first, clock):
    refresh("warm", container="old")
    clock.advance(HOUR)
    refresh("warm", container="old")
    deployment.rotate_keys(ROTATE)
    one, other = (refresh(first, container=name).json["refresh_token"] for name in ("new", "old"))

    assert refresh(one).status == 200
    assert refresh(other).status == 200
    assert deployment.grant()["generation"] == {"N": "2"}


def test_dropping_all_keys_signs_everyone_out(deployment, refresh, first):
    """The whole secret was read: no token that it tagged is good any more."""
    deployment.rotate_keys({**ROTATE, "emergency": True})
    deployment.restart()
    assert refresh(first).status == 200
    deployment.rotate_keys({"action": "revoke_compromised", "secret": "grant"})
    deployment.restart()

    assert refresh(first).error == (400, "invalid_grant")


def test_after_an_emergency_no_container_refuses_the_tokens_of_another(deployment, refresh, first, clock):
    """All keys are new at once, so a container that has not noticed must look again. I7"""
    refresh("warm", container="old")
    clock.advance(5)
    deployment.rotate_keys({**ROTATE, "emergency": True})
    successor = refresh(first, container="new").json["refresh_token"]

    assert refresh(successor, container="old").status == 200


def test_a_flood_of_unknown_key_ids_reads_no_secret(refresh, first, wire, clock):
    """Or anybody could make us pay: at most one read in 5 s."""
    refresh("warm")
    wire.clear()
    unknown = [f"gr1_{number:02d}{first[6:]}" for number in range(100)]
    for token in unknown:
        if token != first:
            refresh(token)
        clock.advance(0.1)

    assert [call.operation for call in wire.calls] == ["GetSecretValue"]


def test_the_operator_is_told_to_wait_until_no_container_uses_the_old_keys(deployment):
    """The grant secret is remembered for 300 s: what is tagged meanwhile would die with the compromised key."""
    answer = deployment.rotate_keys({**ROTATE, "emergency": True})

    assert answer["revoke_after"] >= 300
