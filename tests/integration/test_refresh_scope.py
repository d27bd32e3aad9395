"""What a refreshed token may do: never more than was granted, and what user and client may do now. RFC 6749 §6"""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role
from tests.integration.registered import ORDERS


@pytest.fixture
def refresh(deployment, legacy, secret):
    return lambda token, **form: deployment.refresh(legacy, secret, token, **form)


@pytest.fixture
def first(tokens) -> str:
    token: str = tokens["refresh_token"]
    return token


def claims_of(answer):
    return jwt.decode(answer.json["access_token"], options={"verify_signature": False})


@pytest.mark.attack("ATK-171")
@pytest.mark.clause("RFC6749-6-5")
def test_a_narrower_scope_narrows_the_access_token_and_not_the_grant(refresh, first):
    """RFC 6749 §6"""
    answer = refresh(first, scope="orders:read")

    assert answer.json["scope"] == claims_of(answer)["scope"] == "orders:read"
    assert refresh(answer.json["refresh_token"]).json["scope"] == "orders:read orders:write"


@pytest.mark.attack("ATK-170")
@pytest.mark.attack("ATK-179")
@pytest.mark.clause("RFC6749-6-4", "RFC9700-4.14.2-2")
@pytest.mark.parametrize("scope", ["orders:read orders:write", "orders:admin", "stock:read", "orders:read nothing"])
def test_a_wider_scope_is_refused_and_moves_nothing(deployment, refresh, sign_in, scope):
    """RFC 6749 §6"""
    first = sign_in(scope="orders:read")["refresh_token"]
    before = deployment.grant()

    assert refresh(first, scope=scope).error == (400, "invalid_scope")

    assert deployment.grant() == before
    assert refresh(first).status == 200


@pytest.mark.parametrize("scope", ['"', "orders:read  orders:write", "\\"])
def test_a_malformed_scope_moves_nothing(deployment, refresh, first, scope):
    before = deployment.grant()

    assert refresh(first, scope=scope).error == (400, "invalid_scope")
    assert deployment.grant() == before


@pytest.mark.clause("RFC9700-4.14.2-2")
def test_resource_may_only_repeat_what_was_granted(deployment, refresh, first):
    """RFC 8707 §2.2"""
    before = deployment.grant()
    assert refresh(first, resource="https://stock.example").error == (400, "invalid_target")
    assert refresh(first, resource="https://unknown.example").error == (400, "invalid_target")
    assert deployment.grant() == before

    assert claims_of(refresh(first, resource="https://orders.example"))["aud"] == "https://orders.example"


def test_changed_roles_take_effect(deployment, alice, refresh, first):
    """Roles are those of this moment, not of the sign-in."""
    deployment.put_role(Role(name="reader", permissions=frozenset({"orders:read"})))
    deployment.put_user(replace(alice, roles=("reader",)))

    answer = refresh(first)

    assert answer.json["scope"] == "orders:read"
    assert claims_of(answer)["roles"] == ["reader"]


@pytest.mark.clause("RFC6749-6-4")
def test_more_roles_do_not_widen_what_was_granted(deployment, alice, refresh, sign_in):
    first = sign_in(scope="orders:read")["refresh_token"]
    deployment.put_role(Role(name="boss", permissions=frozenset({"orders:read", "orders:write", "orders:admin"})))
    deployment.put_user(replace(alice, roles=("boss",)))

    assert refresh(first).json["scope"] == "orders:read"


def test_a_role_that_loses_a_permission_takes_it_from_its_users(deployment, refresh, first):
    deployment.put_role(Role(name="clerk", permissions=frozenset({"orders:write"})))

    assert refresh(first).json["scope"] == "orders:write"


@pytest.mark.attack("ATK-173")
def test_a_scope_that_the_client_lost_is_no_longer_granted(deployment, legacy, refresh, first):
    deployment.put_client(replace(legacy, scope=("orders:read",)))

    assert refresh(first).json["scope"] == "orders:read"


@pytest.mark.attack("ATK-173")
@pytest.mark.attack("ATK-179")
def test_asking_for_a_scope_that_the_client_lost_moves_nothing(deployment, legacy, refresh, first):
    """The client's own record says so before anything is written."""
    deployment.put_client(replace(legacy, scope=("orders:read",)))
    before = deployment.grant()

    assert refresh(first, scope="orders:write").error == (400, "invalid_scope")

    assert deployment.grant() == before


@pytest.mark.attack("ATK-179")
def test_asking_for_a_scope_that_the_roles_lost_moves_nothing(deployment, alice, refresh, first):
    deployment.put_role(Role(name="reader", permissions=frozenset({"orders:read"})))
    deployment.put_user(replace(alice, roles=("reader",)))
    before = deployment.grant()

    assert refresh(first, scope="orders:write").error == (400, "invalid_scope")

    assert deployment.grant() == before
    assert refresh(first).json["scope"] == "orders:read"


@pytest.mark.attack("ATK-179")
def test_asking_for_a_scope_that_the_api_dropped_moves_nothing(deployment, refresh, first):
    deployment.put_resource_server(replace(ORDERS, scopes={"orders:read": "See orders"}))
    before = deployment.grant()

    assert refresh(first, scope="orders:write").error == (400, "invalid_scope")

    assert deployment.grant() == before
    assert refresh(first).json["scope"] == "orders:read"


def test_a_grant_of_which_nothing_is_allowed_any_more_has_come_to_its_end(deployment, alice, refresh, tokens):
    """It was rotated and its successor is never handed out: better told now than taken for reuse later."""
    deployment.put_user(replace(alice, roles=()))

    assert refresh(tokens["refresh_token"]).error == (400, "invalid_grant")

    assert deployment.grant()["status"] == {"S": "revoked"}
    assert not deployment.authorize(tokens["access_token"])


def test_a_grant_for_an_api_that_is_gone_has_come_to_its_end(deployment, refresh, first):
    key = {"pk": {"S": "RESOURCE_SERVERS"}, "sk": {"S": "https://orders.example"}}
    deployment.dynamodb.delete_item(TableName="directory", Key=key)

    assert refresh(first).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "revoked"}


def test_a_changed_api_changes_lifetime_and_algorithm_of_the_next_token(deployment, refresh, first):
    deployment.put_resource_server(
        ResourceServer(
            identifier="https://orders.example",
            name="Orders",
            scopes={"orders:read": "See orders"},
            access_token_lifetime=60,
        )
    )

    answer = refresh(first)

    assert (answer.json["expires_in"], answer.json["scope"]) == (60, "orders:read")


@pytest.mark.advisory("GHSA-wv3h-x6c4-r867", "CVE-2023-22492")
def test_a_disabled_user_loses_the_grant(deployment, alice, refresh, tokens):
    deployment.put_user(replace(alice, enabled=False))

    assert refresh(tokens["refresh_token"]).error == (400, "invalid_grant")

    assert deployment.grant()["status"] == {"S": "revoked"}
    assert not deployment.authorize(tokens["access_token"])
    deployment.put_user(alice)
    assert refresh(tokens["refresh_token"]).error == (400, "invalid_grant")


def test_a_deleted_user_loses_the_grant(deployment, refresh, first):
    deployment.dynamodb.delete_item(TableName="directory", Key={"pk": {"S": "USER#u_alice"}, "sk": {"S": "USER"}})

    assert refresh(first).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "revoked"}
