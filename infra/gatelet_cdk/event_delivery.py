"""The audit trail on an event bus: every line with events goes to a function that puts them there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as destinations
from constructs import Construct

from gatelet.aws.settings import Settings
from gatelet_cdk.alarm import alarm_on, counted
from gatelet_cdk.privileges import Holding
from gatelet_cdk.server_function import ServerFunction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events

    from gatelet_cdk.server_function import FunctionDefaults

WITH_EVENTS = logs.FilterPattern.string_value("$.events[0]", "=", "*")
AUDIT_EVENTS_LOST = "AuditEventsLost"
_MEMORY = 256
_DEADLINE = cdk.Duration.seconds(30)


class EventDelivery(Construct):
    """Puts each event of the audit trail on a bus, beside the requests that it is about."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus: events.IEventBus,
        defaults: FunctionDefaults,
        log_retention: logs.RetentionDays,
        removal_policy: cdk.RemovalPolicy,
        actions: Sequence[cloudwatch.IAlarmAction],
    ) -> None:
        super().__init__(scope, id)
        # Not the log that it is called with: what it logs could never call it again.
        log = logs.LogGroup(self, "Log", retention=log_retention, removal_policy=removal_policy)
        arn = bus.event_bus_arn
        self.function = ServerFunction(
            self,
            "Delivery",
            module="event_delivery",
            settings=Settings(deadline=_DEADLINE.to_seconds()),
            defaults=replace(defaults, log_group=log, holdings={"event_bus": Holding(arn=arn, name=arn)}),
            memory_size=_MEMORY,
        ).function
        logs.SubscriptionFilter(
            self,
            "Subscription",
            log_group=defaults.log_group,
            destination=destinations.LambdaDestination(self.function),
            filter_pattern=WITH_EVENTS,
        )
        # Not its errors: Lambda repeats those twice, and gives up only then, or after six hours without a place to run.
        self.alarm = alarm_on(
            self,
            AUDIT_EVENTS_LOST,
            metric=counted(self.function.metric("AsyncEventsDropped")),
            entry=AUDIT_EVENTS_LOST,
            meaning="Events of the audit trail did not reach the event bus. They are in the log.",
            actions=actions,
        )
