"""What is measured side by side: each does the same operations and says what they cost it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

MACHINE, REFRESH, VERIFICATION, BARE = "client_credentials", "refresh_token", "verification", "bare HTTP"
OPERATIONS = (MACHINE, REFRESH, VERIFICATION)


class Contender(Protocol):
    """One of them."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def operations(self) -> Sequence[str]:
        """What it does."""

    def seconds(self, operation: str, count: int) -> float:
        """Do an operation so many times and return its processor time, once. Raises unless every answer is right."""
