"""What a run leaves on disk, and its removal; a program of its own when the emulator ends.

A run owns `run/` and `local.json` in its directory for as long as it holds the lock file there.
"""

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

RUN = "run"
RECORD = "local.json"
LOCK = "lock"


def is_held(directory: Path, lock: int) -> bool:
    """Whether the open lock file is still the one in the directory, so that all in it is ours."""
    try:
        return os.path.samestat((directory / LOCK).stat(), os.fstat(lock))
    except OSError:
        return False


def erase(directory: Path, lock: int) -> None:
    """Remove what a run has left, the lock file last; what the operator keeps stays."""
    if not is_held(directory, lock):
        return
    shutil.rmtree(directory / RUN, ignore_errors=True)
    (directory / RECORD).unlink(missing_ok=True)
    (directory / LOCK).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it holds the kept state, or something of the operator's
        directory.rmdir()


def main(directory: str, lock: str) -> None:
    """End every process of this group but this one, then erase."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    erase(Path(directory), int(lock))


if __name__ == "__main__":
    main(*sys.argv[1:])
