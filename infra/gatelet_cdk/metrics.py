"""What the functions count, under the names they count it."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch

from gatelet.handlers.observation import DURATION, NAMESPACE, OUTCOMES

__all__ = ["OUTCOMES", "duration_metric", "event_metric", "outcome_metric"]


def event_metric(service: str, name: str, *, statistic: str = "Sum") -> cloudwatch.Metric:
    """Return what is counted for alarms, whichever function does it."""
    return cloudwatch.Metric(
        namespace=NAMESPACE, metric_name=name, dimensions_map={"service": service}, statistic=statistic
    )


def outcome_metric(service: str, operation: str, outcome: str) -> cloudwatch.Metric:
    """Return how many requests of an operation ended so."""
    return _of_operation(service, operation, outcome.capitalize(), "Sum")


def duration_metric(service: str, operation: str, statistic: str) -> cloudwatch.Metric:
    """Return how long the requests of an operation took, in milliseconds."""
    return _of_operation(service, operation, DURATION, statistic)


def _of_operation(service: str, operation: str, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service, "operation": operation},
        statistic=statistic,
        label=operation,
    )
