"""One operation of one handler: what comes before it, the request itself, and what has then happened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from tests.integration.stage import grant_items
from tests.integration.tokens import claims_of

if TYPE_CHECKING:
    from tests.integration.api_gateway import Answer
    from tests.integration.deployment import Deployment


class Operation(ABC):
    """One request that may be sent again and again, each time from the same state."""

    answers: tuple[int, ...] = (200,)
    """What it is answered with when nothing goes wrong."""
    is_cold = False
    """Whether it calls nobody in a warm container, or an answer there would be of another time."""

    def __init__(self, stack: Deployment) -> None:
        """Bring about what comes before the request."""
        self.prepare(stack)

    def prepare(self, stack: Deployment) -> None:
        """Do nothing, unless something must come before."""
        del stack

    @abstractmethod
    def send(self, stack: Deployment) -> Answer:
        """Send the request."""

    @abstractmethod
    def require_done(self, stack: Deployment, answer: Answer) -> None:
        """Require that what the answer says has happened."""

    def answers_to_repetition(self, _stack: Deployment) -> tuple[int, ...]:
        """Return what the request may be answered with after an attempt that was not answered."""
        return self.answers


def require_active(stack: Deployment, answer: Answer) -> None:
    """Require that the grant of an access token is active."""
    gid = claims_of(answer.json["access_token"])["gid"]
    assert {item["gid"]["S"]: item["status"]["S"] for item in grant_items(stack)}[gid] == "active"


def require_ended(stack: Deployment) -> None:
    """Require that every grant is revoked; `require_sound` looks whether it is announced."""
    assert {item["status"]["S"] for item in grant_items(stack)} == {"revoked"}
