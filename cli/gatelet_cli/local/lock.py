"""One run for each directory, for as long as any of its processes lives."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatelet_cli.failure import Failure
from gatelet_cli.local.door.remains import LOCK, erase, is_held


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The open lock file. Processes that inherit its descriptor hold it too."""

    directory: Path
    descriptor: int

    def say(self, issuer: str) -> None:
        """Note who runs here and where, for the message of a second run."""
        note = json.dumps({"process": os.getpid(), "issuer": issuer}).encode()
        os.pwrite(self.descriptor, note, 0)
        os.truncate(self.descriptor, len(note))


@contextlib.contextmanager
def hold(directory: Path) -> Iterator[Lock]:
    """Hold the directory's lock, and erase at the end what the run has left.

    Raises Failure if another run holds it.
    """
    lock = Lock(directory=directory, descriptor=_acquire(directory))
    try:
        yield lock
    finally:
        erase(directory, lock.descriptor)
        os.close(lock.descriptor)


def _acquire(directory: Path) -> int:
    while True:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        try:
            descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # the last run has just removed the directory
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 4096, 0)
            os.close(descriptor)
            raise Failure(_already(holder)) from None
        if is_held(directory, descriptor):
            return descriptor
        os.close(descriptor)  # the last run has just removed this file


def _already(holder: bytes) -> str:
    try:
        note = json.loads(holder)
    except ValueError:
        return "Gatelet is already starting here. Wait for it, or end it with Ctrl-C."
    if not _lives(note["process"]):
        return "Gatelet is just ending here. Try again in a moment."
    return (
        f"Gatelet already runs here, at {note['issuer']} (process {note['process']}). "
        "End it with Ctrl-C in its terminal."
    )


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        pass
    return True
