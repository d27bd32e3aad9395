"""Is it healthy?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

from gatelet_cdk.metrics import duration_metric, event_metric, outcome_metric
from gatelet_cdk.widgets import THIRD, WHOLE, graph, heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet_cdk.authorization_server import AuthorizationServer

_AUTHORIZER = "authorizer"
_OUTCOMES = (("succeeded",), ("refused", "throttled"), ("unavailable", "failed"))
_UNREAD = ("FeedUnread", "SecretUnread", "KeyRotationOverdue", "RestoredBackup")


def health_widgets(
    server: AuthorizationServer, *, throttled: cloudwatch.Metric, alarms: Sequence[cloudwatch.IAlarm]
) -> list[list[cloudwatch.IWidget]]:
    """Return alarms, outcomes, durations, errors, and whether keys and revocations are read."""
    service = server.function_defaults.service
    operations = (*server.functions, _AUTHORIZER)
    functions = [each.function for each in (*server.functions.values(), server.rotate_keys)]
    return [
        heading("Is it healthy?", "The same in a terminal: `gatelet status`. What to do: docs/runbook.md."),
        [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=WHOLE)],
        [
            graph(
                " and ".join(outcomes).capitalize(),
                [
                    outcome_metric(service, operation, outcome).with_(label=f"{operation} {outcome}")
                    for outcome in outcomes
                    for operation in operations
                ],
                width=THIRD,
                stacked=True,
            )
            for outcomes in _OUTCOMES
        ],
        [
            graph(f"Milliseconds, {name}", [duration_metric(service, operation, statistic) for operation in operations])
            for name, statistic in (("median", "p50"), ("99th percentile", "p99"))
        ],
        [
            graph(
                "Errors",
                [
                    server.http_api.metric_server_error(statistic="Sum", label="5xx of the API"),
                    *(each.metric_errors() for each in functions),
                ],
                width=THIRD,
            ),
            graph("Throttles", [throttled, *(each.metric_throttles() for each in functions)], width=THIRD),
            graph("Feed, secrets, keys and backups", [event_metric(service, name) for name in _UNREAD], width=THIRD),
        ],
    ]
