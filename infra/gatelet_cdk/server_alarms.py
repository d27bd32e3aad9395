"""What must wake somebody about the authorization server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from gatelet_cdk.alarm import PERIOD, alarm_on, counted
from gatelet_cdk.metrics import event_metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigatewayv2 as apigateway

    from gatelet_cdk.server_function import ServerFunction

MEANINGS = {
    "ServerErrors": "The API answers 5xx.",
    "ApiThrottles": "Many requests are answered 429: somebody hammers, or a limit is too low.",
    "TokenThrottles": "The token endpoint is out of concurrency.",
    "AuthorizeThrottles": "The pages are out of concurrency: nobody can sign in.",
    "RotationErrors": "rotate_keys failed: the keys in use are older than they should be.",
    "KeyRotationOverdue": "A secret was not rotated when it was due, for whatever reason.",
    "SignInFailures": "Most of many sign-ins fail: somebody guesses passwords.",
    "ReuseDetected": "A code was used again, or a refresh token after its grace: stolen, or a client that keeps old"
    " ones. Its grant is revoked.",
    "RestoredBackup": "A refresh token is newer than its grant: the grants table was restored from a backup."
    " Its clients must sign in again.",
    "FeedUnread": "A function has not been able to read the revocations.",
    "SecretUnread": "A secret could not be read again; the keys known from before are in use.",
}
"""Each alarm, and what the runbook begins with."""

EVENTS = ("ReuseDetected", "RestoredBackup", "FeedUnread", "SecretUnread")
"""What the functions count and one of which is too many."""

# Fewer than that is a server in trouble for a moment, which its clients repeat.
_SERVER_ERRORS = 5
# Whoever waits as told makes five attempts in five minutes: a hundred are a script, or everybody.
_THROTTLED = 100
# One address is let through with twenty guesses an hour, people mistype one password of five or ten. So a
# quiet night with three typos stays below the number, a busy morning below the share, and a spray is above both.
_FAILED_SIGN_INS = 50
_FAILED_SHARE = 0.5
# Signers read their secret as long as they are asked, and a late rotation is late for days.
_OVERDUE_PERIOD = cdk.Duration.hours(6)


class ServerAlarms(Construct):
    """Alarms on the API, the functions, the rotation and what the protocol noticed, by names that tell the stack."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: str,
        http_api: apigateway.HttpApi,
        throttled: cloudwatch.Metric,
        functions: Mapping[str, ServerFunction],
        rotate_keys: ServerFunction,
        actions: Sequence[cloudwatch.IAlarmAction],
    ) -> None:
        super().__init__(scope, id)
        self._actions = actions
        self._watch("ServerErrors", counted(http_api.metric_server_error()), _SERVER_ERRORS)
        self._watch("ApiThrottles", counted(throttled), _THROTTLED)
        self._watch("TokenThrottles", counted(functions["token"].function.metric_throttles()))
        self._watch("AuthorizeThrottles", counted(functions["authorize"].function.metric_throttles()))
        self._watch("RotationErrors", counted(rotate_keys.function.metric_errors()))
        self._watch("KeyRotationOverdue", counted(event_metric(service, "KeyRotationOverdue"), _OVERDUE_PERIOD))
        self._watch("SignInFailures", _failures_out_of_line(service))
        for name in EVENTS:
            self._watch(name, counted(event_metric(service, name)))

    @property
    def arns(self) -> list[str]:
        """The alarms of this stack, without a reference to any: their names are known."""
        stack = cdk.Stack.of(self)
        return [
            stack.format_arn(
                service="cloudwatch",
                resource="alarm",
                resource_name=alarm_name(stack, name),
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            for name in MEANINGS
        ]

    def _watch(self, name: str, metric: cloudwatch.IMetric, threshold: int = 1) -> None:
        alarm_on(
            self,
            name,
            metric=metric,
            threshold=threshold,
            entry=name,
            meaning=MEANINGS[name],
            actions=self._actions,
            name=alarm_name(cdk.Stack.of(self), name),
        )


def alarm_name(stack: cdk.Stack, name: str) -> str:
    """Return the name by which `gatelet status` asks for an alarm, and IAM allows it."""
    return f"{stack.stack_name}-{name}"


def _failures_out_of_line(service: str) -> cloudwatch.MathExpression:
    """Return the failed sign-ins where they are many and most.

    Both come from one metric that is 1 or 0: a share needs no data of successes, which a quiet night has not.
    """
    return cloudwatch.MathExpression(
        expression=f"IF(failed >= {_FAILED_SIGN_INS} AND share >= {_FAILED_SHARE}, failed, 0)",
        using_metrics={
            "failed": event_metric(service, "SignInFailed"),
            "share": event_metric(service, "SignInFailed", statistic="Average"),
        },
        label="failed sign-ins out of line",
        period=PERIOD,
    )
