"""One page that answers three questions about the authorization server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from gatelet_cdk.attack_widgets import attack_widgets
from gatelet_cdk.cost_widgets import cost_widgets
from gatelet_cdk.health_widgets import health_widgets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet_cdk.authorization_server import AuthorizationServer


class ServerDashboard(Construct):
    """Is it healthy, who is attacking, what does it cost?"""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        server: AuthorizationServer,
        throttled: cloudwatch.Metric,
        alarms: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        # By name: an alarm that is on the page is not held back by it when it is replaced.
        named = [cloudwatch.Alarm.from_alarm_arn(self, f"Alarm{number}", arn) for number, arn in enumerate(alarms)]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                *health_widgets(server, throttled=throttled, alarms=named),
                *attack_widgets(server, throttled=throttled),
                *cost_widgets(server),
            ],
        )
