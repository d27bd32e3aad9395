"""`gatelet apis`: audiences, their scopes, and who loses what when they go."""

from __future__ import annotations

import pytest

NOTES = ("--identifier", "https://notes.example", "--scope", "notes:read=Read your notes", "--scope", "notes:write")
SERVICE = ("--client-name", "x", "--grant-type", "client_credentials")


@pytest.fixture
def notes(gatelet):
    """Register an API whose scopes are its own."""
    return gatelet.json("apis", "create", *NOTES, "--name", "Notes")


def test_token_for_a_created_api_has_its_audience_and_lifetime(gatelet, deployment, directory):
    gatelet.run("apis", "create", *NOTES, "--access-token-lifetime", "60")
    made = gatelet.json("clients", "create", *SERVICE, "--scope", "notes:read")
    token = deployment.token(
        directory.client(made["client_id"]), made["client_secret"], grant_type="client_credentials"
    ).json
    assert token["expires_in"] == 60


def test_created_api_is_listed_with_its_defaults(gatelet, notes):
    assert notes == {
        "identifier": "https://notes.example",
        "name": "Notes",
        "scopes": {"notes:read": "Read your notes", "notes:write": ""},
        "access_token_lifetime": 900,
        "signing_alg": "ES256",
        "introspection_client": None,
    }
    assert notes in gatelet.json("apis", "list")
    assert "Read your notes" in gatelet.run("apis", "list")


def test_scope_belongs_to_one_api_and_a_failed_registration_leaves_nothing(gatelet, deployment, notes):
    before = deployment.items("directory")
    printed = gatelet.fails(
        *("apis", "create", "--identifier", "https://other.example"),
        *("--scope", "other:read", "--scope", "notes:write"),
    )
    assert f"Scope notes:write exists already and belongs to {notes['identifier']}" in printed
    assert deployment.items("directory") == before


@pytest.mark.clause("RFC9068-5-1")
def test_api_that_is_there_is_said_to_be_so(gatelet, deployment, notes):
    before = deployment.items("directory")
    assert f"API {notes['identifier']} exists already" in gatelet.fails("apis", "create", *NOTES)
    assert deployment.items("directory") == before


REFUSED = [
    ("--identifier", ("--identifier", "notes", "--scope", "a")),
    ("--identifier", ("--identifier", "https://notes.example/#x", "--scope", "a")),
    ("--identifier", ("--identifier", "https://nötes.example", "--scope", "a")),
    ("--identifier", ("--identifier", "https://abc123.execute-api.us-east-1.amazonaws.com", "--scope", "a")),
    ("--scope", ("--identifier", "https://notes.example", "--scope", 'a"b')),
    ("--scope", ("--identifier", "https://notes.example", "--scope", "a b")),
    ("--scope", ("--identifier", "https://notes.example", "--scope", "openid")),
    ("--scope", ("--identifier", "https://notes.example", "--scope", "a", "--scope", "a=b")),
    ("--scope", ("--identifier", "https://notes.example", "--scope", "a=\x1b[2J")),
    ("--scope", ("--identifier", "https://notes.example")),
    ("--name", (*NOTES, "--name", " ")),
    ("--access-token-lifetime", (*NOTES, "--access-token-lifetime", "59")),
    ("--access-token-lifetime", (*NOTES, "--access-token-lifetime", "3601")),
    ("--signing-alg", (*NOTES, "--signing-alg", "HS256")),
    ("--signing-alg", (*NOTES, "--signing-alg", "RS256")),
]


def test_bad_metadata_is_refused_with_the_name_of_the_option(gatelet, deployment, subtests):
    before = deployment.items("directory")
    for option, arguments in REFUSED:
        with subtests.test(" ".join(arguments)):
            assert option in gatelet.fails("apis", "create", *arguments, code=2)
            assert deployment.items("directory") == before


def test_algorithm_is_one_that_the_stack_has_keys_for(gatelet):
    assert "ES256, EdDSA" in gatelet.fails("apis", "create", *NOTES, "--signing-alg", "RS256", code=2)
    assert gatelet.json("apis", "create", *NOTES, "--signing-alg", "EdDSA")["signing_alg"] == "EdDSA"


