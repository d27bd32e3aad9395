"""What must wake somebody about one protected API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from gatelet_cdk.alarm import alarm_on, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_lambda as lambda_


class AuthorizerAlarms(Construct):
    """An authorizer that fails or is throttled shuts its API to everybody."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        authorizer: lambda_.Function,
        actions: Sequence[cloudwatch.IAlarmAction],
    ) -> None:
        super().__init__(scope, id)
        alarm_on(
            self,
            "Errors",
            metric=counted(authorizer.metric_errors()),
            entry="AuthorizerErrors",
            meaning="The authorizer cannot decide (keys or revocations unreadable): callers get 500.",
            actions=actions,
        )
        alarm_on(
            self,
            "Throttles",
            metric=counted(authorizer.metric_throttles()),
            entry="AuthorizerThrottles",
            meaning="The authorizer is throttled: callers get 500. Reserve concurrency for it.",
            actions=actions,
        )
