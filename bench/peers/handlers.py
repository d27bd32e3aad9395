"""Gatelet's handlers in a process of their own, without the runtime client around them."""

from __future__ import annotations

import multiprocessing
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.events import authorizer_event
from bench.issuing import MACHINE as MACHINE_EVENT
from bench.issuing import TokenEndpoint, refresh_event
from bench.peers.contender import MACHINE, OPERATIONS, VERIFICATION
from bench.scenario import SETTINGS, enter
from gatelet.handlers import authorizer
from gatelet.handlers.protected_api import ProtectedApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from bench.canned_aws import CannedAws
    from bench.peers.peer import Peer
    from bench.scenario import Scenario

    Pipe = Connection[Any, Any]


class Handlers:
    """Implements `bench.peers.contender.Contender`."""

    name = "Gatelet's handler"
    operations = OPERATIONS

    def __init__(self, pipe: Pipe, peer: Peer) -> None:
        self._pipe = pipe
        self._peer = peer

    def seconds(self, operation: str, count: int) -> float:
        """Let the process call the handler."""
        self._pipe.send((operation, count))
        taken, answers = self._pipe.recv()
        for answer in answers:
            if operation == VERIFICATION:
                _require_allowed(answer)
            else:
                self._peer.require_token(answer.encode())
        return float(taken) / count


@contextmanager
def handlers(scenario: Scenario, aws: CannedAws, peer: Peer) -> Iterator[Handlers]:
    """Run the process."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(scenario, aws, its), daemon=True)
    process.start()
    try:
        yield Handlers(ours, peer)
    finally:
        process.terminate()
        process.join()


def _serve(scenario: Scenario, aws: CannedAws, pipe: Pipe) -> None:
    """Do what is asked, for ever; the log is written, but goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    enter(*aws)
    endpoint, api, refresh = TokenEndpoint(), ProtectedApi(SETTINGS), refresh_event(scenario)
    while True:
        operation, count = pipe.recv()
        call: Callable[[dict[str, Any]], object] = endpoint.answer
        events = [MACHINE_EVENT if operation == MACHINE else refresh] * count
        if operation == VERIFICATION:
            call = lambda event: authorizer.handler.decide(event, api)  # noqa: E731 - one of two calls
            events = [authorizer_event(endpoint.access_token()) for _ in range(count)]
        began = time.process_time()
        answers = [call(event) for event in events]
        pipe.send((time.process_time() - began, answers))


def _require_allowed(answer: dict[str, Any]) -> None:
    if not answer["isAuthorized"]:
        raise RuntimeError("the authorizer refuses a token")
