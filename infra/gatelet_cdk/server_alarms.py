"""What must wake somebody about the authorization server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from gatelet_cdk.alarm import count_alarm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigatewayv2 as apigateway

    from gatelet_cdk.server_function import ServerFunction

EVENTS = {
    "ReuseDetected": "A code was used again, or a refresh token after its grace: stolen, or a client that keeps old"
    " ones. Its grant is revoked.",
    "RestoredBackup": "A refresh token is newer than its grant: the grants table was restored from a backup."
    " Its clients must sign in again.",
    "FeedUnread": "A function has not been able to read the revocations.",
    "SecretUnread": "A secret could not be read again; the keys known from before are in use.",
}
"""What the functions count, and what it means."""


class ServerAlarms(Construct):
    """Alarms on the API, the functions, the rotation and what the protocol noticed."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        http_api: apigateway.HttpApi,
        functions: Mapping[str, ServerFunction],
        rotate_keys: ServerFunction,
        actions: Sequence[cloudwatch.IAlarmAction],
    ) -> None:
        super().__init__(scope, id)
        self.alarms = [
            count_alarm(
                self,
                "ServerErrors",
                metric=http_api.metric_server_error(),
                description="The API answers 5xx.",
                actions=actions,
                threshold=5,
            ),
            count_alarm(
                self,
                "TokenThrottles",
                metric=functions["token"].function.metric_throttles(),
                description="The token endpoint is out of concurrency.",
                actions=actions,
            ),
            count_alarm(
                self,
                "AuthorizeThrottles",
                metric=functions["authorize"].function.metric_throttles(),
                description="The pages are out of concurrency: nobody can sign in.",
                actions=actions,
            ),
            count_alarm(
                self,
                "RotationErrors",
                metric=rotate_keys.function.metric_errors(),
                description="rotate_keys failed: the keys in use are older than they should be.",
                actions=actions,
            ),
            *(
                count_alarm(self, name, metric=event_metric(name), description=description, actions=actions)
                for name, description in EVENTS.items()
            ),
        ]


def event_metric(name: str) -> cloudwatch.Metric:
    """Return what the functions count under a name."""
    return cloudwatch.Metric(
        namespace="Gatelet", metric_name=name, dimensions_map={"service": "gatelet"}, statistic="Sum"
    )
