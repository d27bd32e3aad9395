"""One page that shows how the authorization server does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from gatelet_cdk.server_alarms import EVENTS, event_metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigatewayv2 as apigateway

    from gatelet_cdk.server_function import ServerFunction

HALF = 12
"""Columns of the 24 that a dashboard has."""


class ServerDashboard(Construct):
    """Requests, errors, durations, security events and the state of the alarms."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        http_api: apigateway.HttpApi,
        functions: Mapping[str, ServerFunction],
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, id)
        lambdas = [function.function for function in functions.values()]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24)],
                [
                    _graph("Requests", [http_api.metric_count()]),
                    _graph("Refusals and errors", [http_api.metric_client_error(), http_api.metric_server_error()]),
                ],
                [
                    _graph("Duration, 99th percentile", [each.metric_duration(statistic="p99") for each in lambdas]),
                    _graph("Errors and throttles", [each.metric_errors() for each in lambdas]),
                ],
                [_graph("Noticed by the protocol", [event_metric(name) for name in EVENTS])],
            ],
        )


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=HALF)
