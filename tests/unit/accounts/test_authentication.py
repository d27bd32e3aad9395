from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.accounts.authentication import PasswordAuthentication
from gatelet.accounts.password import PasswordHashing
from gatelet.oauth.errors import InvalidGrant, InvalidRequest, OAuthError, TooManyAttempts
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServers
from gatelet.oauth.role import Roles
from tests.unit import in_memory

NOW = 1_800_000_000
HASHING = PasswordHashing(memory_cost=8, time_cost=1)
ALICE = ResourceOwner(sub="u_alice", username="alice")
HASH = HASHING.hash("correct horse")


class Attempts(in_memory.Attempts):
    """Counts at the time of the guess."""

    def count(self, key: str, now: int, *, free: int) -> None:
        assert now == NOW
        super().count(key, now, free=free)

    def give_back(self, key: str, now: int) -> None:
        assert now == NOW
        super().give_back(key, now)


class World:
    def __init__(self, *, hashing: PasswordHashing = HASHING) -> None:
        self.attempts = Attempts()
        self.passwords = in_memory.Passwords(alice=HASH)
        self.users = in_memory.Directory(servers=ResourceServers(()), roles=Roles(()), users=(ALICE,))
        self._hashing = hashing

    def authenticate(self, username="alice", password="correct horse", guesser="client c_app", address=None):
        authentication = PasswordAuthentication(
            attempts=self.attempts, passwords=self.passwords, users=self.users, hashing=self._hashing
        )
        return authentication.authenticate(username, password, guesser=guesser, address=address, now=NOW)


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("username", ["alice", "ALICE", "\uff21lice".replace("\uff21", "A")])
def test_the_right_password_tells_the_user(world, username):
    """RFC 6749 §4.3.2"""
    assert world.authenticate(username) == ALICE


@pytest.mark.attack("ATK-126")
def test_an_unknown_user_a_wrong_password_and_a_disabled_user_get_one_answer(world):
    """RFC 6749 §5.2"""
    disabled = World()
    disabled.users.users["u_alice"] = replace(ALICE, enabled=False)
    gone = World()
    del gone.users.users["u_alice"]
    said = set()
    for each, username, password in [
        (world, "alice", "wrong"),
        (world, "nobody", "correct horse"),
        (disabled, "alice", "correct horse"),
        (gone, "alice", "correct horse"),
    ]:
        with pytest.raises(InvalidGrant) as refusal:
            each.authenticate(username, password)
        said.add((refusal.value.error, refusal.value.status, refusal.value.description))
        assert refusal.value.named == ({} if username == "nobody" else {"sub": "u_alice"})  # for the audit alone
    assert len(said) == 1


def test_every_guess_is_counted_before_it_is_looked_at(world):
    """So that a hundred at once are a hundred; also those of a name that nobody has."""
    for username in ("alice", "nobody"):
        for _ in range(5):
            with pytest.raises(InvalidGrant):
                world.authenticate(username, "wrong")
        with pytest.raises(TooManyAttempts):
            world.authenticate(username, "correct horse")


def test_a_right_password_gives_its_count_back(world):
    for _ in range(20):
        assert world.authenticate() == ALICE


def test_another_spelling_of_a_name_has_no_count_of_its_own(world):
    for username in ("alice", "Alice", "ALICE", "aLICE", "alicE"):
        with pytest.raises(InvalidGrant):
            world.authenticate(username, "wrong")
    with pytest.raises(TooManyAttempts):
        world.authenticate("aliCE", "wrong")


def test_guesses_through_one_client_do_not_lock_the_user_out_of_another(world):
    for _ in range(5):
        with pytest.raises(InvalidGrant):
            world.authenticate(password="wrong", guesser="client c_attacked")
    assert world.authenticate(guesser="client c_app") == ALICE


def test_guesses_from_one_address_are_counted_whatever_the_name(world):
    """Many people may share an address: it has more free guesses than an account."""
    for number in range(20):
        with pytest.raises(InvalidGrant):
            world.authenticate(f"user{number}", "wrong", guesser="browser", address="192.0.2.1")
    with pytest.raises(TooManyAttempts):
        world.authenticate("user20", "wrong", guesser="browser", address="192.0.2.1")
    with pytest.raises(InvalidGrant):
        world.authenticate("user20", "wrong", guesser="browser", address="192.0.2.2")


def test_a_right_password_gives_the_count_of_its_address_back(world):
    for _ in range(50):
        assert world.authenticate(guesser="browser", address="192.0.2.1") == ALICE


@pytest.mark.attack("ATK-365")
def test_a_counter_is_not_named_after_what_was_typed(world):
    """It may be a mistyped password."""
    with pytest.raises(InvalidGrant):
        world.authenticate("my secret password", "wrong")
    assert "secret" not in str(world.attempts.counts)


def test_a_password_of_more_than_1024_bytes_is_refused_before_it_costs_a_hash(world):
    with pytest.raises(InvalidGrant):
        world.authenticate(password="x" * 1024)
    for password in ("x" * 1025, "\u00e9" * 513):
        with pytest.raises(InvalidRequest):
            world.authenticate(password=password)
    assert sum(world.attempts.counts.values()) == 1


@pytest.mark.parametrize("username", ["x" * 255, "\U0001d1c0" * 254, "\ufb03" * 254, "x" * 60_000])
def test_a_username_that_no_store_can_hold_is_invalid_request(world, username):
    """A key of DynamoDB has 2 KB, and normalising may make a name four times as long."""
    with pytest.raises(InvalidRequest):
        world.authenticate(username)


@pytest.mark.parametrize("username", ["x" * 254, "\ufb03" * 84])
def test_the_longest_username_is_looked_up(world, username):
    with pytest.raises(InvalidGrant):
        world.authenticate(username)


@given(st.text(st.sampled_from("a\u00df\U0001d1c0\ufb03\u0390\u0344\U0001f600"), min_size=1, max_size=300))
def test_any_username_is_looked_up_or_refused(username):
    with pytest.raises(OAuthError):
        World().authenticate(username)


def test_no_username_takes_long_to_refuse(world):
    """Putting combining marks in order takes quadratic time."""
    begin = time.process_time()
    with pytest.raises(InvalidRequest):
        world.authenticate("a" + "\u0345" * 16_000 + "\u0300" * 16_000)
    assert time.process_time() - begin < 0.05


def test_a_hash_of_old_parameters_is_replaced_at_the_next_sign_in():
    stronger = PasswordHashing(memory_cost=16, time_cost=1)
    world = World(hashing=stronger)
    assert world.authenticate() == ALICE
    renewed = world.passwords.hashes["alice"]
    assert stronger.matches(renewed, "correct horse")
    assert not stronger.is_outdated(renewed)


def test_a_hash_of_todays_parameters_stays_and_so_does_one_that_was_guessed_at():
    world = World()
    world.authenticate()
    assert world.passwords.hashes["alice"] == HASH
    world = World(hashing=PasswordHashing(memory_cost=16, time_cost=1))
    with pytest.raises(InvalidGrant):
        world.authenticate(password="wrong")
    assert world.passwords.hashes["alice"] == HASH
