"""Guesses that arrive at the same moment are counted one by one."""

from __future__ import annotations

import time

import pytest

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
