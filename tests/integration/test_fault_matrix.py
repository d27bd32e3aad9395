"""Every operation of every handler, with every fault at every call that leaves the process. RFC 6749 §5.2"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.integration.aws_wire import (
    Killed,
    answer_lost,
    at,
    from_,
    internal_error,
    killed_after,
    killed_before,
    throttled,
)
from tests.integration.operations import browser, clients
from tests.integration.registered import ORDERS, WEB
from tests.integration.stage import Apart, Stage, require_sound, with_quick_passwords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.api_gateway import Answer
    from tests.integration.deployment import Deployment
    from tests.integration.operations.operation import Operation

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        clients.ClientCredentials, clients.Password, clients.Redemption, clients.Refresh, clients.NarrowedRefresh,
        clients.HonestRetry, clients.Reuse, clients.RefreshTokenRevocation, clients.AccessTokenRevocation,
        clients.Introspection, clients.RefreshTokenIntrospection, clients.UserInfo, clients.Authorizer, clients.KeySet,
        browser.LoginPage, browser.Login, browser.SecondLogin, browser.ConsentPage, browser.Consent, browser.Logout,
        browser.LogoutByHint, browser.EndOfEverything, browser.RemovalOfApplication, browser.ChangeOfPassword,
    )
}  # fmt: skip
ONCE = {"lost once": answer_lost, "internal error once": internal_error}
FOR_GOOD = {"lost": answer_lost, "throttled": throttled}
COLD = ["Refresh", "RefreshTokenRevocation", "RefreshTokenIntrospection", "Consent", "LogoutByHint"]
"""Of the operations that are tried in warm containers: one for whatever a function reads at first."""


class Rehearsal:
    """An operation that is about to be sent, and a container for its repetition."""

    def __init__(self, deployment: Deployment, name: str) -> None:
        stack = with_quick_passwords(deployment)
        stack.put_client(WEB)
        stack.put_resource_server(replace(ORDERS, introspection_client_id="c_service"))
        self.operation: Operation = OPERATIONS[name](stack)
        self.stage = Stage(stack)
        self._repeating = self._warm()

    def _warm(self) -> Apart:
        containers = self.stage.containers()
        self._send(containers)
        return containers

    def _send(self, containers: Apart) -> Answer:
        self.stage.begin()
        return self.operation.send(containers)

    def turns(self, *, cold: bool, only_last: bool = False) -> Iterator[tuple[int, Apart]]:
        """Give each call its turn; of a row of calls that are alike, the first and the last."""
        containers = self.stage.containers() if cold else self._warm()
        answer = self._send(containers)
        names = ["", *containers.wire.names, ""]
        self.operation.require_done(containers, answer)
        require_sound(containers)
        for position, row in enumerate(zip(names, names[1:], names[2:], strict=False)):
            if len(set(row)) > 1 and (position == len(names) - 3 or not only_last):
                self.stage.begin()
                yield position, self.stage.containers() if cold else containers

    def repeat(self) -> None:
        """Send the request anew, elsewhere, when all is well again."""
        containers, operation = self._repeating, self.operation
        if operation.is_cold:
            containers = self.stage.containers()
        containers.wire.clear()
        require_sound(containers)
        containers.clock.advance(2)
        expected = operation.answers_to_repetition(containers)

        answer = operation.send(containers)

        assert answer.status in expected, answer.body
        operation.require_done(containers, answer)
        require_sound(containers)


@pytest.fixture(scope="module")
def rehearsed(stacks, moto):
    """Return each operation with what comes before it, which is done once."""
    done: dict[str, Rehearsal] = {}

    def rehearsed(name):
        if name not in done:
            done[name] = Rehearsal(stacks(("ES256",), moto), name)
        return done[name]

    return rehearsed


def each_operation(test):
    """Let a test try every operation in the containers in which it calls somebody."""
    warm = [(name, False) for name, operation in OPERATIONS.items() if not operation.is_cold]
    cold = [(name, True) for name, operation in OPERATIONS.items() if operation.is_cold or name in COLD]
    names = [f"{name}{'-cold' * is_cold}" for name, is_cold in (*warm, *cold)]
    return pytest.mark.parametrize(("name", "cold"), [*warm, *cold], ids=names)(test)


def require_honest(answer, operation):
    """Require that an outage is told as one. RFC 6749 §5.2, RFC 9110 §15.6.4"""
    assert answer.status in {500, 503}, answer.body
    if answer.headers.get("content-type", "").startswith("application/json"):
        assert answer.error == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"] == "2"
    assert answer.status == 503 or operation is clients.Authorizer
    assert answer.cookies == []


@pytest.mark.attack("ATK-395")
@pytest.mark.attack("ATK-396")
@each_operation
@pytest.mark.parametrize("fault", FOR_GOOD.values(), ids=FOR_GOOD)
def test_an_outage_is_told_as_one_and_the_request_may_be_repeated(rehearsed, name, cold, fault):
    """Never `invalid_grant`, never inactive, never a success that was none."""
    rehearsal = rehearsed(name)
    for position, containers in rehearsal.turns(cold=cold):
        containers.wire.fail(fault, from_(position))

        answer = rehearsal.operation.send(containers)

        if answer.status in rehearsal.operation.answers:
            containers.wire.clear()
            rehearsal.operation.require_done(containers, answer)
        else:
            require_honest(answer, type(rehearsal.operation))
            rehearsal.repeat()


@pytest.mark.attack("ATK-390")
@each_operation
@pytest.mark.parametrize("fault", ONCE.values(), ids=ONCE)
def test_a_single_fault_is_made_good(rehearsed, name, cold, fault):
    """A write whose answer was lost is repeated and met again: it counts once."""
    rehearsal = rehearsed(name)
    for position, containers in rehearsal.turns(cold=cold):
        containers.wire.fail(fault, at(position), times=1)

        answer = rehearsal.operation.send(containers)

        containers.wire.clear()
        assert answer.status in rehearsal.operation.answers, position
        rehearsal.operation.require_done(containers, answer)
        require_sound(containers)


@pytest.mark.attack("ATK-399")
@each_operation
def test_a_container_that_dies_leaves_what_can_be_gone_on_with(rehearsed, name, cold):
    """The client hears nothing and repeats its request. What comes after one call comes before the next."""
    rehearsal = rehearsed(name)
    for fault in (killed_before, killed_after):
        for position, containers in rehearsal.turns(cold=cold, only_last=fault is killed_after):
            containers.wire.fail(fault, at(position))
            with pytest.raises(Killed):
                rehearsal.operation.send(containers)
            rehearsal.repeat()
