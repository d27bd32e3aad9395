"""The log and the metrics of functions that no request waits for, by Powertools for AWS Lambda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from gatelet.handlers.observation import NAMESPACE, SERVICE, outcome_of

if TYPE_CHECKING:
    from gatelet.handlers.audit_event import Event

logger = Logger(service=SERVICE)


class LoggedAction:
    """Gathers what is worth knowing of one action, as `gatelet.handlers.observation.Observation` does of a request."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self._facts: dict[str, object] = {}
        self._events: list[Event] = []

    def note(self, **facts: object) -> None:
        """Add facts under their names in the log line; None says nothing."""
        self._facts.update({name: value for name, value in facts.items() if value is not None})

    def record(self, event: Event) -> None:
        """Add a fact that an audit asks for to the line, once."""
        if event not in self._events:
            self._events.append(event)
            self._facts["events"] = self._events

    def conclude(self, *, status: int, **facts: object) -> None:
        """Write the line and count the outcome."""
        outcome = outcome_of(status)
        write = logger.error if outcome == "failed" else logger.info
        write(self.operation, extra={"outcome": outcome, "status": status, **self._facts, **facts})
        with single_metric(
            name=outcome.capitalize(),
            unit=MetricUnit.Count,
            value=1,
            namespace=NAMESPACE,
            default_dimensions={"service": SERVICE},
        ) as metric:
            metric.add_dimension(name="operation", value=self.operation)
