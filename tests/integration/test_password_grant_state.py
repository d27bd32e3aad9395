"""What a sign-in by password leaves in the tables. RFC 6749 §4.3"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatelet.accounts.password import PasswordHashing

DAY = 86_400


def items_of(deployment, kind: str) -> Any:
    return [item for item in deployment.items("grants") if item["sk"]["S"].startswith(kind)]


def test_the_grant_is_active_with_its_expiries(deployment, sign_in, clock):
    sign_in(scope="orders:read")
    now = int(clock())

    grant = deployment.grant()

    assert grant["status"] == {"S": "active"}
    assert grant["generation"] == {"N": "0"}
    assert grant["client_id"] == {"S": "c_legacy"}
    assert grant["sub"] == {"S": "u_alice"}
    assert grant["scope"] == {"L": [{"S": "orders:read"}]}
    assert grant["audience"] == {"S": "https://orders.example"}
    assert int(grant["idle_expires_at"]["N"]) == now + 14 * DAY
    assert int(grant["absolute_expires_at"]["N"]) == now + 90 * DAY
    assert int(grant["ttl"]["N"]) > now + 90 * DAY
    assert grant["shape"] == {"N": "1"}


def test_the_grant_hangs_on_a_session_of_its_own(deployment, sign_in):
    """So that ending everything of a user is a query by key."""
    sign_in()
    sign_in()

    sessions, grants = items_of(deployment, "SESSION#"), items_of(deployment, "GRANT")

    assert {session["pk"]["S"] for session in sessions} == {"SUBJECT#u_alice"}
    assert len({session["session_id"]["S"] for session in sessions}) == 2
    assert {session["session_id"]["S"]: session["grants"]["SS"] for session in sessions} == {
        grant["session_id"]["S"]: [grant["gid"]["S"]] for grant in grants
    }
    assert all(session["expires_at"] == grants[0]["absolute_expires_at"] for session in sessions)


def test_nothing_is_written_for_a_wrong_password(deployment, legacy, secret):
    deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")

    assert deployment.items("grants") == []


def test_a_hash_of_other_parameters_is_replaced_at_sign_in(deployment, alice, sign_in, password):
    """OWASP: parameters grow with the years."""
    outdated = PasswordHashing(memory_cost=8, time_cost=1)
    deployment.put_user(alice, outdated.hash(password))

    sign_in()

    (item,) = deployment.items("credentials")
    assert item["password_hash"]["S"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert item["sub"] == {"S": "u_alice"}
    sign_in()
    assert deployment.items("credentials") == [item]


def test_a_wrong_password_replaces_no_hash(deployment, alice, legacy, secret, password):
    stored = PasswordHashing(memory_cost=8, time_cost=1).hash(password)
    deployment.put_user(alice, stored)

    deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")

    assert deployment.items("credentials")[0]["password_hash"] == {"S": stored}


def test_a_password_changed_during_the_sign_in_is_not_overwritten(deployment, alice, sign_in, password, wire):
    """The hash is replaced on condition that it is the one that was checked."""
    deployment.put_user(alice, PasswordHashing(memory_cost=8, time_cost=1).hash(password))

    def change_first(send):
        deployment.put_user(alice, "$argon2id$changed")
        return send()

    wire.fail(change_first, lambda call: call.name == "UpdateItem credentials", times=1)
    sign_in()

    assert deployment.items("credentials")[0]["password_hash"] == {"S": "$argon2id$changed"}


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=1", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_stored_hash_that_cannot_be_read_matches_nothing(deployment, alice, legacy, secret, stored):
    """It is not a 500 either."""
    deployment.put_user(alice, stored)

    for password in ("x", stored or "y"):
        answer = deployment.token(legacy, secret, grant_type="password", username="alice", password=password)
        assert answer.error == (400, "invalid_grant")


def test_a_user_who_was_renamed_keeps_the_subject(deployment, alice, legacy, secret, password, password_hash):
    """`sub` is never the name."""
    deployment.put_user(replace(alice, username="alicia"), password_hash)

    answer = deployment.token(legacy, secret, grant_type="password", username="alicia", password=password)

    assert answer.status == 200
    assert deployment.grant()["sub"] == {"S": "u_alice"}
