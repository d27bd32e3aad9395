"""The server that the machine drives: requests, faults on their way, and what then stands in the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.oauth.errors import TemporarilyUnavailable
from tests.integration.api_gateway import basic
from tests.integration.aws_wire import Killed, answer_lost, at, from_, internal_error, killed_after, killed_before
from tests.integration.aws_wire import throttled as throttled_
from tests.integration.registered import SECRET, SERVICE
from tests.integration.stage import grant_items
from tests.integration.state_machine.model import State
from tests.integration.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.stage import Stage

FAULTS = {
    "lost once": (answer_lost, at, 1),
    "throttled once": (throttled_, at, 1),
    "lost": (answer_lost, from_, None),
    "throttled": (throttled_, from_, None),
    "internal error": (internal_error, from_, None),
    "killed before": (killed_before, at, None),
    "killed after": (killed_after, at, None),
}


class Fault(NamedTuple):
    """One fault, and the call that it hits."""

    name: str
    position: int


class World:
    """One stack, alice's browser, and everything secret that was ever handed out."""

    def __init__(self, stage: Stage) -> None:
        stage.begin()
        self.stack = stage.containers()
        self.browser = Visitor(self.stack)
        self.secrets: set[str] = set()

    @property
    def now(self) -> int:
        return int(self.stack.clock())

    def attempt(self, request: Callable[[], Any], fault: Fault | None) -> Any:
        """Send a request on whose way something may go wrong; None where it was not answered, or with an outage."""
        wire = self.stack.wire
        wire.clear()
        if fault is not None:
            breakage, when, times = FAULTS[fault.name]
            wire.fail(breakage, when(fault.position), times=times)
        try:
            answer = request()
        except Killed:
            self.stack.restart()
            return None
        except TemporarilyUnavailable:  # an operator's command has no answer but this
            return None
        finally:
            wire.clear()
        return None if getattr(answer, "status", 200) in {500, 503} else answer

    def states(self) -> dict[str, State]:
        """Read every grant."""
        return {
            item["gid"]["S"]: State(item["status"]["S"], int(item["generation"]["N"]), int(item["rotated_at"]["N"]))
            for item in grant_items(self.stack)
        }

    def scope_of(self, gid: str) -> frozenset[str]:
        (item,) = [item for item in grant_items(self.stack) if item["gid"]["S"] == gid]
        return frozenset(name["S"] if isinstance(name, dict) else name for name in next(iter(item["scope"].values())))

    def at_rest(self) -> str:
        """Return everything that is stored, but for what is registered."""
        return str([self.stack.items(name) for name in ("grants", "feed", "limits", "credentials", "keys")])

    def introspect(self, token: str, client_id: str = SERVICE.client_id) -> bool:
        headers = basic(client_id, SECRET)
        active: bool = self.stack.request("/oauth2/introspect", form={"token": token}, headers=headers).json["active"]
        return active

    def userinfo(self, token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return self.stack.request("/oauth2/userinfo", method="GET", headers=headers).status
