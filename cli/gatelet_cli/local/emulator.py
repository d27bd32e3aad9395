"""The life of the emulator's process."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

import boto3

import gatelet_cli
from gatelet_cli.aws_session import local_session
from gatelet_cli.failure import Failure
from gatelet_cli.local.lock import Lock
from gatelet_cli.local.ports import address
from gatelet_cli.stack import LOCAL_KEY

ACCOUNT = "000000000000"
REGION = "us-east-1"
DOOR = "gatelet_cli.local.door"
READY_WITHIN = 60.0  # seconds; about one on a quiet machine
ENDED_WITHIN = 30.0


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running emulator."""

    session: boto3.Session
    """Makes clients of its services."""
    process: subprocess.Popen[str]
    orders: IO[str]
    journal: IO[str]
    """One line of JSON for each request, until the emulator ends."""
    endpoint: str
    log: Path

    def wait_until_ready(self) -> None:
        """Return when it answers. Raises Failure if it ended or does not."""
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            if self.process.poll() is not None:
                raise Failure(f"The emulator ended while it started:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise Failure(f"The emulator does not answer:\n{self.last_words()}")
            time.sleep(0.05)

    def open_door(self, api: str) -> None:
        """Have the door lead to this HTTP API from now on."""
        self.orders.write(api + "\n")
        self.orders.flush()

    def last_words(self) -> str:
        """Return the end of its log."""
        try:
            return self.log.read_text(errors="replace")[-2000:]
        except OSError:
            return ""

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=1)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/_ministack/ready")
            return connection.getresponse().status == HTTPStatus.OK
        return False


@contextlib.contextmanager
def emulator(
    interpreter: Path,
    *,
    lock: Lock,
    run: Path,
    aws: socket.socket,
    door: socket.socket,
    state: Path | None,
) -> Iterator[Emulator]:
    """Run an emulator on two listening sockets. The sockets are its own from here on."""
    log = run / "emulator.log"
    descriptors = {"lock": lock.descriptor, "aws": aws.fileno(), "door": door.fileno()}
    arguments = [str(interpreter), "-m", DOOR, "--directory", str(lock.directory)]
    for name, descriptor in descriptors.items():
        arguments += [f"--{name}", str(descriptor)]
    with log.open("w") as output:
        process = subprocess.Popen(
            arguments,
            env=_environment(run, aws, state),
            cwd=run,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            pass_fds=tuple(descriptors.values()),
            umask=0o077,
            start_new_session=True,  # Ctrl-C is for the parent, which then ends it in order
        )
    running = Emulator(
        session=local_session(endpoint=address(aws), region=REGION, key=LOCAL_KEY),
        process=process,
        orders=cast("IO[str]", process.stdin),
        journal=cast("IO[str]", process.stdout),
        endpoint=address(aws),
        log=log,
    )
    aws.close()
    door.close()
    try:
        yield running
    finally:
        _end(running)


def _environment(run: Path, aws: socket.socket, state: Path | None) -> dict[str, str]:
    """Return nothing of the operator's environment: the handlers' processes inherit it."""
    temporary = run / "tmp"
    temporary.mkdir(mode=0o700)
    environment = {
        "PATH": os.defpath,
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(gatelet_cli.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GATEWAY_PORT": str(aws.getsockname()[1]),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # the stack's own IAM policies hold here too
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(state or run / "state"),
    }
    return environment | ({"PERSIST_STATE": "1"} if state else {})


def _end(running: Emulator) -> None:
    """Tell it to end, which it does in order; by force if it does not."""
    with contextlib.suppress(OSError):
        running.orders.close()
    try:
        running.process.wait(ENDED_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
    running.journal.close()
