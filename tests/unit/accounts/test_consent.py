from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.accounts.consent import Consent, needs_consent
from gatelet.oauth.client import Client

APP = Client(
    client_id="c_app", client_name="App", token_endpoint_auth_method="none", grant_types=(), scope=("a", "b", "c")
)
OWN = replace(APP, first_party=True)


class Consents:
    """Implements `gatelet.accounts.consent.Consents` for alice, who allowed one client something."""

    def get(self, sub, client_id):
        allowed = (sub, client_id) == ("u_alice", "c_app")
        return Consent(client_id=client_id, scope=frozenset({"a", "b"}), since=0) if allowed else None

    def remember(self, sub, consent):
        raise AssertionError(f"{consent} of {sub}: to ask remembers nothing")


def is_asked(client=APP, scope=("a", "b"), prompt=(), sub="u_alice"):
    return needs_consent(client, scope, prompt, Consents(), sub)


@pytest.mark.parametrize("scope", [("a", "b"), ("b", "a"), ("a",), ()])
def test_who_allowed_all_of_it_before_is_not_asked_again(scope):
    assert not is_asked(scope=scope)


@pytest.mark.parametrize("scope", [("c",), ("a", "b", "c")])
def test_whoever_wants_more_than_was_allowed_must_ask(scope):
    assert is_asked(scope=scope)


def test_what_one_user_allowed_one_client_is_allowed_to_no_other():
    assert is_asked(sub="u_bob")
    assert is_asked(replace(APP, client_id="c_other"))


def test_about_a_first_party_client_nobody_is_asked_unless_it_wants_that():
    """OpenID Connect Core §3.1.2.1: prompt=consent."""
    assert not is_asked(OWN, scope=("c",), sub="u_bob")
    assert is_asked(OWN, prompt=("login", "consent"))
    assert is_asked(prompt=("consent",))
    assert not is_asked(prompt=("login",))
