"""`gatelet users` and `gatelet roles`: accounts from their creation to their end."""

from __future__ import annotations

import pytest

from gatelet.aws.table import Table

PASSWORD = "correct horse battery staple"
OTHER = "a different long password"


def test_created_user_signs_in(gatelet, bob):
    shown = gatelet.json("users", "show", "bob")
    assert shown["sub"] == bob.sub
    assert bob.sub.startswith("u_")
    assert shown["roles"] == ["clerk"]
    assert set(bob.tokens()["scope"].split()) == {"orders:read", "orders:write"}


@pytest.mark.clause("OIDC-2-2")
@pytest.mark.usefixtures("bob")
def test_subject_is_short_ascii_and_another_one_for_each_user(gatelet):
    """OpenID Connect Core §2"""
    subs = {gatelet.json("users", "create", name, "--password-stdin")["sub"] for name in ("bo", "bobby")}
    subs.add(gatelet.json("users", "show", "bob")["sub"])
    assert len(subs) == 3
    assert all(sub.isascii() and 20 < len(sub) <= 255 for sub in subs)


def test_username_is_one_whatever_its_case_and_composition(gatelet, bob):
    assert "User bob exists already." in gatelet.fails("users", "create", "BOB", "--password-stdin")
    assert bob.sign_in(username="Bob").status == 200
    assert gatelet.json("users", "show", "BOB")["sub"] == bob.sub
    gatelet.run("users", "create", "zoe\u0308", "--password-stdin")
    assert "exists already" in gatelet.fails("users", "create", "ZO\u00cb", "--password-stdin")


@pytest.mark.usefixtures("bob")
def test_password_is_printed_and_stored_nowhere(gatelet, deployment):
    gatelet.run("users", "show", "bob")
    gatelet.run("users", "list")
    assert PASSWORD not in gatelet.printed
    assert "argon2" not in gatelet.printed
    assert PASSWORD not in str(deployment.items("credentials")) + str(deployment.items("directory"))


def test_password_is_asked_for_on_a_terminal(gatelet, terminal, nobody):
    terminal.interactive, terminal.password = True, PASSWORD
    gatelet.run("users", "create", "bob", "--role", "clerk")
    assert nobody.sign_in().status == 200


def test_password_is_no_argument(gatelet):
    assert "No such option" in gatelet.fails("users", "create", "bob", "--password", PASSWORD, code=2)


def test_without_terminal_and_without_stdin_option_nothing_is_made(gatelet, deployment):
    before = deployment.items("directory")
    assert "--password-stdin" in gatelet.fails("users", "create", "bob", code=2)
    assert deployment.items("directory") == before


def test_bad_password_is_refused_and_not_repeated(gatelet, terminal, deployment, subtests):
    before = deployment.items("directory")
    for password in ("", "\n", "seven77", "x" * 1025, "ü" * 513, "two lines\nof text", "a\x00bcdefgh"):
        with subtests.test(repr(password[:10])):
            terminal.input = password
            printed = gatelet.fails("users", "create", "bob", "--password-stdin", code=2)
            assert "password must" in printed
            assert not password.strip() or password not in printed
            assert deployment.items("directory") == before


REFUSED = [
    ("USERNAME", ("",)),
    ("USERNAME", ("x" * 255,)),
    ("USERNAME", ("a\x1bb",)),
    ("USERNAME", (" bob",)),
    ("--email", ("bob", "--email", "bob")),
    ("--email", ("bob", "--email", "a@b@c")),
    ("--name", ("bob", "--name", "a\nb")),
    ("--claim", ("bob", "--claim", "locale")),
    ("--claim", ("bob", "--claim", "=x")),
    ("--claim sub", ("bob", "--claim", "sub=u_x")),
    ("--claim roles", ("bob", "--claim", 'roles=["admin"]')),
    ("--claim zoneinfo", ("bob", "--claim", "zoneinfo={broken")),
    ("--claim height", ("bob", "--claim", "height=1.85")),
    ("--claim n", ("bob", "--claim", "n=123456789012345678901234567890")),
    ("--claim n", ("bob", "--claim", "n=NaN")),
    ("--claim deep", ("bob", "--claim", f"deep={'[' * 9}{']' * 9}")),
    ("--claim deep", ("bob", "--claim", f"deep={'[' * 2000}")),
    ("--claim long", ("bob", "--claim", f"long={'x' * 2049}")),
]


