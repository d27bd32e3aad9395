"""The operator's command shows a new secret once and no other at all, and writes none down. OWASP ASVS V16.2.5"""

from __future__ import annotations

import json

import pytest

from tests.integration.canaries.canary import Canary, find

PASSWORD = 'Kanarie "vogel" & <ei>+äß/?%'
NEW_PASSWORD = "zaunkönig & <nest>"
SHORT_PASSWORD = "wren;äö"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLECANARY"
TYPED = [
    Canary(name=name, value=value, guessable=True)
    for name, value in {"password": PASSWORD, "new password": NEW_PASSWORD, "short password": SHORT_PASSWORD}.items()
]


@pytest.fixture
def told(deployment, gatelet):
    """Return everything that somebody may read afterwards."""

    def told():
        return {
            "output": gatelet.printed,
            "audit trail": json.dumps(deployment.operator_lines()),
            **{
                table: json.dumps(deployment.items(table), default=repr)
                for table in ("directory", "credentials", "grants")
            },
        }

    return told


@pytest.fixture
def keys(deployment):
    """Return every private key that there is."""

    def keys():
        texts = [
            deployment.secretsmanager.get_secret_value(SecretId=getattr(deployment.settings, name))["SecretString"]
            for name in ("signing_secret", "grant_secret")
        ]
        rings = [ring for text in texts for ring in json.loads(text).get("rings", {}).values()]
        materials = [key["material"] for ring in rings for key in (ring["next"], ring["current"], *ring["retired"])]
        return [Canary(name="key", value=material.get("d") or material["k"]) for material in materials]

    return keys


def hand_over(gatelet, *command):
    """Run a command that shows a new secret, and forget what it printed."""
    before = gatelet.printed
    secret = gatelet.json(*command)["client_secret"]
    assert gatelet.printed.count(secret) == 1
    gatelet.printed = before
    return Canary(name="client secret", value=secret)


def test_after_every_kind_of_command_no_secret_is_shown_or_written_down(
    deployment, gatelet, terminal, told, keys, clock, monkeypatch
):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS_SECRET)
    canaries = [*TYPED, *keys(), Canary(name="credentials of AWS", value=AWS_SECRET)]
    create = (
        "clients",
        "create",
        "--client-name",
        "New",
        "--grant-type",
        "client_credentials",
        "--scope",
        "orders:read",
    )
    canaries.append(hand_over(gatelet, *create, "--client-id", "c_new"))
    canaries.append(hand_over(gatelet, "clients", "rotate-secret", "c_new"))
    for name, password in (("bob", PASSWORD), ("eve", SHORT_PASSWORD), ("bob", NEW_PASSWORD)):
        terminal.input = password + "\n"
        is_refused = password != PASSWORD
        user = ("users", "create", name, "--role", "clerk", "--password-stdin")
        (gatelet.fails if is_refused else gatelet.run)(*user, **({"code": 2} if password == SHORT_PASSWORD else {}))
    terminal.input = NEW_PASSWORD + "\n"
    gatelet.run("users", "set-password", "bob", "--password-stdin")
    clock.advance(100)
    for command in (
        ("clients", "list"), ("clients", "show", "c_new"), ("users", "list"), ("users", "show", "bob"),
        ("keys", "list"), ("keys", "rotate", "--secret", "grant"), ("audit",),
        ("clients", "update", "c_new", "--client-name", "Newer"), ("clients", "disable", "c_new", "--yes"),
        ("users", "disable", "bob", "--yes"), ("clients", "delete", "c_new", "--yes"),
    ):  # fmt: skip
        gatelet.run(*command)

    gatelet.fails("status")  # the issuer of the test answers nobody

    assert len(deployment.operator_lines()) >= 7
    assert find([*canaries, *keys()], told()) == []


def test_a_secret_in_a_name_is_found_where_it_is_shown_and_stored(gatelet, told):
    """The counter-proof: a client that is called like a password."""
    gatelet.run(
        "clients", "create", "--client-name", PASSWORD, "--grant-type", "client_credentials", "--scope", "orders:read"
    )
    assert {finding.place for finding in find(TYPED, told())} == {"output", "directory"}
