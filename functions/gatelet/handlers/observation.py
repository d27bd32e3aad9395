"""What the operator sees of a request: one log line, which is its metrics too, and never a secret.

CloudWatch reads the metrics out of the line's member `_aws` (embedded metric format).
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextvars import ContextVar
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatelet.handlers.audit_event import Event

NAMESPACE = "Gatelet"
SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "gatelet")
"""The stack, so that the metrics of two in one account and Region are not one."""
DURATION = "duration_ms"
OUTCOMES = ("succeeded", "refused", "throttled", "unavailable", "failed")

_encode = json.JSONEncoder(separators=(",", ":"), skipkeys=True, default=lambda value: type(value).__name__).encode


class Observation:
    """Gathers what is worth knowing of one request while it is answered."""

    def __init__(self, operation: str, context: object = None) -> None:
        """`context` is Lambda's, whose own name for the invocation goes into the line."""
        self.operation = operation
        self._began = time.perf_counter()
        self._facts: dict[str, Any] = {}
        self._counts: dict[str, int] = {}
        if context is not None:
            self.note(function_request_id=getattr(context, "aws_request_id", None))
        _current.set(self)

    def note(self, **facts: object) -> None:
        """Add facts under their names in the log line; None says nothing."""
        for name, value in facts.items():
            if value is not None:
                self._facts[name] = value

    def record(self, event: Event, **facts: object) -> None:
        """Add a fact that an audit asks for to the line, once, and what is to be known of it."""
        self.gather("events", event)
        self.note(**facts)

    def gather(self, name: str, value: object) -> None:
        """Add one of several facts of the same name."""
        gathered = self._facts.setdefault(name, [])
        if value not in gathered:
            gathered.append(value)

    def count(self, metric: str, number: int = 1) -> None:
        """Count something that an alarm watches; 0 says that it did not happen, where a share is asked for."""
        self._counts[metric] = self._counts.get(metric, 0) + number

    def conclude(self, *, status: int, **facts: object) -> None:
        """Write the line, in which the outcome, the duration and the alarms of the request are metrics."""
        _current.set(None)
        self.note(**facts)
        level, members, directive = _summary(self.operation, status)
        members = f'{members}"{DURATION}":{(time.perf_counter() - self._began) * 1000:.2f},'
        if self._counts:
            self._facts.update(self._counts)
            directive = f"{directive},{_alarms(self._counts)}"
        _write(level, self.operation, members, self._facts, directive)


_current: ContextVar[Observation | None] = ContextVar("observation", default=None)


def alarm(metric: str, number: int = 1) -> None:
    """Count something that an alarm watches, in the line of the request that is being answered."""
    observation = _current.get()
    if observation is not None:
        observation.count(metric, number)
    else:
        _write("ERROR", metric, "", {metric: number}, _alarms({metric: number}))


def record(event: Event, **facts: object) -> None:
    """Add a fact that an audit asks for to the line of the request that is being answered."""
    observation = _current.get()
    if observation is not None:
        observation.record(event, **facts)


def gather(name: str, value: object) -> None:
    """Add one of several facts of the same name to the line of the request that is being answered."""
    observation = _current.get()
    if observation is not None:
        observation.gather(name, value)


def outcome_of(status: int) -> str:
    """Return the word for a status: a refusal is the caller's affair, a failure is ours."""
    if status < HTTPStatus.BAD_REQUEST:
        return "succeeded"
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "throttled" if status == HTTPStatus.TOO_MANY_REQUESTS else "refused"
    return "unavailable" if status == HTTPStatus.SERVICE_UNAVAILABLE else "failed"


@lru_cache(64)
def _summary(operation: str, status: int) -> tuple[str, str, str]:
    """Return what all lines of an operation and a status have in common: level, members, directive."""
    outcome = outcome_of(status)
    level = "ERROR" if outcome == "failed" else "INFO"
    members = f'"outcome":"{outcome}","status":{status:d},"operation":"{operation}","{outcome.capitalize()}":1,'
    return level, members, _OUTCOMES[outcome]


def _write(level: str, message: str, members: str, facts: dict[str, Any], directives: str) -> None:
    """Write one line; one that cannot be written must not fail the request that it is about.

    Words of ours, the names of facts among them, are put in as they are, and each value is encoded alone: a text then
    takes half the time that it takes in an object, for which Python's encoder sets itself up anew.
    """
    milliseconds = int(time.time() * 1000)
    timestamp = f"{_second(milliseconds // 1000)},{milliseconds % 1000:03d}+0000"
    try:
        encoded = "".join([f',"{name}":{_encode(value)}' for name, value in facts.items()])
        sys.stdout.write(
            f'{{"level":"{level}","message":"{message}","timestamp":"{timestamp}","service":"{SERVICE}",{members}'
            f'"_aws":{{"Timestamp":{milliseconds},"CloudWatchMetrics":[{directives}]}}{encoded}}}\n'
        )
        sys.stdout.flush()
    except Exception:  # noqa: BLE001, S110 - whatever it is; and `suppress` costs a twentieth of the whole line
        pass


@lru_cache(1)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _directive(dimensions: list[str], metrics: dict[str, str]) -> str:
    """Tell CloudWatch which members of a line are metrics."""
    named = [{"Name": name, "Unit": unit} for name, unit in metrics.items()]
    return _encode({"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": named})


def _alarms(counts: dict[str, int]) -> str:
    return _directive(["service"], dict.fromkeys(counts, "Count"))


_OUTCOMES = {
    outcome: _directive(["service", "operation"], {outcome.capitalize(): "Count", DURATION: "Milliseconds"})
    for outcome in OUTCOMES
}
