from __future__ import annotations

import re

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.accounts.password import SHORTEST_PASSWORD, PasswordHashing

QUICK = PasswordHashing(memory_cost=8, time_cost=1)
IMPORTED = argon2.PasswordHasher(time_cost=3, memory_cost=16, parallelism=2).hash("correct horse")
UNUSABLE = (
    "",
    "x",
    "$2b$12$abcdefghijklmnopqrstuv",
    "$argon2id$",
    IMPORTED[:-5],
    "{}",
    "\u00e9",
    "$argon2id$v=19$m=8,t=1,p=1$$",
)


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=100), st.text(max_size=100))
def test_a_password_belongs_to_its_own_hash_alone(password, other):
    stored = QUICK.hash(password)
    assert QUICK.matches(stored, password)
    assert QUICK.matches(stored, other) == (other == password)


def test_a_hash_has_a_salt_of_its_own_and_not_the_password():
    """RFC 9106 §3.1"""
    first, second = QUICK.hash("correct horse"), QUICK.hash("correct horse")
    assert first != second
    assert "correct" not in first


def test_a_password_is_hashed_with_argon2id_at_the_parameters_of_owasp():
    """19 MiB, two passes, one lane. RFC 9106 §4, OWASP Password Storage"""
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", PasswordHashing().hash("correct horse"))


def test_a_password_that_somebody_chooses_has_eight_characters_at_least():
    """NIST SP 800-63B §5.1.1.1"""
    assert SHORTEST_PASSWORD == 8


@pytest.mark.parametrize("password", ["", "x", "correct horse"])
def test_an_unknown_user_never_matches(password):
    assert not QUICK.matches(None, password)


@pytest.mark.attack("ATK-126")
def test_an_unknown_user_costs_a_verification(monkeypatch):
    """As a wrong password does: time does not tell who is registered."""
    verified = []
    genuine = argon2.PasswordHasher.verify

    def verify(self, stored, password):
        verified.append(stored)
        return genuine(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verify)
    hashing = PasswordHashing(memory_cost=8, time_cost=1)
    hashing.matches(None, "guess")
    assert len(verified) == 1
    assert argon2.extract_parameters(verified[0]) == argon2.extract_parameters(hashing.hash("x"))


@pytest.mark.parametrize("stored", UNUSABLE, ids=range(len(UNUSABLE)))  # one is made anew for each run
@pytest.mark.parametrize("password", ["", "x", "correct horse"])
def test_what_is_no_hash_of_ours_matches_nothing(stored, password):
    """And is no fault either."""
    assert not QUICK.matches(stored, password)


def test_a_hash_that_was_imported_with_other_parameters_matches():
    assert QUICK.matches(IMPORTED, "correct horse")
    assert not QUICK.matches(IMPORTED, "correct hors")


def test_a_hash_of_other_parameters_than_todays_is_outdated():
    """It is replaced at the next sign-in."""
    assert QUICK.is_outdated(IMPORTED)
    assert PasswordHashing(memory_cost=16, time_cost=1).is_outdated(QUICK.hash("x"))
    assert PasswordHashing(memory_cost=8, time_cost=2).is_outdated(QUICK.hash("x"))
    assert not QUICK.is_outdated(QUICK.hash("x"))
