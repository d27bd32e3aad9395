"""What one call costs: every request that leaves a warm process is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.accounts.password import PasswordHashing
from tests.integration.aws_wire import throttled, to
from tests.integration.tokens import OurKey, claims_of

ROTATE = {"action": "rotate", "secret": "grant"}


@pytest.fixture
def refresh(deployment, legacy, secret):
    return lambda token, **form: deployment.refresh(legacy, secret, token, **form)


@pytest.fixture
def warm(deployment, legacy, service, secret, tokens, refresh, clock, wire):
    """Let every container remember what it may, away from the edge of a partition of the feed; then count from 0."""
    clock.advance(100)
    deployment.token(service, secret, grant_type="client_credentials")
    refresh("gr1_x")
    deployment.token(legacy, secret, grant_type="password", username="nobody", password="x")
    deployment.revoke(legacy, secret, token="gr1_x")
    deployment.revoke(legacy, secret, token=OurKey(deployment).token({"kid": "x"}))
    deployment.authorize(tokens["access_token"])
    for path in ("/.well-known/openid-configuration", "/.well-known/jwks.json"):
        deployment.request(path, method="GET")
    wire.clear()
    return wire


def test_client_credentials_costs_nothing(deployment, service, secret, warm):
    for _ in range(10):
        assert deployment.token(service, secret, grant_type="client_credentials").status == 200

    assert warm.names == []


def test_a_refresh_is_one_write_and_one_read_of_the_user(refresh, tokens, warm):
    assert refresh(tokens["refresh_token"]).status == 200

    assert warm.names == ["UpdateItem grants", "GetItem directory"]
    assert warm.calls[1].parameters["Key"]["pk"] == {"S": "USER#u_alice"}


def test_an_honest_retry_costs_the_same(refresh, tokens, warm):
    refresh(tokens["refresh_token"])
    warm.clear()

    assert refresh(tokens["refresh_token"]).status == 200

    assert warm.names == ["UpdateItem grants", "GetItem directory"]


def test_a_narrower_scope_is_checked_before_the_write(refresh, tokens, warm):
    """What its condition cannot express is read first: the grant, and what the user may do."""
    assert refresh(tokens["refresh_token"], scope="orders:read").status == 200

    assert warm.names == ["GetItem grants", "GetItem directory", "UpdateItem grants", "GetItem directory"]


def test_reuse_is_one_failed_write_one_event_and_one_write(refresh, tokens, warm, clock):
    refresh(tokens["refresh_token"])
    clock.advance(31)
    warm.clear()

    assert refresh(tokens["refresh_token"]).status == 400

    assert warm.names == ["UpdateItem grants", "PutItem feed", "UpdateItem grants"]


def test_a_revoked_grant_costs_one_failed_write(refresh, deployment, legacy, secret, tokens, warm):
    deployment.revoke(legacy, secret, token=tokens["refresh_token"])
    warm.clear()

    assert refresh(tokens["refresh_token"]).status == 400

    assert warm.names == ["UpdateItem grants"]


def test_a_sign_in_by_password_counts_checks_and_writes(deployment, legacy, secret, password, warm):
    answer = deployment.token(legacy, secret, grant_type="password", username="alice", password=password)

    assert answer.status == 200
    assert sorted(warm.names) == sorted(
        [
            "UpdateItem limits",
            "GetItem credentials",
            "GetItem directory",
            "UpdateItem limits",
            "PutItem grants",
            "PutItem grants",
        ]
    )
    assert warm.names[0] == "UpdateItem limits"
    assert warm.names[-1] == "PutItem grants"


def test_a_hash_of_other_parameters_costs_one_write_once(deployment, alice, legacy, secret, password, warm):
    deployment.put_user(alice, PasswordHashing(memory_cost=8, time_cost=1).hash(password))
    for writes in (1, 0):
        warm.clear()
        deployment.token(legacy, secret, grant_type="password", username="alice", password=password)
        assert warm.names.count("UpdateItem credentials") == writes


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_a_wrong_password_is_counted_and_looked_up(deployment, legacy, secret, warm, username):
    deployment.token(legacy, secret, grant_type="password", username=username, password="wrong")

    assert warm.names == ["UpdateItem limits", "GetItem credentials"]


def test_revoking_a_refresh_token_is_one_event_and_one_write(deployment, legacy, secret, tokens, warm):
    assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200

    assert [name for name in warm.names if "limits" not in name] == ["PutItem feed", "UpdateItem grants"]


def test_revoking_an_access_token_is_one_event(deployment, legacy, secret, tokens, warm):
    assert deployment.revoke(legacy, secret, token=tokens["access_token"]).status == 200

    assert [name for name in warm.names if "limits" not in name] == ["PutItem feed"]


@pytest.mark.attack("ATK-175")
@pytest.mark.parametrize("token", ["gr1_x", "gr1_", "gc1_" + "A" * 96, "x", "a.b.c"])
def test_what_is_forged_or_malformed_costs_nothing(deployment, legacy, secret, refresh, warm, token):
    refresh(token)
    deployment.revoke(legacy, secret, token=token)
    deployment.authorize(token)

    assert warm.names == []


def test_another_clients_tokens_cost_nothing(deployment, legacy, secret, tokens, warm):
    other = replace(legacy, client_id="c_other")
    containers = dict(deployment._containers)
    deployment.put_client(other)
    deployment._containers = containers
    deployment.refresh(other, secret, "gr1_x")
    deployment.revoke(other, secret, token="gr1_x")
    warm.clear()

    deployment.refresh(other, secret, tokens["refresh_token"])
    deployment.revoke(other, secret, token=tokens["refresh_token"])
    deployment.revoke(other, secret, token=tokens["access_token"])

    assert warm.names == []


def test_a_wrong_client_secret_reads_nothing(deployment, legacy, warm):
    """What is counted after a failure is one write at most; see the limits."""
    deployment.refresh(legacy, "wrong", "gr1_x")

    assert {call.target for call in warm.calls} <= {"limits"}
    assert len(warm.calls) <= 1


def test_the_authorizer_costs_nothing_between_two_reads_of_the_feed(deployment, tokens, warm, clock):
    for _ in range(40):
        clock.advance(0.12)
        assert deployment.authorize(tokens["access_token"])
        assert not deployment.authorize("x.y.z")
        assert not deployment.authorize(tokens["access_token"], "DELETE /nothing")

    assert warm.names == []


def test_the_authorizer_reads_the_feed_once_in_5_s_and_the_keys_once_in_300_s(deployment, tokens, warm, clock):
    for _ in range(180):
        clock.advance(1)
        assert deployment.authorize(tokens["access_token"])

    assert set(warm.names) == {"Query feed"}
    assert len(warm.calls) == 36

    warm.clear()
    clock.advance(125)
    for _ in range(4):
        clock.advance(1)
        deployment.authorize(tokens["access_token"])
    assert warm.names.count("GetItem keys") == 1


def test_a_cold_authorizer_reads_the_keys_once_and_an_hour_of_the_feed(deployment, tokens, wire, clock):
    """Thirteen or fourteen partitions of five minutes, each by its key: no scan."""
    clock.advance(100)
    wire.clear()
    deployment.authorize(tokens["access_token"], container="authorizer-cold")

    assert wire.names[0] == "GetItem keys"
    assert set(wire.names[1:]) == {"Query feed"}
    assert len(wire.names) <= 15


def test_the_public_documents_cost_one_read_in_300_s(deployment, warm, clock):
    def ask() -> None:
        for path in (
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/.well-known/jwks.json",
        ):
            assert deployment.request(path, method="GET", container="metadata").status == 200

    ask()
    warm.clear()
    for _ in range(5):
        ask()
    assert warm.names == []
    clock.advance(300)
    for _ in range(5):
        ask()
    assert warm.names == ["GetItem keys"]


@pytest.mark.attack("ATK-405")
def test_a_cold_container_reads_each_secret_once(deployment, service, secret, tokens, legacy, wire):
    deployment.restart()
    wire.clear()
    for _ in range(3):
        deployment.token(service, secret, grant_type="client_credentials")
        deployment.refresh(legacy, secret, tokens["refresh_token"])

    assert wire.names.count("GetSecretValue signing_secret") == 1
    assert wire.names.count("GetSecretValue grant_secret") == 1


def test_client_credentials_needs_the_signing_secret_alone(deployment, service, secret, wire):
    deployment.restart()
    wire.clear()
    deployment.token(service, secret, grant_type="client_credentials")

    assert sorted(wire.names) == ["GetItem directory", "GetSecretValue signing_secret", "Query directory"]


def test_the_signing_secret_is_read_once_in_60_s_and_the_grant_secret_once_in_300_s(
    deployment, service, legacy, secret, warm, clock
):
    for _ in range(600):
        clock.advance(1)
        deployment.token(service, secret, grant_type="client_credentials")
    assert warm.names.count("GetSecretValue signing_secret") == 10
    assert warm.names.count("GetSecretValue grant_secret") == 0

    warm.clear()
    for _ in range(60):
        clock.advance(10)
        deployment.refresh(legacy, secret, "gr1_x")
    assert warm.names.count("GetSecretValue grant_secret") == 2


def test_a_secret_that_cannot_be_read_is_not_asked_for_more_often(deployment, service, secret, warm, clock):
    clock.advance(60)
    warm.fail(throttled, to("GetSecretValue"))
    for _ in range(59):
        assert deployment.token(service, secret, grant_type="client_credentials").status == 200
        clock.advance(1)

    assert warm.names.count("GetSecretValue signing_secret") == 1


def test_a_clients_record_is_read_once_in_60_s(deployment, service, secret, warm, clock):
    for _ in range(120):
        clock.advance(1)
        deployment.token(service, secret, grant_type="client_credentials")

    reads = [call for call in warm.calls if call.name == "GetItem directory"]
    assert len(reads) == 2
    assert {call.parameters["Key"]["pk"]["S"] for call in reads} == {"CLIENT#c_service"}


@pytest.mark.attack("ATK-398")
def test_every_read_is_strongly_consistent(deployment, legacy, secret, sign_in, wire):
    """An older answer could let a revoked grant live."""
    deployment.restart()
    wire.clear()
    tokens = sign_in()
    deployment.refresh(legacy, secret, tokens["refresh_token"], scope="orders:read")
    deployment.revoke(legacy, secret, token=tokens["access_token"])
    deployment.authorize(tokens["access_token"], "DELETE /orders")
    deployment.request("/.well-known/jwks.json", method="GET")

    reads = [call for call in wire.calls if call.operation in {"GetItem", "Query", "Scan", "BatchGetItem"}]
    assert {call.target for call in reads} == {"directory", "credentials", "grants", "keys", "feed"}
    assert all(call.parameters.get("ConsistentRead") is True for call in reads)
    assert not any("IndexName" in call.parameters for call in reads)
    assert not any(call.operation in {"Scan", "TransactWriteItems", "TransactGetItems"} for call in wire.calls)


def test_each_function_touches_its_own_tables_and_secrets_alone(deployment, service, legacy, secret, sign_in, wire):
    """What the privileges of its role will be."""
    tokens = sign_in()

    def touched(*requests) -> set[str]:
        deployment.restart()
        wire.clear()
        for request in requests:
            request()
        return {f"{call.operation} {call.target}" for call in wire.calls}

    token = touched(
        lambda: deployment.token(service, secret, grant_type="client_credentials"),
        lambda: deployment.refresh(legacy, secret, tokens["refresh_token"]),
    )
    assert token == {
        "GetItem directory",
        "Query directory",
        "UpdateItem grants",
        "GetSecretValue signing_secret",
        "GetSecretValue grant_secret",
    }
    revoke = touched(lambda: deployment.revoke(legacy, secret, token=tokens["access_token"]))
    assert revoke - {"UpdateItem limits"} == {
        "GetItem directory",
        "GetItem keys",
        "PutItem feed",
        "GetSecretValue grant_secret",
    }
    metadata = touched(lambda: deployment.request("/.well-known/jwks.json", method="GET"))
    assert metadata == {"GetItem keys"}
    assert touched(lambda: deployment.authorize(tokens["access_token"])) == {"GetItem keys", "Query feed"}


def test_an_event_of_the_feed_is_put_and_never_changed(deployment, legacy, secret, tokens, warm):
    """Its writers may PutItem and nothing else there."""
    deployment.revoke(legacy, secret, token=tokens["refresh_token"])
    deployment.revoke(legacy, secret, token=tokens["access_token"])

    assert {call.operation for call in warm.calls if call.target == "feed"} == {"PutItem"}
    assert {kind for kind, _ in deployment.events()} == {"grant", "token"}
    assert deployment.events()[1][1] == claims_of(tokens["access_token"])["jti"]
