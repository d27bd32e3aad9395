"""Signals that end a run, in order and only once."""

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_in_order() -> None:
    """Have the first signal raise KeyboardInterrupt; more of them do not disturb the cleaning up."""
    seen: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        if not seen:
            seen.append(number)
            raise KeyboardInterrupt

    for number in SIGNALS:
        signal.signal(number, end)
