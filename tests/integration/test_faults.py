"""AWS fails at every call of every operation: the answer says so, and a repeated request works. RFC 6749 §5.2"""

from __future__ import annotations

import contextlib
import json

import pytest

from tests.integration.aws_wire import (
    Killed,
    access_denied,
    answer_lost,
    at,
    from_,
    killed_after,
    killed_before,
    throttled,
    unreachable,
)
from tests.integration.stack import MotoState

TRANSIENT = {"throttled": throttled, "unreachable": unreachable}
ONCE = {"lost": answer_lost}


@pytest.fixture
def issue(deployment, service, secret):
    return lambda: deployment.token(service, secret, grant_type="client_credentials")


@pytest.fixture
def operations(deployment, legacy, secret, tokens, issue, clock):
    """Every operation by name: what must have happened before, and the request itself."""

    def refresh():
        return deployment.refresh(legacy, secret, tokens["refresh_token"])

    def nothing() -> None:
        pass

    def old_token() -> None:
        refresh()
        clock.advance(31)

    def password():
        return deployment.token(
            legacy, secret, grant_type="password", username="alice", password="correct horse battery staple"
        )

    return {
        "client_credentials": (nothing, issue),
        "password": (nothing, password),
        "refresh": (nothing, refresh),
        "refresh with scope": (
            nothing,
            lambda: deployment.refresh(legacy, secret, tokens["refresh_token"], scope="orders:read"),
        ),
        "retry": (refresh, refresh),
        "reuse": (old_token, refresh),
        "revoke refresh token": (nothing, lambda: deployment.revoke(legacy, secret, token=tokens["refresh_token"])),
        "revoke access token": (nothing, lambda: deployment.revoke(legacy, secret, token=tokens["access_token"])),
        "jwks": (nothing, lambda: deployment.request("/.well-known/jwks.json", method="GET")),
    }


OPERATIONS = [
    "client_credentials",
    "password",
    "refresh",
    "refresh with scope",
    "retry",
    "reuse",
    "revoke refresh token",
    "revoke access token",
    "jwks",
]


@pytest.fixture
def each_call(deployment, operations):
    """Give every call of an operation its turn, each time from the same state and in cold containers."""

    def each_call(name: str):
        prepare, request = operations[name]
        state, time = MotoState(), deployment.clock.time

        def begin() -> None:
            state.restore()
            deployment.clock.time = time
            deployment.wire.clear()
            prepare()
            deployment.restart()
            deployment.wire.clear()

        begin()
        request()
        for position in range(len(deployment.wire.calls)):
            begin()
            yield position, request

    return each_call


