"""`make run`: the stack on this machine until Ctrl-C."""

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from gatelet_cli.failure import Failure
from gatelet_cli.local.announcement import announce
from gatelet_cli.local.endings import end_in_order
from gatelet_cli.local.environment import leave_out_aws
from gatelet_cli.local.progress import Progress
from gatelet_cli.local.stack import LocalStack, local_stack
from gatelet_cli.local.synthesis import REPOSITORY
from gatelet_cli.local.traffic import entries, show

DIRECTORY = REPOSITORY / ".gatelet"
HIGHEST_PORT = 65535


def main(directory: Path = DIRECTORY, assembly: Path | None = None) -> int:
    """Run until told to end. The exit status is 0 if somebody did, 1 if something went wrong."""
    end_in_order()
    leave_out_aws(os.environ)
    console = Console()
    try:
        run(console, os.environ, directory, assembly)
    except Failure as fault:
        Console(stderr=True).print(str(fault), markup=False, highlight=False, soft_wrap=True)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        with contextlib.suppress(OSError):
            console.print("Ended; nothing is left running.")
    return 0


def run(console: Console, environment: Mapping[str, str], directory: Path, assembly: Path | None) -> None:
    """Run a stack and show its requests."""
    keep = environment.get("KEEP", "") not in {"", "0"}
    with local_stack(
        directory,
        assembly=assembly,
        port=_port(environment.get("PORT", "")),
        keep=keep,
        step=Progress(console).step,
    ) as stack:
        announce(stack, console, keeps=keep)
        _follow(stack, console)


def _follow(stack: LocalStack, console: Console) -> None:
    for entry in entries(stack.emulator.journal):
        show(entry, console)
    raise Failure(f"The emulator has ended by itself:\n{stack.emulator.last_words()}")


def _port(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise Failure(f"PORT={text} is not a port: it must be a number from 1 to {HIGHEST_PORT}.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
