"""How many guesses are looked at, and how long the owner then waits: docs/guessing.md says what is measured here."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from gatelet.accounts.sign_in import LIFETIME
from gatelet.aws.attempts import WINDOW
from tests.integration.registered import LEGACY, PASSWORD, SECRET
from tests.integration.stage import Stage, with_quick_passwords
from tests.integration.visitor import Page, Visitor

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "guessing.md"
HUNDRED = [f"198.51.100.{number}" for number in range(100)]
ONE = HUNDRED[:1]


class Attacker:
    """Guesses, and counts what is looked at."""

    looked_at_status = 401

    def __init__(self, stack, addresses=ONE, browser=None):
        self.clock = stack.clock
        self.browser = browser or Visitor(stack)
        self.addresses = cycle(addresses)
        self.looked_at = 0
        self._open_form()

    def _open_form(self):
        self.form = Page(self.browser.open("/account").body).forms[0]
        self.expires_at = self.clock() + LIFETIME

    def guess(self, username="alice"):
        """Send one wrong password, and return how long to wait where it was not looked at."""
        if self.clock() >= self.expires_at:
            self._open_form()
        self.browser.address = next(self.addresses)
        typed = {"username": username, "password": "wrong"}
        return self._count(self.browser.open(self.form.action, form={**self.form.fields, **typed}))

    def _count(self, answer):
        if answer.status == 429:
            return int(answer.headers["retry-after"])
        assert answer.status == self.looked_at_status
        self.looked_at += 1
        return 0

    def patiently(self, username="alice"):
        """Guess as soon as that is let through."""
        while wait := self.guess(username):
            self.clock.advance(wait)


class Backend(Attacker):
    """Guesses through a client."""

    looked_at_status = 400

    def __init__(self, stack):
        super().__init__(stack)
        self.stack = stack

    def guess(self, username="alice"):
        form = {"grant_type": "password", "username": username, "password": "wrong"}
        return self._count(self.stack.token(LEGACY, SECRET, **form))


@pytest.fixture
def stage(deployment, clock):
    """Return a stack at the beginning of an hour, and a browser in which alice signed in before."""
    stack = with_quick_passwords(deployment)
    clock.advance(WINDOW - clock() % WINDOW)
    known = Visitor(stack, "192.0.2.1")
    known.sign_in(known.open("/account"))
    known.submit(known.open("/oauth2/logout"), action="logout")
    return stack, known, Stage(deployment)


def login_wait(browser):
    """Sign in with the right password, and return how long the owner has to wait for it."""
    answer = browser.submit(browser.open("/account"), username="alice", password=PASSWORD)
    assert answer.status in {303, 429}
    return int(answer.headers.get("retry-after", 0))


def grant_wait(stack):
    answer = stack.token(LEGACY, SECRET, grant_type="password", username="alice", password=PASSWORD)
    return int(answer.headers.get("retry-after", 0))


def rows(heading):
    """Return the rows of the table below a heading."""
    section = DOCUMENT.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    table = re.findall(r"^\| (.+) \|$", section, re.MULTILINE)[2:]
    return {first: rest for first, *rest in (row.split(" | ") for row in table)}


ATTACKS: dict[str, Any] = {
    "at once, login page, one address": (Attacker.guess, Attacker),
    "at once, login page, a hundred addresses": (Attacker.guess, lambda stack: Attacker(stack, HUNDRED)),
    "each as soon as it may, login page, one address": (Attacker.patiently, Attacker),
    "each as soon as it may, login page, a hundred addresses": (
        Attacker.patiently,
        lambda stack: Attacker(stack, HUNDRED),
    ),
    "at once, password grant of one client": (Backend.guess, Backend),
    "each as soon as it may, password grant of one client": (Backend.patiently, Backend),
}


@pytest.mark.attack("ATK-288")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hundred_wrong_passwords(stage, clock, attack):
    stack, known, _ = stage
    act, make = ATTACKS[attack]
    attacker, began = make(stack), clock()

    for _ in range(100):
        act(attacker)

    took = int(clock() - began)
    waits = (login_wait(known), login_wait(Visitor(stack, "192.0.2.2")), grant_wait(stack))
    assert rows("A hundred wrong passwords for one user")[attack] == [
        str(attacker.looked_at),
        *(f"{seconds} s" for seconds in (took, *waits)),
    ]
    assert set(ATTACKS) == set(rows("A hundred wrong passwords for one user"))


def in_an_hour(clock, guess, attacker):
    """Guess as often as is let through until the hour is over."""
    end = clock() + WINDOW
    while clock() < end:
        if wait := guess():
            clock.advance(min(wait, end - clock()))
    return attacker.looked_at


def sprayed(attacker):
    """Guess at one account after the other."""
    names = (f"user{number}" for number in range(10_000))
    return lambda: attacker.guess(next(names))


@pytest.mark.attack("ATK-285")
def test_as_many_as_possible(stage, clock):
    """An hour is like the other: 24 of them make a day."""
    stack, known, state = stage
    one, two = Attacker(stack), Attacker(stack, HUNDRED[:2])
    many, backend, thief = Attacker(stack, HUNDRED), Backend(stack), Attacker(stack, browser=known)
    state.set()
    measured = {}
    for name, attacker, guess in (
        ("at one account, login page, from however many addresses", many, many.guess),
        ("at one account, through one client with the password grant", backend, backend.guess),
        ("at one account, from a browser in which its user signed in before", thief, thief.guess),
        ("from one address at the login page, at all accounts together", one, sprayed(one)),
        ("from two addresses at the login page, at all accounts together", two, sprayed(two)),
    ):
        state.begin()
        measured[name] = in_an_hour(clock, guess, attacker)

    assert rows("As many as possible") == {name: [str(n), f"{24 * n:,}"] for name, n in measured.items()}


@pytest.mark.attack("ATK-288")
def test_whoever_asks_first_when_the_wait_ends_is_looked_at(stage, clock):
    """The owner is not locked out, and has no right of way either."""
    stack, _, _ = stage
    attacker, owner = Attacker(stack), Visitor(stack, "192.0.2.2")
    for _ in range(20):
        attacker.patiently()
    for _ in range(3):
        clock.advance(60)
        attacker.guess()
        assert login_wait(owner) == 60

    clock.advance(60)
    assert login_wait(owner) == 0
