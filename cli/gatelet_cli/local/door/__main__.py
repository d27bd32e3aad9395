"""The emulator's process: MiniStack on one listening socket, the door on another.

It ends, with its workers and the run's folder, when standard input closes: whoever started it
closes it, and the kernel does when that process dies by any means.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from typing import NoReturn, TextIO

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.core import lambda_runtime, persistence

from .code import share_code
from .front import Application, Door, Message, Receive, Send
from .journal import Journal, follow_invocations

REMAINS = str(Path(__file__).with_name("remains.py"))
PATIENCE = 15.0  # seconds from the order to end until it ends by force


def main() -> None:
    """Serve until told to end."""
    options = _options()
    os.environ.pop("PYTHONPATH", None)  # the handlers' processes inherit this environment
    follow_invocations()
    share_code()
    door = Door(journal=Journal(_take_standard_output()))
    asyncio.run(_serve(options, door))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gatelet_cli.local.door")
    parser.add_argument("--directory", required=True, help="what remains.py may erase")
    for descriptor in ("lock", "aws", "door"):
        parser.add_argument(f"--{descriptor}", type=int, required=True, help="a file descriptor")
    return parser.parse_args()


def _take_standard_output() -> TextIO:
    """Keep standard output for the journal; what else is printed goes to the log."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return output


async def _serve(options: argparse.Namespace, door: Door) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    order = partial(loop.call_soon_threadsafe, ended.set)
    threading.Thread(target=_follow_parent, args=(door, order), daemon=True).start()

    async def end() -> NoReturn:
        await ended.wait()
        force = threading.Timer(PATIENCE, _leave, args=(options,))
        force.daemon = True
        force.start()
        try:
            await asyncio.to_thread(_settle, door)
        finally:
            _leave(options)

    config = Config()
    config.bind = [f"fd://{options.aws}", f"fd://{options.door}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    await serve(_both(door, options.door), config, shutdown_trigger=end)


def _settle(door: Door) -> None:
    """End the workers, then save what is to be kept: nothing of a stack that never came to its door.

    Connections that are open are not waited for.
    """
    lambda_runtime.reset()
    if persistence.PERSIST_STATE and door.api:
        persistence.save_all(app._build_persistence_save_dict())


def _follow_parent(door: Door, end: partial[object]) -> None:
    """Read the API's id from standard input, then wait for its end."""
    for line in sys.stdin:
        door.api = line.strip()
    end()


def _both(door: Door, descriptor: int) -> Application:
    """Return one application for both sockets; only one server in a process hears the order to end."""
    port = _port(descriptor)

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        at_door = scope["type"] == "http" and (scope.get("server") or (None, None))[1] == port
        await (door if at_door else app.app)(scope, receive, send)

    return application


def _port(descriptor: int) -> int:
    with socket.socket(fileno=os.dup(descriptor)) as listening:
        return int(listening.getsockname()[1])


def _leave(options: argparse.Namespace) -> NoReturn:
    """Become the program that removes what remains; every thread of this one is gone at once."""
    for descriptor in (options.aws, options.door):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - so that nobody waits at a closed door
    arguments = [sys.executable, "-I", REMAINS, options.directory, str(options.lock)]
    os.execv(sys.executable, arguments)  # noqa: S606 - a shell is not wanted


if __name__ == "__main__":
    main()
