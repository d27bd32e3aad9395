"""An alarm, described by what it means and by where the runbook says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

PERIOD = Duration.minutes(5)
RUNBOOK = "docs/runbook.md"


def alarm_on(
    scope: Construct,
    id: str,
    *,
    metric: cloudwatch.IMetric,
    entry: str,
    meaning: str,
    actions: Sequence[cloudwatch.IAlarmAction],
    threshold: int = 1,
    name: str | None = None,
) -> cloudwatch.Alarm:
    """Alarm when a metric reaches a threshold in one of its periods; silence is well."""
    alarm = cloudwatch.Alarm(
        scope,
        id,
        metric=metric,
        threshold=threshold,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_name=name,
        alarm_description=f"{meaning} {RUNBOOK}#{entry.lower()}",
    )
    alarm.add_alarm_action(*actions)
    return alarm


def counted(metric: cloudwatch.Metric, period: Duration = PERIOD) -> cloudwatch.Metric:
    """Return how often something happened in a period."""
    return metric.with_(statistic="Sum", period=period)
