"""A user name belongs to one user, however many operators create it at the same moment."""

from __future__ import annotations

import secrets

import pytest

from gatelet.accounts.password import PasswordHashing
from gatelet.aws.record import AlreadyExists
from gatelet.oauth.resource_owner import ResourceOwner
from tests.e2e.concurrency import at_once
from tests.e2e.registration import Person
from tests.e2e.server import error_of

OPERATORS = 10
ROUNDS = 5


@pytest.fixture
def create(stack):
    """Create a user; None where the name is taken."""

    def create(person: Person, password_hash: str) -> Person | None:
        owner = ResourceOwner(sub=person.sub, username=person.username, roles=("reader",))
        try:
            stack.administration.accounts.create_user(owner, password_hash)
        except AlreadyExists:
            return None
        return person

    return create


def test_of_many_operators_one_creates_the_user_and_no_other_password_is_good(create, stack, server, legacy):
    """The losers leave nothing: neither a record, nor a password over that of the winner."""
    hashing = PasswordHashing()
    for _ in range(ROUNDS):
        name = f"user-{secrets.token_hex(4)}"
        people = [Person(f"u_{secrets.token_hex(4)}", name, secrets.token_urlsafe(16)) for _ in range(OPERATORS)]
        waiting = iter([(person, hashing.hash(person.password)) for person in people])
        (winner,) = filter(None, at_once(OPERATORS, lambda: create(*next(waiting))))  # noqa: B023 - used in this round
        directory = stack.administration.directory
        assert [user.sub for user in directory.users() if user.username == name] == [winner.sub]
        assert directory.find_user(name, "nobody").sub == winner.sub
        loser = next(person for person in people if person != winner)
        form = {"grant_type": "password", "username": name, "password": loser.password}
        assert error_of(server.token(legacy, **form)) == "invalid_grant"
        assert server.password(legacy, winner)
