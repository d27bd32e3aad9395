"""The resource owner password credentials grant, over the wire. RFC 6749 §4.3"""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from gatelet.oauth.role import Role


@pytest.fixture
def ask(deployment, legacy, secret, password):
    """Ask for tokens as alice through the first-party client."""

    def ask(**form: str):
        form = {"username": "alice", "password": password, **form}
        return deployment.token(legacy, secret, grant_type="password", **form)

    return ask


def claims_of(answer):
    return jwt.decode(answer.json["access_token"], options={"verify_signature": False})


@pytest.mark.clause("RFC9068-2.2-1")
def test_a_password_is_exchanged_for_tokens(deployment, ask, clock):
    """RFC 6749 §4.3.3, RFC 9068 §2.2"""
    answer = ask()

    assert answer.status == 200
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    claims = claims_of(answer)
    assert len(claims.pop("jti")) >= 22
    assert claims == {
        "iss": "https://auth.example",
        "aud": "https://orders.example",
        "sub": "u_alice",
        "client_id": "c_legacy",
        "scope": "orders:read orders:write",
        "gid": deployment.grant()["gid"]["S"],
        "auth_time": int(clock()),
        "acr": "1",
        "roles": ["clerk"],
        "iat": int(clock()),
        "exp": int(clock()) + 900,
    }


@pytest.mark.clause("RFC9700-2.4-1")
@pytest.mark.advisory("CVE-2026-9792")
def test_the_grant_is_unsupported_where_it_is_switched_off(deployment, ask):
    """RFC 6749 §5.2"""
    deployment.change_settings(password_grant=False)

    assert ask().error == (400, "unsupported_grant_type")
    assert deployment.items("limits") == []


def test_the_grant_is_for_first_party_clients(deployment, legacy, ask):
    """RFC 9700 §2.4"""
    deployment.put_client(replace(legacy, first_party=False))

    assert ask().error == (400, "unauthorized_client")


@pytest.mark.advisory("CVE-2026-9792")
def test_the_grant_is_for_clients_that_are_registered_for_it(deployment, legacy, ask):
    """RFC 6749 §5.2"""
    deployment.put_client(replace(legacy, grant_types=("refresh_token",)))

    assert ask().error == (400, "unauthorized_client")


@pytest.mark.clause("RFC6749-4.3.2-5")
@pytest.mark.parametrize("name", ["username", "password"])
def test_name_and_password_must_be_there(ask, name):
    """RFC 6749 §4.3.2"""
    answer = ask(**{name: ""})

    assert answer.error == (400, "invalid_request")
    assert name in answer.json["error_description"]


@pytest.mark.clause("RFC6749-4.3.2-3")
def test_unknown_user_wrong_password_and_disabled_user_get_one_answer(deployment, ask, alice):
    """Nobody learns who has an account. RFC 6749 §5.2"""
    wrong, unknown, case = ask(password="wrong"), ask(username="bob"), ask(password="Correct horse battery staple")
    deployment.put_user(replace(alice, enabled=False))
    disabled = ask()

    assert wrong.error == (400, "invalid_grant")
    for answer in (unknown, case, disabled):
        assert (answer.status, answer.headers, answer.body) == (wrong.status, wrong.headers, wrong.body)


def test_a_password_of_a_user_who_was_deleted_is_not_good(deployment, ask):
    deployment.dynamodb.delete_item(TableName="directory", Key={"pk": {"S": "USER#u_alice"}, "sk": {"S": "USER"}})

    assert ask().error == (400, "invalid_grant")


def test_roles_restrict_what_is_granted(ask):
    """The client may ask for orders:admin, the clerk may not have it."""
    assert ask(scope="orders:admin orders:read").json["scope"] == "orders:read"
    assert ask(scope="orders:admin").error == (400, "invalid_scope")


def test_without_a_role_nothing_is_granted(deployment, ask, alice):
    deployment.put_user(replace(alice, roles=()))

    assert ask().error == (400, "invalid_scope")


