"""Guesses that arrive at the same moment are counted one by one."""

from __future__ import annotations

import time

import pytest

from gatelet.accounts.authentication import FREE_PER_ACCOUNT
from gatelet.oauth.client_authentication import FREE_FAILURES
from tests.e2e.concurrency import at_once
from tests.e2e.registration import Registered

MANY = 30


@pytest.mark.attack("ATK-407")
def test_of_many_wrong_secrets_at_once_no_more_than_the_free_ones_are_looked_at(server, registration):
    """The condition stands in the store: nobody reads a count that another one is about to raise."""
    client = registration.client()
    wrong = Registered(client.client_id, "wrong")
    began = time.monotonic()
    answers = at_once(MANY, lambda: server.token(wrong, grant_type="password", username="a", password="b"))
    seconds = time.monotonic() - began
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}
    assert FREE_FAILURES <= statuses.count(401) <= FREE_FAILURES + seconds, "one a second beyond the free ones"
    assert server.token(client, grant_type="password", username="a", password="b").status_code == 400


@pytest.fixture
def guess(server, legacy, registration):
    """Sign in many times at the same moment, and return the statuses and how long that took."""
    person = registration.person("reader")

    def guess(password: str = person.password) -> tuple[list[int], float]:
        form = {"grant_type": "password", "username": person.username, "password": password}
        began = time.monotonic()
        answers = at_once(MANY, lambda: server.token(legacy, **form))
        return [answer.status_code for answer in answers], time.monotonic() - began

    return guess


@pytest.mark.attack("ATK-407")
@pytest.mark.advisory("CVE-2024-4629")
def test_of_many_wrong_passwords_at_once_no_more_than_the_free_ones_are_looked_at(guess):
    """Each is counted before it is checked."""
    statuses, seconds = guess("wrong")
    assert set(statuses) == {400, 429}
    assert FREE_PER_ACCOUNT <= statuses.count(400) <= FREE_PER_ACCOUNT + seconds, "one a second beyond the free ones"


def test_right_passwords_at_once_give_back_every_guess(guess):
    """Those that were let through leave no count behind: the free guesses are all there afterwards."""
    statuses, _ = guess()
    assert statuses.count(200) >= FREE_PER_ACCOUNT
    assert set(statuses) <= {200, 429}
    statuses, _ = guess("wrong")
    assert statuses.count(400) >= FREE_PER_ACCOUNT
