"""An alarm on one metric; no metric math, which costs a metric more and says less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

PERIOD = Duration.minutes(5)


def count_alarm(
    scope: Construct,
    id: str,
    *,
    metric: cloudwatch.Metric,
    description: str,
    actions: Sequence[cloudwatch.IAlarmAction],
    threshold: int = 1,
) -> cloudwatch.Alarm:
    """Alarm when something was counted so many times in five minutes; silence is well."""
    alarm = cloudwatch.Alarm(
        scope,
        id,
        metric=metric.with_(statistic="Sum", period=PERIOD),
        threshold=threshold,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=description,
    )
    alarm.add_alarm_action(*actions)
    return alarm
