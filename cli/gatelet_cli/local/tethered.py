"""Runs a Python program that ends, with all its children, when standard input closes.

Started in a process group of its own, so that it does not outlive who started it.
"""

import os
import runpy
import signal
import sys
import threading
from pathlib import Path


def main(program: str) -> None:
    """Run the program."""
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    sys.path.insert(0, str(Path(program).parent))
    sys.argv = [program]
    runpy.run_path(program, run_name="__main__")


def _end_with_standard_input() -> None:
    while os.read(0, 1024):  # sys.stdin would be locked when the interpreter ends
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