def test_bad_profile_is_refused_with_the_name_of_the_option(gatelet, terminal, deployment, subtests):
    terminal.input = PASSWORD
    before = deployment.items("directory")
    for option, arguments in REFUSED:
        with subtests.test(f"{option} {arguments[-1][:20]}"):
            assert option in gatelet.fails("users", "create", *arguments, "--password-stdin", code=2)
            assert deployment.items("directory") == before


def test_claims_are_json_or_else_text(gatelet, terminal):
    terminal.input = PASSWORD
    made = gatelet.json(
        *("users", "create", "bob", "--password-stdin", "--email", "bob@example.com", "--name", "Bob B."),
        *("--claim", "email_verified=true", "--claim", "locale=de", "--claim", "updated_at=1800000000"),
        *("--claim", 'address={"country":"DE"}', "--claim", 'zip="01234"', "--claim", "motto=a=b"),
    )
    assert made["claims"] == {
        "email": "bob@example.com",
        "name": "Bob B.",
        "email_verified": True,
        "locale": "de",
        "updated_at": 1_800_000_000,
        "address": {"country": "DE"},
        "zip": "01234",
        "motto": "a=b",
    }
    assert gatelet.json("users", "show", "bob")["claims"] == made["claims"]


@pytest.mark.usefixtures("bob")
def test_update_changes_the_claims_that_are_named(gatelet):
    gatelet.run("users", "update", "bob", "--email", "bob@example.com", "--claim", "locale=de")
    assert gatelet.json("users", "update", "bob", "--claim", "locale=null", "--name", "Bob")["claims"] == {
        "email": "bob@example.com",
        "name": "Bob",
    }
    assert gatelet.json("users", "update", "bob", "--email", "")["claims"] == {"name": "Bob"}
    assert "Name what to change" in gatelet.fails("users", "update", "bob", code=2)


def test_unknown_role_is_refused(gatelet, terminal):
    terminal.input = PASSWORD
    assert "--role king does not exist" in gatelet.fails("users", "create", "bob", "--role", "king", "--password-stdin")


def test_user_whose_password_could_not_be_written_is_repaired_by_set_password(gatelet, terminal, monkeypatch, nobody):
    terminal.input = PASSWORD
    put = Table.put

    def fail(self, item, **condition):
        if item["sk"] == "PASSWORD":
            raise OSError("the cable is unplugged")
        put(self, item, **condition)

    with monkeypatch.context() as fault:
        fault.setattr(Table, "put", fail)
        assert "gatelet users set-password bob" in gatelet.fails(
            "users", "create", "bob", "--role", "clerk", "--password-stdin"
        )
    assert gatelet.json("users", "show", "bob")["has_password"] is False
    assert nobody.sign_in().status == 400
    gatelet.run("users", "set-password", "bob", "--password-stdin")
    assert nobody.sign_in().status == 200


def test_new_password_ends_the_sessions_of_the_old_one(gatelet, terminal, deployment, bob):
    tokens = bob.tokens()
    terminal.input = OTHER
    assert gatelet.json("users", "set-password", "bob", "--password-stdin")["ended_sessions"] == 1
    assert bob.sign_in().status == 400
    assert bob.sign_in(OTHER).status == 200
    assert bob.refresh(tokens).json["error"] == "invalid_grant"
    assert not deployment.authorize(tokens["access_token"])


def test_sessions_are_kept_where_that_is_wanted(gatelet, terminal, bob):
    tokens = bob.tokens()
    terminal.input = OTHER
    assert gatelet.json("users", "set-password", "bob", "--password-stdin", "--keep-sessions")["ended_sessions"] == 0
    assert bob.refresh(tokens).status == 200


