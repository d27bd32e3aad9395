"""Where the authorizer cannot decide it raises: neither a bad token nor an open door. RFC 6750 §3.1"""

from __future__ import annotations

import pytest

from gatelet.handlers.authorizer import CannotDecide
from tests.integration.api_gateway import http_api_call, rest_request_call, rest_token_call
from tests.integration.aws_wire import access_denied, answer_lost, answers, internal_error, throttled, to, unreachable

FAULTS = [throttled, internal_error, unreachable, answer_lost, access_denied, answers(400, "ResourceNotFoundException")]
IDS = ["throttled", "internal error", "unreachable", "answer lost", "access denied", "no table"]


@pytest.fixture
def token(tokens) -> str:
    value: str = tokens["access_token"]
    return value


@pytest.mark.attack("ATK-053")
@pytest.mark.attack("ATK-057")
@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
@pytest.mark.parametrize("call", ["GetItem keys", "Query feed"])
def test_a_container_that_has_never_read_cannot_decide(deployment, token, wire, fault, call):
    wire.fail(fault, to(call))
    header = f"Bearer {token}"

    for event in (
        http_api_call({"authorization": header}),
        rest_token_call(header),
        rest_request_call({"authorization": header}),
    ):
        with pytest.raises(CannotDecide):
            deployment.decide(event)


@pytest.mark.parametrize("call", ["GetItem keys", "Query feed"])
def test_it_decides_as_soon_as_it_can_read(deployment, token, wire, call):
    wire.fail(throttled, to(call))
    with pytest.raises(CannotDecide):
        deployment.authorize(token)
    wire.clear()

    assert deployment.authorize(token)


@pytest.mark.attack("ATK-053")
@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_an_outage_of_the_feed_is_borne_for_60_s_and_no_longer(deployment, token, wire, clock, fault):
    assert deployment.authorize(token)
    wire.fail(fault, to("Query feed"))
    for _ in range(59):
        clock.advance(1)
        assert deployment.authorize(token)

    clock.advance(1)

    with pytest.raises(CannotDecide):
        deployment.authorize(token)
    wire.clear()
    clock.advance(5)
    assert deployment.authorize(token)


@pytest.mark.attack("ATK-053")
@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_an_outage_of_the_feed_is_an_alarm(deployment, token, wire, clock, capsys, fault):
    deployment.authorize(token)
    wire.fail(fault, to("Query feed"))
    clock.advance(5)
    capsys.readouterr()

    deployment.authorize(token)

    assert '"FeedUnread"' in capsys.readouterr().out


def test_a_feed_that_fails_is_not_asked_more_often_than_one_that_works(deployment, token, wire, clock):
    deployment.authorize(token)
    wire.clear()
    wire.fail(throttled, to("Query feed"))
    for _ in range(10):
        clock.advance(1)
        deployment.authorize(token)

    assert len(wire.calls) == 2


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_sensitive_route_bears_no_outage(deployment, token, wire, fault):
    deployment.authorize(token)
    wire.fail(fault, to("Query feed"))

    assert deployment.authorize(token, "GET /orders")
    with pytest.raises(CannotDecide):
        deployment.authorize(token, "DELETE /orders")


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_keys_that_cannot_be_read_again_are_kept(deployment, token, wire, clock, fault):
    """A key that must not be used any more is revoked through the feed."""
    deployment.authorize(token)
    clock.advance(300)
    wire.fail(fault, to("GetItem keys"))

    assert deployment.authorize(token)


def test_a_half_read_feed_is_an_unread_one(deployment, token, wire):
    """Of a cold start's partitions one fails: what it held is unknown."""
    seen = []

    def fail_third(call) -> bool:
        seen.append(call.position)
        return call.name == "Query feed" and len(set(seen)) == 4

    wire.clear()
    wire.fail(throttled, fail_third)

    with pytest.raises(CannotDecide):
        deployment.authorize(token)


def test_a_cold_start_that_took_two_attempts_knows_what_happened_between_them(
    deployment, legacy, secret, tokens, wire, clock
):
    """I4: the part that was read first is a minute old by then."""
    clock.advance(100)
    wire.clear()
    wire.fail(throttled, lambda call: call.position == 5)
    with pytest.raises(CannotDecide):
        deployment.authorize(tokens["access_token"])
    wire.clear()
    clock.advance(1)
    assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200
    clock.advance(49)

    assert not deployment.authorize(tokens["access_token"])


@pytest.mark.parametrize("setting", [{"routes": "not json"}, {"routes": None}, {"audience": None}, {"issuer": None}])
def test_a_function_without_its_settings_lets_nobody_in(deployment, token, setting):
    deployment.change_settings(**setting)

    with pytest.raises(CannotDecide):
        deployment.authorize(token)


def test_a_bad_token_is_refused_even_where_nothing_can_be_decided_about_a_good_one(deployment, wire):
    """Its form is wrong, whatever the keys are."""
    wire.fail(throttled, lambda _call: True)

    assert deployment.decide(http_api_call({"authorization": "Bearer x"})) == {"isAuthorized": False}


def test_the_reason_is_in_the_log_and_not_in_the_exception(deployment, token, wire, log):
    """What an authorizer raises may end up in an answer."""
    wire.fail(throttled, to("GetItem keys"))

    with pytest.raises(CannotDecide) as raised:
        deployment.authorize(token)

    assert str(raised.value) == ""
    assert raised.value.__cause__ is None
    assert log.lines[-1]["status"] == 500
    assert log.lines[-1]["error"] == "TemporarilyUnavailable"
