"""What the operator sees of a request: one log line and a few metrics, never a secret."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from aws_lambda_powertools.metrics.base import SingleMetric

NAMESPACE = "Gatelet"
SERVICE = "gatelet"

logger = Logger(service=SERVICE)


class Observation:
    """Gathers what is worth knowing of one request while it is answered."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self._facts: dict[str, Any] = {}

    def note(self, **facts: object) -> None:
        """Add facts under their names in the log line; None says nothing."""
        self._facts.update({name: value for name, value in facts.items() if value is not None})

    def conclude(self, *, status: int, **facts: object) -> None:
        """Write the line and count the outcome."""
        outcome = _outcome(status)
        write = logger.error if outcome == "failed" else logger.info
        write(self.operation, extra={"outcome": outcome, "status": status, **self._facts, **facts})
        with _metric(outcome.capitalize()) as metric:
            metric.add_dimension(name="operation", value=self.operation)


def _outcome(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "succeeded"
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "refused"
    return "unavailable" if status == HTTPStatus.SERVICE_UNAVAILABLE else "failed"


def alarm(name: str) -> None:
    """Count something that an alarm watches."""
    with _metric(name):
        pass


def _metric(name: str) -> AbstractContextManager[SingleMetric]:
    return single_metric(
        name=name, unit=MetricUnit.Count, value=1, namespace=NAMESPACE, default_dimensions={"service": SERVICE}
    )