def test_changed_roles_decide_the_next_token_and_refuse_those_before(gatelet, deployment, clock, bob):
    tokens = bob.tokens()
    assert gatelet.json("users", "set-roles", "bob", "--role", "storeman", "--role", "clerk")["roles"] == [
        "storeman",
        "clerk",
    ]
    assert deployment.events() == [("subject", bob.sub)]
    assert not deployment.authorize(tokens["access_token"])
    clock.advance(6)
    fresh = bob.refresh(tokens)
    assert fresh.status == 200
    assert deployment.authorize(fresh.json["access_token"])
    gatelet.run("users", "set-roles", "bob", "--none")
    assert bob.refresh(fresh.json).json["error"] == "invalid_grant"


@pytest.mark.usefixtures("bob")
def test_roles_are_named_or_taken_away_explicitly(gatelet):
    assert "--none" in gatelet.fails("users", "set-roles", "bob", code=2)
    assert "--none" in gatelet.fails("users", "set-roles", "bob", "--none", "--role", "clerk", code=2)


def test_disabled_user_is_out_everywhere_at_once(gatelet, deployment, bob):
    tokens = bob.tokens()
    gatelet.run("users", "disable", "bob", "--yes")
    assert not deployment.authorize(tokens["access_token"])
    assert bob.refresh(tokens).json["error"] == "invalid_grant"
    assert bob.sign_in().status == 400
    assert [kind for kind, _ in deployment.events()] == ["grant", "subject"]
    assert gatelet.json("sessions", "list", "--user", "bob") == []


@pytest.mark.usefixtures("bob")
def test_token_that_was_being_signed_while_its_user_was_disabled_is_refused(gatelet, deployment, directory):
    now = directory.now()
    gatelet.run("users", "disable", "bob", "--yes")
    (event,) = deployment.items("feed")
    assert 10 <= int(event["not_before"]["N"]) - now <= 15


def test_enabled_user_signs_in_again(gatelet, bob):
    gatelet.run("users", "disable", "bob", "--yes")
    gatelet.run("users", "enable", "bob")
    assert bob.sign_in().status == 200


@pytest.mark.clause("OIDC-2-2", "OIDC-5.7-1")
def test_deleted_user_is_gone_and_the_name_is_free_for_somebody_else(gatelet, deployment, bob):
    tokens = bob.tokens()
    gatelet.run("users", "delete", "bob", "--yes")
    assert not deployment.authorize(tokens["access_token"])
    assert bob.refresh(tokens).json["error"] == "invalid_grant"
    assert "There is no user bob" in gatelet.fails("users", "show", "bob")
    assert deployment.items("credentials") == []
    assert "bob" not in str(deployment.items("directory"))
    assert gatelet.json("users", "create", "bob", "--password-stdin")["sub"] != bob.sub


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_nothing_is_destroyed_without_a_yes(gatelet, verb):
    assert "confirm with --yes" in gatelet.fails("users", verb, "bob", code=2)
    assert gatelet.json("users", "show", "bob")["enabled"]


def test_user_is_found_by_subject_too(gatelet, bob):
    assert gatelet.json("users", "show", bob.sub)["username"] == "bob"
    assert "There is no user nobody. See `gatelet users list`." in gatelet.fails("users", "show", "nobody")


def test_role_permits_registered_scopes_and_its_name_is_its_own(gatelet):
    made = gatelet.json("roles", "create", "editor", "--permission", "orders:write", "--description", "Edits")
    assert made == {"name": "editor", "permissions": ["orders:write"], "description": "Edits"}
    assert made in gatelet.json("roles", "list")
    assert "Role editor exists already." in gatelet.fails("roles", "create", "editor", "--permission", "orders:read")
    assert "--permission 'orders:no'" in gatelet.fails("roles", "create", "x", "--permission", "orders:no", code=2)
    assert "NAME" in gatelet.fails("roles", "create", "two words", "--permission", "orders:read", code=2)


def test_deleted_role_is_taken_from_its_users_and_their_tokens_are_refused(gatelet, deployment, bob):
    tokens = bob.tokens()
    refused = gatelet.fails("roles", "delete", "clerk", code=2)
    assert "take it from bob" in refused
    assert gatelet.json("roles", "delete", "clerk", "--yes")["users"] == ["bob"]
    assert gatelet.json("users", "show", "bob")["roles"] == []
    assert not deployment.authorize(tokens["access_token"])
    assert "There is no role clerk" in gatelet.fails("roles", "delete", "clerk", "--yes")
