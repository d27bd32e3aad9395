"""What is asked of a deployment, and the calls to AWS that it may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Operation(NamedTuple):
    """One operation; its calls stand in their order."""

    name: str
    run: Callable[[], object]
    calls: Sequence[str]