@pytest.mark.attack("ATK-395")
@pytest.mark.attack("ATK-396")
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_an_outage_from_any_call_on_is_temporary_and_never_the_clients_fault(wire, each_call, name, fault):
    """503 with Retry-After: whoever hears `invalid_grant` throws its tokens away."""
    for position, request in each_call(name):
        wire.fail(fault, from_(position))

        answer = request()

        assert answer.error == (503, "temporarily_unavailable"), position
        assert answer.headers["retry-after"] == "2"
        assert answer.cookies == []
        assert set(answer.json) == {"error", "error_description"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_call_that_is_refused_is_a_fault_of_ours_and_says_nothing(wire, each_call, name):
    """A missing privilege is no outage; it is logged by its code, and nothing is handed out."""
    for position, request in each_call(name):
        wire.fail(access_denied, at(position))

        answer = request()

        assert answer.status in {500, 503}, position
        assert answer.json["error"] in {"server_error", "temporarily_unavailable"}
        assert "AccessDenied" not in answer.body


@pytest.mark.attack("ATK-390")
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("fault", ONCE.values(), ids=ONCE)
def test_one_fault_at_any_call_is_repeated_by_the_sdk_and_nobody_notices(deployment, wire, each_call, name, fault):
    """A write whose answer was lost is seen again as a conflict: the attempt id knows it as our own."""
    for position, request in each_call(name):
        wire.fail(fault, at(position), times=1)

        answer = request()

        assert answer.status == (400 if name == "reuse" else 200), position
        assert wire.calls[position].attempts == 2
        _require_sound(deployment, name)


def _require_sound(deployment, name: str) -> None:
    """Whatever happened on the way: one rotation, at most, and a revoked grant is an announced one."""
    for item in deployment.items("grants"):
        if item["sk"]["S"] != "GRANT":
            continue
        assert int(item["generation"]["N"]) <= 1
        if item["status"]["S"] == "revoked":
            assert ("grant", item["gid"]["S"]) in deployment.events()
        else:
            assert name not in {"reuse", "revoke refresh token"}


@pytest.mark.attack("ATK-186")
@pytest.mark.attack("ATK-399")
@pytest.mark.parametrize(
    "fault", [killed_before, killed_after, answer_lost, throttled], ids=["before", "after", "lost", "throttled"]
)
def test_i7_a_refresh_that_died_anywhere_is_safe_to_repeat(deployment, legacy, secret, tokens, clock, fault):
    """The container ends, or the answer is a 5xx: two seconds later the same token gives the one successor. I7"""
    state, time = MotoState(), clock.time
    expected = deployment.refresh(legacy, secret, tokens["refresh_token"]).json["refresh_token"]
    state.restore()
    for position in range(7):
        state.restore()
        clock.time = time
        deployment.restart()
        deployment.wire.clear()
        deployment.wire.fail(fault, at(position))
        try:
            first = deployment.refresh(legacy, secret, tokens["refresh_token"])
        except Killed:
            pass
        else:
            assert first.status in {200, 503}
        deployment.wire.clear()
        deployment.restart()
        clock.advance(2)

        answer = deployment.refresh(legacy, secret, tokens["refresh_token"])

        assert answer.status == 200, position
        assert answer.json["refresh_token"] == expected
        assert deployment.grant()["generation"] == {"N": "1"}
        assert deployment.events() == []


@pytest.mark.attack("ATK-399")
@pytest.mark.parametrize("fault", [killed_before, killed_after], ids=["before", "after"])
def test_a_sign_in_that_died_anywhere_is_safe_to_repeat(deployment, legacy, secret, password, wire, fault):
    """A grant may be left behind that nobody holds a token of; its session lists it, so it can be ended."""
    for position in range(11):
        deployment.restart()
        wire.clear()
        wire.fail(fault, at(position))
        form = {"grant_type": "password", "username": "alice", "password": password}
        with pytest.raises(Killed):
            deployment.token(legacy, secret, **form)
        wire.clear()
        deployment.restart()
        deployment.clock.advance(60)
        assert deployment.token(legacy, secret, **form).status == 200, position

    listed = {gid for item in deployment.items("grants") if "grants" in item for gid in item["grants"]["SS"]}
    made = {item["gid"]["S"] for item in deployment.items("grants") if item["sk"]["S"] == "GRANT"}
    assert made <= listed


@pytest.mark.attack("ATK-399")
@pytest.mark.parametrize("fault", [killed_before, killed_after, throttled], ids=["before", "after", "throttled"])
@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_a_revocation_that_died_anywhere_is_safe_to_repeat(deployment, legacy, secret, tokens, wire, fault, kind):
    for position in range(4):
        deployment.restart()
        wire.clear()
        wire.fail(fault, at(position))
        with contextlib.suppress(Killed):
            assert deployment.revoke(legacy, secret, token=tokens[kind]).status in {200, 503}
        wire.clear()
        if deployment.grant()["status"]["S"] == "revoked":
            assert deployment.events()

    assert deployment.revoke(legacy, secret, token=tokens[kind]).status == 200
    deployment.clock.advance(5)
    assert not deployment.authorize(tokens["access_token"])


@pytest.mark.attack("ATK-396")
@pytest.mark.parametrize("call", [1, 2])
def test_reuse_whose_revocation_failed_is_revoked_by_the_next_one(
    deployment, legacy, secret, tokens, wire, clock, call
):
    """503 and not 400: or the thief would have won. ATK-396"""
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(31)
    wire.clear()
    wire.fail(throttled, at(call))
    assert deployment.refresh(legacy, secret, tokens["refresh_token"]).status == 503
    wire.clear()
    assert deployment.grant()["status"] == {"S": "active"}

    assert deployment.refresh(legacy, secret, tokens["refresh_token"]).error == (400, "invalid_grant")

    assert deployment.grant()["status"] == {"S": "revoked"}
    assert set(deployment.events()) == {("grant", deployment.grant()["gid"]["S"])}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.parametrize("call", ["UpdateItem limits", "GetItem credentials"])
def test_where_guesses_cannot_be_counted_none_is_looked_at(deployment, legacy, secret, password, wire, fault, call):
    """It fails closed: an outage of the counter must not be a time of free guesses."""
    deployment.refresh(legacy, secret, "gr1_x")
    wire.clear()
    wire.fail(fault, lambda made: made.name == call)

    answer = deployment.token(legacy, secret, grant_type="password", username="alice", password=password)

    assert answer.error == (503, "temporarily_unavailable")
    assert deployment.items("grants") == []
    assert call != "UpdateItem limits" or "GetItem credentials" not in wire.names


@pytest.mark.attack("ATK-390")
def test_a_lost_answer_of_the_counter_is_no_guess_too_many(deployment, legacy, secret, password, wire, clock):
    """Every write carries an attempt id: at the limit, our own write must not be taken for somebody's guess."""
    form = {"grant_type": "password", "username": "alice"}
    for _ in range(5):
        deployment.token(legacy, secret, password="wrong", **form)
    clock.advance(1)
    wire.clear()
    wire.fail(answer_lost, at(0), times=1)

    answer = deployment.token(legacy, secret, password=password, **form)

    assert wire.calls[0].name == "UpdateItem limits"
    assert answer.status == 200, answer.body


def test_an_error_of_ours_shows_no_detail(deployment, issue, log):
    """RFC 6749 §5.2: what went wrong is in the log, by type and place."""
    deployment.change_settings(signing_secret=None)

    answer = issue()

    assert answer.status == 500
    assert answer.json == {"error": "server_error", "error_description": "the request failed"}
    line = log.lines[-1]
    assert (line["outcome"], line["error"]) == ("failed", "SettingMissing")
    assert line["where"].startswith("aws/settings.py:")
    assert "GATELET" not in json.dumps(answer.json)