def test_a_role_that_no_longer_exists_permits_nothing(deployment, ask, alice):
    deployment.put_user(replace(alice, roles=("gone",)))

    assert ask().error == (400, "invalid_scope")


def test_the_client_restricts_what_is_granted_too(deployment, legacy, ask):
    deployment.put_client(replace(legacy, scope=("orders:read",)))

    assert ask().json["scope"] == "orders:read"
    assert ask(scope="orders:write").error == (400, "invalid_scope")


def test_roles_name_those_with_permissions_in_this_audience(deployment, ask, alice):
    """RFC 9068 §2.2.3.1"""
    deployment.put_role(Role(name="admin", permissions=frozenset({"orders:admin", "stock:read"})))
    deployment.put_user(replace(alice, roles=("storeman", "clerk", "admin")))

    answer = ask(scope="orders:read")

    assert claims_of(answer)["roles"] == ["admin", "clerk"]


@pytest.mark.attack("ATK-183")
@pytest.mark.clause("RFC9700-4.14.2-1")
def test_a_client_that_may_not_refresh_gets_no_refresh_token(deployment, legacy, ask, clock):
    """RFC 6749 §1.5; its grant lives no longer than the access token."""
    deployment.put_client(replace(legacy, grant_types=("password",)))

    assert "refresh_token" not in ask().json
    assert int(deployment.grant()["absolute_expires_at"]["N"]) == int(clock()) + 900


@pytest.mark.parametrize("typed", ["ALICE", "Alice"])
def test_a_name_is_compared_without_case(ask, typed):
    """RFC 8265 §3.3"""
    assert ask(username=typed).status == 200


@pytest.mark.parametrize("typed", ["Zo\u00eb", "zoe\u0308", "ZOE\u0308"])
def test_a_name_is_one_in_every_composition(deployment, ask, alice, password_hash, typed):
    """RFC 8265 §3.3"""
    deployment.put_user(replace(alice, sub="u_zoe", username="zo\u00eb"), password_hash)

    assert claims_of(ask(username=typed))["sub"] == "u_zoe"


@pytest.mark.parametrize("typed", ["alice\0", "al\u0456ce", " alice", "alice\n", "\U0001d41a\U0001d425ice"])
def test_a_name_that_only_looks_like_it_is_another_one(ask, typed):
    assert ask(username=typed).error == (400, "invalid_grant")


@pytest.mark.parametrize("typed", ["x" * 255, "\U0001d160" * 254, "\U0001d1c0" * 254, "a" + "\u0345\u0300" * 4000])
def test_a_name_that_is_too_long_is_an_invalid_request(deployment, ask, typed):
    """Nothing that a caller sends may produce a 500: a key of DynamoDB has 2048 bytes at most."""
    assert ask(username=typed).error == (400, "invalid_request")
    assert deployment.items("limits") == []


def test_a_password_may_have_1024_bytes_and_no_more(ask, wire):
    """OWASP: a long one must not cost a hash."""
    assert ask(password="x" * 1024).error == (400, "invalid_grant")
    wire.clear()

    answer = ask(password="ü" * 513)

    assert answer.error == (400, "invalid_request")
    assert "password" in answer.json["error_description"]
    assert wire.calls == []


@pytest.mark.parametrize("odd", ["pässwörd \N{SNOWMAN}", "a&b=c%d+e", "nul\0inside"])
def test_a_password_is_taken_byte_for_byte(deployment, ask, alice, odd):
    from gatelet.accounts.password import PasswordHashing  # noqa: PLC0415 - the only test that makes hashes

    deployment.put_user(alice, PasswordHashing().hash(odd))

    assert ask(password=odd).status == 200
    assert ask(password=odd + " ").error == (400, "invalid_grant")
    assert ask(password=odd.partition("\0")[0] + "x").error == (400, "invalid_grant")


def test_a_public_first_party_client_may_use_it_too(deployment, browser, password):
    """RFC 6749 §4.3: the client is trusted with the password, not with a secret."""
    answer = deployment.token(browser, grant_type="password", username="alice", password=password)

    assert answer.status == 200
