"""One deadline for all calls of a request: no attempt starts that could end after it."""

from __future__ import annotations

from typing import Any

import pytest

from gatelet.aws.deadline import CALL_SHARES
from gatelet.aws.direct_connection import DirectConnection
from gatelet.aws.sdk_connection import SdkConnection
from gatelet.handlers.authorizer import CannotDecide
from gatelet.handlers.protected_api import CALL_SHARES as AUTHORIZER_SHARES

CONNECT, READ = 1, 2


class Stopwatch:
    """The monotonic time of a container, which passes while AWS does not answer."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time

    def takes(self, seconds: float):
        """Answer after some time."""

        def slow(send):
            self.time += seconds
            return send()

        return slow

    def hangs(self, send):
        """Do not answer at all, until the SDK gives up."""
        del send
        self.time += CONNECT + READ
        raise TimeoutError

    def does_it_and_hangs(self, send):
        send()
        self.time += CONNECT + READ
        raise TimeoutError

    def cannot_be_reached(self, send):
        del send
        self.time += CONNECT
        raise ConnectionRefusedError


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def hurry(deployment, stopwatch):
    """Give a function the deadline that it has on AWS."""

    def hurry(name: str, deadline: float = 8.0, shares: tuple[float, float] = CALL_SHARES) -> None:
        connect, read = shares
        container = deployment.api() if name == "authorizer" else deployment.server(name)
        container.connection = deployment.wire.connect(
            deadline=deadline, connect_share=connect, read_share=read, monotonic=stopwatch
        )

    return hurry


def test_a_request_is_answered_in_time_whatever_aws_does(deployment, legacy, secret, tokens, wire, stopwatch, hurry):
    hurry("/oauth2/token")
    began = stopwatch()
    wire.clear()
    wire.fail(stopwatch.hangs, lambda _call: True)

    answer = deployment.refresh(legacy, secret, tokens["refresh_token"])

    assert answer.error == (503, "temporarily_unavailable")
    assert stopwatch() - began <= 8
    assert wire.requests == 2


def test_an_attempt_that_could_end_too_late_is_not_made(deployment, legacy, secret, tokens, wire, stopwatch, hurry):
    """After 5.1 s of 8 a third of 3 s does not fit."""
    hurry("/oauth2/token")
    deployment.refresh(legacy, secret, "gr1_x")
    before = deployment.grant()
    wire.clear()
    wire.fail(stopwatch.takes(5.1), lambda call: call.position == 0)

    answer = deployment.refresh(legacy, secret, tokens["refresh_token"])

    assert answer.error == (503, "temporarily_unavailable")
    assert wire.requests == 1
    wire.clear()
    assert deployment.grant() == before


def test_what_just_fits_is_done(deployment, service, secret, wire, stopwatch, hurry):
    hurry("/oauth2/token")
    wire.clear()
    wire.fail(stopwatch.takes(4.9), lambda call: call.position == 0)

    assert deployment.token(service, secret, grant_type="client_credentials").status in {200, 503}
    assert wire.requests == 3


def test_every_request_has_a_deadline_of_its_own(deployment, service, secret, wire, stopwatch, hurry):  # noqa: ARG001 - it must be there
    hurry("/oauth2/token")
    for _ in range(5):
        stopwatch.time += 3600
        assert deployment.token(service, secret, grant_type="client_credentials").status == 200


def test_a_write_whose_answer_never_comes_is_made_up_for_by_the_clients_retry(
    deployment, legacy, secret, tokens, wire, stopwatch, hurry, clock
):
    """I7: the deadline passes, the answer is 503, and the same token gives the successor."""
    hurry("/oauth2/token")
    wire.fail(stopwatch.does_it_and_hangs, lambda call: call.name == "UpdateItem grants")
    assert deployment.refresh(legacy, secret, tokens["refresh_token"]).status == 503
    wire.clear()
    assert deployment.grant()["generation"] == {"N": "1"}
    clock.advance(2)

    assert deployment.refresh(legacy, secret, tokens["refresh_token"]).status == 200
    assert deployment.grant()["generation"] == {"N": "1"}


def test_three_attempts_at_most(deployment, legacy, secret, tokens, wire, stopwatch, hurry):
    hurry("/oauth2/token", deadline=80.0)
    wire.clear()
    wire.fail(stopwatch.cannot_be_reached, lambda _call: True)

    assert deployment.refresh(legacy, secret, tokens["refresh_token"]).status == 503
    assert wire.requests == 3


def test_a_warm_container_does_not_wait_long_for_secrets_manager(
    deployment, legacy, secret, tokens, wire, stopwatch, hurry, clock
):
    """ATK-403: its outage must not use up the time that DynamoDB needs."""
    hurry("/oauth2/token")
    token = deployment.refresh(legacy, secret, tokens["refresh_token"]).json["refresh_token"]
    clock.advance(300)
    wire.clear()
    wire.fail(stopwatch.hangs, lambda call: call.operation == "GetSecretValue")
    answers = [deployment.refresh(legacy, secret, token) for _ in range(2)]

    assert [answer.status for answer in answers][-1] == 200
    assert wire.requests < 10


def test_the_authorizer_decides_within_2_s_or_not_at_all(deployment, tokens, wire, stopwatch, hurry):
    hurry("authorizer", deadline=2.0, shares=AUTHORIZER_SHARES)
    began = stopwatch()

    def hangs(send):
        del send
        stopwatch.time += 0.8
        raise TimeoutError

    wire.fail(hangs, lambda call: call.name == "Query feed")
    with pytest.raises(CannotDecide):
        deployment.authorize(tokens["access_token"])

    assert stopwatch() - began <= 2


def test_an_authorizer_with_its_own_deadline_can_read_at_all(deployment, tokens, stopwatch, hurry):
    """One attempt must fit into it: keys, and an hour of the feed in fourteen pages of 40 ms."""
    hurry("authorizer", deadline=2.0, shares=AUTHORIZER_SHARES)
    deployment.wire.fail(stopwatch.takes(0.04), lambda _call: True)

    assert deployment.authorize(tokens["access_token"])


def test_keys_that_cannot_be_read_again_leave_the_time_to_read_the_feed(
    deployment, tokens, wire, stopwatch, hurry, clock
):
    """An old set will do, where an old list of revocations will not."""
    hurry("authorizer", deadline=2.0, shares=AUTHORIZER_SHARES)
    assert deployment.authorize(tokens["access_token"])
    clock.advance(300)
    wire.clear()

    def hangs(send):
        del send
        stopwatch.time += 0.8
        raise TimeoutError

    wire.fail(hangs, lambda call: call.name == "GetItem keys")

    assert deployment.authorize(tokens["access_token"])
    assert [call.attempts for call in wire.calls if call.name == "GetItem keys"] == [1]
    assert "Query feed" in wire.names


@pytest.mark.parametrize("connect", [DirectConnection, SdkConnection])
def test_timeouts_are_shares_of_the_deadline(connect, stopwatch):
    """Of 8 s: 1 s to connect, 2 s to read; of the authorizer's 2 s: half a second and 300 ms."""
    for deadline, shares, expected in ((8.0, CALL_SHARES, (1, 2)), (2.0, AUTHORIZER_SHARES, (0.5, 0.3))):
        connection = connect(deadline=deadline, connect_share=shares[0], read_share=shares[1], monotonic=stopwatch)
        given = connection._deadline
        assert (given.connect_timeout, given.read_timeout) == pytest.approx(expected)


def test_boto3_is_given_the_timeouts_and_three_attempts(stopwatch):
    config: Any = SdkConnection(deadline=8.0, monotonic=stopwatch)._config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries["total_max_attempts"] == 3
