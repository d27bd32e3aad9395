"""Listening sockets, made before the emulator starts, so that nobody else takes the port."""

import socket

from gatelet_cli.failure import Failure

HOST = "127.0.0.1"
DEFAULT = 8787
ANY = 0


def listen(port: int) -> socket.socket:
    """Listen on a port of the loopback interface; 0 takes a free one.

    Raises OSError if the port is taken.
    """
    return socket.create_server((HOST, port), backlog=512)


def listen_for_visitors(port: int | None) -> socket.socket:
    """Listen on the port asked for, or on the default one or any free one if none was.

    Raises Failure if the port asked for is not to be had.
    """
    if port is not None:
        try:
            return listen(port)
        except (OSError, OverflowError) as error:
            raise Failure(f"Cannot listen on {HOST}:{port} (PORT={port}): {error}.") from None
    try:
        return listen(DEFAULT)
    except OSError:
        return listen(ANY)


def address(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    return f"http://{HOST}:{listening.getsockname()[1]}"
