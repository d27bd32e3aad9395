"""Forks: each piece of work in a process of its own, so many at once, none for ever."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

PATIENCE = 20
"""Seconds on the clock for each of the processor: other programs may be running."""
CRASHED = 70
PR_SET_PDEATHSIG = 1


class Work(NamedTuple):
    """A function that returns a status from 0 to 255."""

    key: str
    run: Callable[[], int]
    seconds: int
    """Of the processor."""
    output: Path


class Ended(NamedTuple):
    """How a piece of work ended."""

    key: str
    status: int | None
    """None where it took too long."""


def run(work: Iterable[Work], at_once: int) -> Iterator[Ended]:
    """Yield each piece of work as it ends."""
    if threading.active_count() > 1:
        raise RuntimeError("a process with threads cannot be forked safely")
    waiting = iter(work)
    running: dict[int, str] = {}
    try:
        while True:
            while len(running) < at_once and (each := next(waiting, None)) is not None:
                running[_fork(each)] = each.key
            if not running:
                return
            pid, status = os.wait()
            if pid in running:
                yield Ended(running.pop(pid), _status(status))
    finally:
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _status(status: int) -> int | None:
    code = os.waitstatus_to_exitcode(status)
    if code in {-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL}:
        return None
    return code if code >= 0 else CRASHED


def _fork(work: Work) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = CRASHED
    try:
        output = os.open(work.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(output, stream)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        with suppress(AttributeError):  # Linux alone has it
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_CPU, (work.seconds, work.seconds + 5))
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.alarm(work.seconds * PATIENCE)
        status = work.run()
    except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
