"""`gatelet keys`: a rotation, an emergency, and one that was interrupted."""

from __future__ import annotations

import pytest


@pytest.fixture
def token(gatelet, deployment, directory):
    """Return a function that gets an access token."""
    options = ("--client-name", "x", "--grant-type", "client_credentials", "--scope", "orders:read")
    made = gatelet.json("clients", "create", *options)
    client = directory.client(made["client_id"])

    def token():
        answer = deployment.token(client, made["client_secret"], grant_type="client_credentials")
        assert answer.status == 200
        return answer.json["access_token"]

    return token


def current(gatelet, alg="ES256"):
    """Return the id of the key that signs."""
    return next(key["kid"] for key in gatelet.json("keys", "list") if (key["alg"], key["use"]) == (alg, "current"))


def test_keys_are_listed_with_their_ages_and_never_themselves(gatelet):
    keys = gatelet.json("keys", "list")
    assert {(key["secret"], key["use"]) for key in keys} == {
        ("signing", "current"),
        ("signing", "next"),
        ("grant", "current"),
        ("grant", "next"),
    }
    assert set(keys[0]) == {"secret", "alg", "use", "kid", "created_at", "retired_at"}
    assert keys[0]["kid"] in gatelet.run("keys", "list")


def test_rotation_makes_the_next_key_sign_and_old_tokens_stay_good(gatelet, deployment, clock, token):
    before, old = current(gatelet), token()
    clock.advance(61)
    answer = gatelet.json("keys", "rotate")
    assert answer["kids"]["ES256"]["current"] == current(gatelet) != before
    deployment.restart()
    assert deployment.authorize(old)
    assert deployment.authorize(token())


def test_rotation_that_comes_too_early_says_when_it_may(gatelet, clock):
    clock.advance(20)
    printed = gatelet.fails("keys", "rotate")
    assert "too young" in printed
    assert "in 40 s" in printed
    clock.advance(40)
    assert "now in use" in gatelet.run("keys", "rotate")


def test_grant_keys_are_rotated_on_request(gatelet, clock, functions):
    clock.advance(61)
    gatelet.run("keys", "rotate", "--secret", "grant")
    assert functions.events[-1] == {"action": "rotate", "secret": "grant"}


def test_emergency_refuses_every_token_of_the_old_keys_after_a_minute(gatelet, terminal, deployment, token):
    old = token()
    answer = gatelet.json("keys", "rotate", "--emergency", "--yes")
    assert terminal.waited == [60]
    assert set(answer["revoked"]) == set(answer["compromised"])
    deployment.restart()
    assert not deployment.authorize(old)
    assert deployment.authorize(token())
    assert "compromised" not in {key["use"] for key in gatelet.json("keys", "list")}


def test_emergency_explains_itself_before_it_asks(gatelet, terminal, functions):
    printed = gatelet.fails("keys", "rotate", "--emergency", code=2)
    assert "up to 2 hours" in printed
    assert "confirm with --yes" in printed
    terminal.interactive, terminal.answers = True, [False]
    gatelet.fails("keys", "rotate", "--emergency")
    assert functions.events == []


def test_emergency_at_once_waits_for_nobody(gatelet, terminal):
    gatelet.run("keys", "rotate", "--emergency", "--at-once", "--yes")
    assert terminal.waited == []


def test_emergency_of_one_key_promotes_the_next(gatelet):
    before = gatelet.json("keys", "list")
    bad = current(gatelet)
    successor = next(key["kid"] for key in before if (key["alg"], key["use"]) == ("ES256", "next"))
    answer = gatelet.json("keys", "rotate", "--emergency", "--kid", bad, "--at-once", "--yes")
    assert answer["revoked"] == [bad]
    assert current(gatelet) == successor
    assert current(gatelet, "EdDSA") == next(
        key["kid"] for key in before if (key["alg"], key["use"]) == ("EdDSA", "current")
    )


def test_unknown_key_is_said_to_be_so(gatelet):
    printed = gatelet.fails("keys", "rotate", "--emergency", "--kid", "nothing", "--yes")
    assert "--kid is neither a current nor a next key" in printed


def test_interrupted_emergency_says_how_to_finish_and_that_command_finishes_it(gatelet, terminal, deployment, token):
    old = token()
    terminal.interrupt = True
    printed = gatelet.fails("keys", "rotate", "--emergency", "--yes", "--region", "us-east-1", code=130)
    assert "gatelet keys revoke-compromised --secret signing --region us-east-1" in printed
    assert "compromised" in {key["use"] for key in gatelet.json("keys", "list")}
    assert gatelet.json("keys", "revoke-compromised", "--yes")["revoked"]
    deployment.restart()
    assert not deployment.authorize(old)
    assert "there was no replaced key left" in gatelet.run("keys", "revoke-compromised", "--yes")


def test_emergency_whose_end_fails_says_how_to_finish(gatelet, deployment, terminal, monkeypatch):
    def fail(*_: object) -> None:
        deployment.dynamodb.delete_table(TableName="feed")

    monkeypatch.setattr(terminal, "wait", fail)
    printed = gatelet.fails("keys", "rotate", "--emergency", "--yes")
    assert "gatelet keys revoke-compromised --secret signing" in printed
    assert "The function rotate_keys failed" in printed


def test_emergency_of_the_grant_keys_signs_everyone_out(gatelet, deployment, bob):
    tokens = bob.tokens()
    assert "sign in again" in gatelet.run("keys", "rotate", "--secret", "grant", "--emergency", "--at-once", "--yes")
    deployment.restart()
    assert bob.refresh(tokens).json["error"] == "invalid_grant"


def test_options_of_an_emergency_need_one(gatelet, functions):
    for option in (("--at-once",), ("--kid", "x")):
        assert "--emergency" in gatelet.fails("keys", "rotate", *option, code=2)
    assert functions.events == []


def test_failing_function_is_reported_with_its_own_words(gatelet, deployment):
    deployment.secretsmanager.delete_secret(
        SecretId=deployment.settings.signing_secret, ForceDeleteWithoutRecovery=True
    )
    printed = gatelet.fails("keys", "rotate")
    assert "The function rotate_keys failed" in printed
    assert "ResourceNotFoundException" in printed
