"""An event bus of Amazon EventBridge, which takes several events with one call, or some of them."""

from __future__ import annotations

import json
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.aws.connection import CallRefused
from gatelet.aws.deadline import ATTEMPTS
from gatelet.aws.direct_connection import DirectConnection
from gatelet.aws.service import Service
from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gatelet.aws.service_client import ServiceClient

EVENT_BRIDGE = Service(
    name="events",
    content_type="application/x-amz-json-1.1",
    targets={"put_events": "AWSEvents.PutEvents"},
    variable="AWS_ENDPOINT_URL_EVENTBRIDGE",
    pause=0.05,
)
SOURCE = "gatelet"
MOST = 10
"""Events of one call."""
LARGEST = 256_000
"""Bytes of the events of one call, as EventBridge counts them: what every Region takes. Most take 1 MB."""
SIZE_OF_TIME = 14
PAUSE = 0.2
"""Seconds before events that were not taken are sent again, twice as long each time."""


class EventBusConnection(DirectConnection):
    """Calls of EventBridge alone."""

    def put_events(self, **parameters: object) -> dict[str, Any]:
        """Call PutEvents. Raises TemporarilyUnavailable or CallRefused."""
        return self._call(self._event_bridge, "put_events", parameters)

    @cached_property
    def _event_bridge(self) -> ServiceClient:
        return self._client(EVENT_BRIDGE)


class BusEvent(NamedTuple):
    """One event; `detail` is JSON."""

    name: str
    detail: str
    milliseconds: int

    @classmethod
    def of(cls, name: str, detail: dict[str, Any], milliseconds: int) -> BusEvent:
        """Render the members of an event."""
        return cls(name, json.dumps(detail, separators=(",", ":")), milliseconds)

    @property
    def size(self) -> int:
        """Bytes, as EventBridge counts them."""
        return SIZE_OF_TIME + len(SOURCE) + len(self.name.encode()) + len(self.detail.encode())


class EventBus:
    """A bus by its name or ARN."""

    def __init__(
        self, connection: EventBusConnection, name: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._connection = connection
        self._name = name
        self._pause = pause

    def put(self, events: Iterable[BusEvent]) -> list[str]:
        """Send events, and those that were not taken again; return an error for each that was not taken in the end.

        What one call cannot deliver keeps no other from being made.
        """
        self._connection.start_request()
        return [error for batch in _batches(events) for error in self._put(batch)]

    def _put(self, events: list[BusEvent]) -> list[str]:
        errors: list[str] = []
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(PAUSE * 2 ** (attempt - 1))
            try:
                answer = self._connection.put_events(Entries=[self._entry(event) for event in events])
            except (CallRefused, TemporarilyUnavailable) as error:  # was repeated already, where that helps
                return [str(error)] * len(events)
            results = list(zip(events, answer["Entries"], strict=True))
            events = [event for event, result in results if "EventId" not in result]
            errors = [str(result.get("ErrorCode")) for _, result in results if "EventId" not in result]
            if not events:
                break
        return errors

    def _entry(self, event: BusEvent) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.name,
            "Detail": event.detail,
            "Time": event.milliseconds / 1000,
        }


def _batches(events: Iterable[BusEvent]) -> Iterator[list[BusEvent]]:
    """Yield as many events at once as one call takes; one that is too large for any is alone, and refused."""
    batch: list[BusEvent] = []
    for event in events:
        if batch and (len(batch) == MOST or sum(each.size for each in (*batch, event)) > LARGEST):
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch
