"""One state of a stack that is put back before each attempt, and containers of its own for whoever needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

from gatelet.accounts.password import PasswordHashing
from tests.integration.deployment import Deployment
from tests.integration.registered import ALICE, PASSWORD
from tests.integration.stack import ACCOUNT, REGION, MotoState

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.handlers.server import Server

QUICK = PasswordHashing(memory_cost=8, time_cost=1)
"""Thousands of sign-ins: what they cost is not the point here."""


class Apart(Deployment):
    """The same stack, seen from containers that nobody else uses; its tables are read without a call."""

    def __init__(self, deployment: Deployment) -> None:
        vars(self).update(vars(deployment), _containers={}, _authorizers={})

    def server(self, name: str, clock: Callable[[], float] | None = None) -> Server:
        server = super().server(name, clock)
        server.hashing = QUICK
        return server

    def items(self, name: str) -> list[dict[str, Any]]:
        ranges = get_backend("dynamodb")[ACCOUNT][REGION].tables[name].items.values()
        return [item.to_json()["Attributes"] for items in ranges for item in items.values()]


class Stage:
    """A stack as it stood when the stage was set."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.set()

    def set(self) -> None:
        """Let every attempt begin as everything is now."""
        self._state, self._time = MotoState(), self._deployment.clock.time

    def begin(self) -> None:
        """Put everything back; containers go on knowing what they know."""
        self._state.restore()
        self._deployment.clock.time = self._time
        self._deployment.wire.clear()

    def containers(self) -> Apart:
        """Return the stack with cold containers."""
        return Apart(self._deployment)


def with_quick_passwords(deployment: Deployment) -> Apart:
    """Let alice's password be hashed at next to no cost."""
    deployment.put_user(ALICE, QUICK.hash(PASSWORD))
    return Apart(deployment)


def grant_items(deployment: Deployment) -> list[dict[str, Any]]:
    """Return the grants as they stand in the table; one that was ended on its way has nothing but its end."""
    return [item for item in deployment.items("grants") if item["sk"]["S"] == "GRANT" and "gid" in item]


def session_items(deployment: Deployment) -> list[dict[str, Any]]:
    """Return the sessions as they stand in the table."""
    return [item for item in deployment.items("grants") if item["sk"]["S"].startswith("SESSION#")]


def require_sound(deployment: Deployment) -> None:
    """Require what holds of the tables at any moment: a revoked grant is announced, any other one can be found."""
    events, sessions = deployment.events(), str(session_items(deployment))
    for item in grant_items(deployment):
        gid = item["gid"]["S"]
        if item["status"]["S"] == "revoked":
            assert ("grant", gid) in events
        else:
            assert gid in sessions
