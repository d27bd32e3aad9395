"""Two requests at once, call by call: each runs in a thread of its own, and never more than one of them runs."""

from __future__ import annotations

from functools import partial
from threading import Semaphore, Thread, current_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.aws_wire import AwsWire, Send
    from tests.integration.stage import Apart, Stage

    Request = Callable[[Apart], Any]


class Stepwise:
    """A request that stands still before each call that leaves the process, until it is told to go on."""

    def __init__(self, wire: AwsWire, request: Callable[[], Any]) -> None:
        self.has_ended = False
        self._request = request
        self._fault: BaseException | None = None
        self._go, self._stood = Semaphore(0), Semaphore(0)
        self._thread = Thread(target=self._run, daemon=True)
        wire.fail(self._stand, lambda _call: current_thread() is self._thread)
        self._thread.start()

    def advance(self, calls: int) -> None:
        """Let so many calls be answered, and the request run up to the next one."""
        while calls and not self.has_ended:
            self._go.release()
            self._stood.acquire()
            calls -= 1

    def end(self) -> Any:
        """Run to the end, and return the answer."""
        while not self.has_ended:
            self.advance(1)
        if self._fault is not None:
            raise self._fault
        return self._answer

    def _run(self) -> None:
        self._go.acquire()
        try:
            self._answer = self._request()
        except BaseException as fault:  # noqa: BLE001 - it is raised where the answer is asked for
            self._fault = fault
        self.has_ended = True
        self._stood.release()

    def _stand(self, send: Send) -> Any:
        self._stood.release()
        self._go.acquire()
        return send()


def interleavings(stage: Stage, *requests: Request, whole: bool = False) -> Iterator[list[Any]]:
    """Send two requests at once in every order of two steps, and yield their answers.

    One runs up to one of its calls, the other up to one of its own, then the first to its end and the other
    to its end: every call of each comes between any two of the other. With `whole` the other one never stops.
    """
    containers = [stage.containers() for _ in requests]
    calls = []
    for _ in ("cold", "warm"):
        calls = [_calls(stage, *pair) for pair in zip(requests, containers, strict=True)]
    for first, second in ((0, 1), (1, 0)):
        for stop in range(1, calls[first] + 1):
            last = calls[second]
            for pause in [last] if whole or stop == calls[first] else range(1, last + 1):
                stage.begin()
                runs = [
                    Stepwise(apart.wire, partial(request, apart))
                    for request, apart in zip(requests, containers, strict=True)
                ]
                runs[first].advance(stop + 1)
                runs[second].advance(pause + 1)
                runs[first].end()
                yield [run.end() for run in runs]


def _calls(stage: Stage, request: Request, containers: Apart) -> int:
    """Count the calls of a request that is alone."""
    stage.begin()
    request(containers)
    return len(containers.wire.calls)
