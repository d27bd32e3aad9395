"""Guesses at a password are counted before they are looked at, and slowed down. RFC 6749 §4.3.2, RFC 6585 §4"""

from __future__ import annotations

from dataclasses import replace

import pytest

FREE = 5


@pytest.fixture
def guess(deployment, legacy, secret):
    """Try a password."""

    def guess(password: str = "wrong", username: str = "alice", client=legacy, container: str | None = None):
        return deployment.token(
            client, secret, grant_type="password", username=username, password=password, container=container
        )

    return guess


@pytest.fixture
def exhaust(guess):
    """Use up the guesses that are free."""

    def exhaust(**more):
        answers = [guess(**more) for _ in range(FREE)]
        assert {answer.error for answer in answers} == {(400, "invalid_grant")}

    return exhaust


@pytest.mark.clause("RFC6749-4.3.2-4", "RFC6749-10.10-1")
def test_after_five_guesses_one_has_to_wait(guess, exhaust):
    exhaust()

    answer = guess()

    assert answer.error == (429, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "1"


def test_the_wait_grows_and_ends_at_a_minute(guess, exhaust, clock):
    """A stranger can slow the owner down, never lock them out."""
    exhaust()
    waits = []
    for _ in range(9):
        waits.append(int(guess().headers["retry-after"]))
        clock.advance(waits[-1])
        assert guess().error == (400, "invalid_grant")

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_not_a_second_too_early(guess, exhaust, clock):
    exhaust()
    for _ in range(3):
        clock.advance(int(guess().headers["retry-after"]))
        guess()

    clock.advance(7)
    assert guess().headers["retry-after"] == "1"
    clock.advance(1)
    assert guess().error == (400, "invalid_grant")


@pytest.mark.clause("RFC6749-4.3.2-4")
def test_a_guess_that_has_to_wait_is_not_looked_at(guess, exhaust, password, wire):
    """Or the delay would tell nothing to whoever sends all guesses at once."""
    exhaust()
    wire.clear()

    right, wrong = guess(password), guess()

    assert right.error == (429, "temporarily_unavailable")
    assert (right.headers, right.body) == (wrong.headers, wrong.body)
    assert set(wire.names) == {"UpdateItem limits"}


def test_waiting_does_not_make_the_wait_longer(guess, exhaust, clock):
    exhaust()
    for _ in range(10):
        guess()

    clock.advance(1)

    assert guess().error == (400, "invalid_grant")


def test_an_unknown_user_is_slowed_down_in_the_same_way(guess, exhaust):
    exhaust(username="nobody")
    unknown = guess(username="nobody")
    exhaust()
    known = guess()

    assert (unknown.status, unknown.headers, unknown.body) == (known.status, known.headers, known.body)


def test_success_gives_the_count_back(guess, password):
    """A backend that signs one user in all the time never waits."""
    for _ in range(FREE + 3):
        assert guess(password).status == 200


def test_success_gives_back_one_guess_and_not_those_of_others(guess, password):
    """Or a guesser with an account of their own could go on for ever between two sign-ins."""
    for _ in range(FREE - 1):
        guess()
    assert guess(password).status == 200
    guess()

    assert guess().status == 429


def test_the_right_password_of_a_disabled_user_counts_as_a_guess(deployment, guess, alice, password):
    deployment.put_user(replace(alice, enabled=False))
    for _ in range(FREE):
        assert guess(password).error == (400, "invalid_grant")

    assert guess(password).status == 429


def test_every_spelling_of_a_name_is_counted_as_one(guess):
    for username in ("alice", "ALICE", "Alice", "aLICE", "alicE"):
        guess(username=username)

    assert guess(username="AlicE").status == 429


def test_other_users_are_not_slowed_down(guess, exhaust):
    exhaust()

    assert guess(username="bob").error == (400, "invalid_grant")


def test_the_count_is_per_client(deployment, guess, exhaust, legacy, password):
    """A client that is attacked does not slow down the others."""
    other = deployment.put_client(replace(legacy, client_id="c_other"))
    exhaust()
    assert guess().status == 429

    assert guess(password, client=other).status == 200


def test_guesses_in_many_containers_are_counted_together(guess):
    for number in range(FREE):
        guess(container=f"token-{number}")

    assert guess(container="token-x").status == 429


def test_the_count_ends_with_its_hour(guess, exhaust, clock):
    clock.advance(3600 - clock() % 3600)
    exhaust()
    clock.advance(3599)
    assert guess().error == (400, "invalid_grant")
    assert guess().headers["retry-after"] == "2"

    clock.advance(1)

    exhaust()


def test_the_counter_holds_no_name_and_ends_by_itself(deployment, guess, clock):
    """The name may be a password that was typed into the wrong field."""
    guess(username="hunter2")

    (item,) = deployment.items("limits")
    assert "hunter2" not in str(item)
    assert int(clock()) + 3600 < int(item["ttl"]["N"]) <= int(clock()) + 2 * 3600


@pytest.mark.clause("RFC6749-4.3.2-1", "RFC6749-4.3.2-2")
def test_only_an_authenticated_client_can_slow_a_user_down(deployment, legacy, guess, password):
    for _ in range(FREE + 1):
        answer = deployment.token(legacy, "wrong", grant_type="password", username="alice", password="x")
        assert answer.error == (401, "invalid_client")

    assert guess(password).status == 200
