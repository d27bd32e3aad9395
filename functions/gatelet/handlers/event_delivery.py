"""Delivers the audit trail to an event bus. Called by CloudWatch Logs with the lines that hold events.

No request waits for it. Whatever is not delivered raises, and Lambda repeats the whole message; what was
delivered before comes again then, under the same id.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from functools import cached_property
from typing import Any

from gatelet.aws.event_bus import BusEvent, EventBus, EventBusConnection
from gatelet.aws.settings import Settings
from gatelet.handlers.observation import Observation

CONTROL_MESSAGE = "CONTROL_MESSAGE"
NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class Undelivered(Exception):
    """Not every event of a message could be read and delivered."""


class EventDelivery:
    """The Lambda handler. A failure raises: Lambda repeats the message, and counts it as lost in the end."""

    def __call__(self, event: dict[str, Any], context: object) -> None:
        """Deliver what a subscription brings."""
        self.deliver(event, self._bus, context)

    def deliver(self, event: dict[str, Any], bus: EventBus, context: object = None) -> None:
        """Deliver to a given bus. Raises Undelivered.

        The line that it logs has no member `events`: nothing it does is an event to be delivered.
        """
        observation = Observation("event_delivery", context)
        read = _Message(event)
        errors = bus.put(read.events)
        delivered = len(read.events) - len(errors)
        observation.conclude(
            status=500 if read.unreadable else 503 if errors else 200,
            delivered=delivered,
            undelivered=len(errors) or None,
            unreadable=read.unreadable or None,
            error=", ".join(sorted(set(errors))) or None,
        )
        if read.unreadable or errors:
            raise Undelivered(f"{delivered} delivered, {len(errors)} not, {read.unreadable} unreadable")

    @cached_property
    def _bus(self) -> EventBus:
        settings = Settings.from_environment(os.environ)
        return EventBus(EventBusConnection(deadline=settings.deadline), settings.require("event_bus"))


class _Message:
    """The events in a message of CloudWatch Logs, and how much of it cannot be read."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.events: list[BusEvent] = []
        self.unreadable = 0
        try:
            records = _records_of(event)
        except Exception:  # noqa: BLE001 - whatever it is, CloudWatch Logs did not write it
            self.unreadable = 1
            return
        for record in records:
            try:
                self.events += _events_of(record)
            except Exception:  # noqa: BLE001 - whatever it is, no line of ours reads so; the others are delivered
                self.unreadable += 1


def _records_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of a message; one of control, which says that the subscription works, has none."""
    message = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"], validate=True)))
    return list(message["logEvents"]) if message["messageType"] != CONTROL_MESSAGE else []


def _events_of(record: dict[str, Any]) -> list[BusEvent]:
    """Return an event for each name in a line, with what the line knows and an id that stays the same."""
    line, time = json.loads(record["message"]), int(record["timestamp"])
    names = line["events"]
    if not all(map(NAME.fullmatch, names)):
        raise ValueError("a line names something that is no event")
    facts = {name: value for name, value in line.items() if name[:1].islower()}  # the others are its metrics
    return [BusEvent.of(name, {"id": f"{record['id']}/{name}", **facts}, time) for name in names]


handler = EventDelivery()