def test_introspection_client_exists(gatelet):
    assert "There is no client c_1" in gatelet.fails("apis", "create", *NOTES, "--introspection-client", "c_1")
    gatelet.run("clients", "create", *SERVICE, "--scope", "orders:read", "--client-id", "c_1")
    assert gatelet.json("apis", "create", *NOTES, "--introspection-client", "c_1")["introspection_client"] == "c_1"
    assert (
        gatelet.json("apis", "update", "https://notes.example", "--introspection-client", "")["introspection_client"]
        is None
    )


def test_deleted_client_introspects_nothing_any_more(gatelet, notes):
    gatelet.run("clients", "create", *SERVICE, "--scope", "orders:read", "--client-id", "c_1")
    gatelet.run("apis", "update", notes["identifier"], "--introspection-client", "c_1")
    gatelet.run("clients", "delete", "c_1", "--yes")
    assert {api["introspection_client"] for api in gatelet.json("apis", "list")} == {None}


def test_update_adds_and_describes_scopes_and_leaves_the_rest(gatelet, notes):
    after = gatelet.json(
        "apis", "update", notes["identifier"], "--scope", "notes:share", "--scope", "notes:write=Write"
    )
    assert after["scopes"] == {"notes:read": "Read your notes", "notes:write": "Write", "notes:share": ""}
    assert after["name"] == "Notes"
    assert "belongs to" in gatelet.fails(
        "apis", "create", "--identifier", "https://x.example", "--scope", "notes:share"
    )


def test_removed_scope_is_taken_from_clients_and_roles_and_is_free_again(gatelet, directory, notes):
    gatelet.run("clients", "create", *SERVICE, "--scope", "notes:read notes:write", "--client-id", "c_1")
    gatelet.run("roles", "create", "writer", "--permission", "notes:read", "--permission", "notes:write")
    arguments = ("apis", "update", notes["identifier"], "--remove-scope", "notes:write")
    refused = gatelet.fails(*arguments, code=2)
    assert "client c_1, role writer" in refused
    gatelet.run(*arguments, "--yes")
    assert directory.client("c_1").scope == ("notes:read",)
    assert directory.role("writer").permissions == {"notes:read"}
    gatelet.run("apis", "create", "--identifier", "https://other.example", "--scope", "notes:write")


def test_scope_that_is_not_the_apis_cannot_be_removed(gatelet, notes):
    printed = gatelet.fails("apis", "update", notes["identifier"], "--remove-scope", "orders:read", "--yes")
    assert "orders:read is not a scope of" in printed


def test_last_scope_stays(gatelet, notes):
    arguments = ("--remove-scope", "notes:write", "--remove-scope", "notes:read", "--yes")
    assert "--scope" in gatelet.fails("apis", "update", notes["identifier"], *arguments, code=2)


def test_deletion_says_who_loses_what_and_sets_the_scopes_free(gatelet, directory, notes):
    gatelet.run("clients", "create", *SERVICE, "--scope", "notes:read orders:read", "--client-id", "c_1")
    gatelet.run("roles", "create", "reader", "--permission", "notes:read")
    refused = gatelet.fails("apis", "delete", notes["identifier"], code=2)
    assert "client c_1, role reader" in refused
    gatelet.run("apis", "delete", notes["identifier"], "--yes")
    assert directory.client("c_1").scope == ("orders:read",)
    assert directory.role("reader").permissions == frozenset()
    gatelet.run("apis", "create", *NOTES)


def test_unknown_api_is_said_to_be_so(gatelet):
    for verb in ("delete", "update"):
        options = ("--name", "x") if verb == "update" else ()
        assert "There is no API https://no.example." in gatelet.fails("apis", verb, "https://no.example", *options)


def test_api_with_as_many_scopes_as_it_may_have_is_registered_and_deleted(gatelet):
    scopes = [f"--scope=s{number}" for number in range(90)]
    gatelet.run("apis", "create", "--identifier", "https://big.example", *scopes)
    gatelet.run("apis", "delete", "https://big.example", "--yes")
    assert "1 to 90" in gatelet.fails(
        "apis", "create", "--identifier", "https://big.example", *scopes, "--scope=one-more", code=2
    )
