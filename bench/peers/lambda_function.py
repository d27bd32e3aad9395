"""A function in Lambda's own runtime client, which asks a Runtime API on loopback for its events."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from bench import peer_environment
from bench.loopback import Loopback, Reply
from bench.peers.processor_time import processor_time
from bench.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bench.loopback import Asked

    Supply = Callable[[int], list[dict[str, Any]]]
    Check = Callable[[dict[str, Any]], object]
    Operations = Mapping[str, tuple[Supply, Check]]

FAR_AWAY = "4102444800000"
PATIENCE = 30


class RuntimeApi:
    """Hands out events and takes answers."""

    def __init__(self) -> None:
        self._events: SimpleQueue[bytes] = SimpleQueue()
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        self.loopback = Loopback(self._reply)

    def invoke(self, events: list[bytes]) -> list[bytes]:
        """Let the function answer events, one after the other."""
        for event in events:
            self._events.put(event)
        return [self._answers.get(timeout=PATIENCE) for _ in events]

    def _reply(self, asked: Asked) -> Reply:
        if asked.path.endswith("/next"):
            return Reply(self._events.get(), headers=_INVOCATION)
        self._answers.put(asked.body if asked.path.endswith("/response") else b'{"statusCode": 500}')
        return Reply(b"{}", status=202)


_INVOCATION = {
    "content-type": "application/json",
    "lambda-runtime-aws-request-id": "00000000-0000-0000-0000-000000000000",
    "lambda-runtime-deadline-ms": FAR_AWAY,
    "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:bench",
    "lambda-runtime-trace-id": "Root=1-6917a2b3-4c5d6e7f8a9b0c1d2e3f4a5b",
}


class LambdaFunction:
    """Implements `bench.peers.contender.Contender` for one function."""

    def __init__(self, name: str, api: RuntimeApi, pid: int, operations: Operations) -> None:
        self.name = name
        self.operations = tuple(operations)
        self._api = api
        self._pid = pid
        self._operations = operations

    def seconds(self, operation: str, count: int) -> float:
        """Invoke it."""
        supply, check = self._operations[operation]
        events = [json.dumps(event).encode() for event in supply(count)]
        before = processor_time(self._pid)
        answers = self._api.invoke(events)
        taken = processor_time(self._pid) - before
        for answer in answers:
            check(json.loads(answer))
        return taken / count


@contextmanager
def lambda_function(
    name: str, handler: str, path: Path, environment: Mapping[str, str], operations: Operations
) -> Iterator[LambdaFunction]:
    """Run the function of a bundle."""
    api = RuntimeApi()
    with api.loopback.running():
        given = {
            **environment,
            "AWS_LAMBDA_RUNTIME_API": api.loopback.address,
            "LAMBDA_TASK_ROOT": str(path),
            "PYTHONPATH": f"{path}:{ROOT}",
        }
        command = [str(peer_environment.PYTHON), "-m", "awslambdaric", handler]
        with subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield LambdaFunction(name, api, process.pid, operations)
            finally:
                process.kill()
