"""A peer that speaks HTTP itself, in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.peers.contender import REFRESH
from bench.peers.load import Talk, load
from bench.peers.peer import CONNECTIONS
from bench.peers.processor_time import processor_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Callable[[str], bytes]
    Check = Callable[[bytes], object]

FD = "{fd}"
"""Where a command names the socket that it is handed."""


class HttpServer:
    """Implements `bench.peers.contender.Contender` for a server that listens on a port."""

    def __init__(
        self, name: str, port: int, pid: int, operations: Mapping[str, tuple[Request, Check]], tokens: list[str]
    ) -> None:
        self.name = name
        self.operations = tuple(operations)
        self._port = port
        self._pid = pid
        self._checks = {name: check for name, (_, check) in operations.items()}
        # The last token is for those who only look at it.
        self._talks = {
            name: [Talk(request, token) for token in (tokens[:-1] if name == REFRESH else tokens[-1:] * CONNECTIONS)]
            for name, (request, _) in operations.items()
        }

    def seconds(self, operation: str, count: int) -> float:
        """Put it under load."""
        talks = self._talks[operation]
        before = processor_time(self._pid)
        load(self._port, talks, count)
        taken = processor_time(self._pid) - before
        for talk in talks:
            for answer in talk.answers:
                self._checks[operation](answer)
            talk.answers.clear()
        return taken / count


@contextmanager
def http_server(
    name: str, command: list[str], environment: Mapping[str, str], operations: Mapping[str, tuple[Request, Check]]
) -> Iterator[HttpServer]:
    """Run a server that serves the socket it is handed and writes its refresh tokens when it is ready."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        fd, port = listener.fileno(), listener.getsockname()[1]
        given = {**os.environ, **environment, "BENCH_FD": str(fd)}
        process = subprocess.Popen(
            [each.replace(FD, str(fd)) for each in command],
            env=given,
            pass_fds=(fd,),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process:
            try:
                ready = process.stdout.readline() if process.stdout else b""
                if not ready:
                    raise RuntimeError(f"{name} does not start: {command}")
                yield HttpServer(name, port, process.pid, operations, json.loads(ready))
            finally:
                process.terminate()
