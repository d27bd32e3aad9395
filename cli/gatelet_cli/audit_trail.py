"""The audit trail: the stack's log group, which functions and operators add to and nobody takes from."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from gatelet_cli.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gatelet_cli.operator_event import OperatorEvent
    from gatelet_cli.stack import Stack

IMPATIENT = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
"""The work is done when it is written down: nobody should wait for minutes."""
CALLS = 20
"""A page may be empty where much was searched; whoever looks on does not search a log of years."""
NOT_QUERIED = frozenset({"_aws", "level", "message", "timestamp", "service"})
"""Members that say nothing of what happened."""


class AuditTrail:
    """Writes what the operator does, and reads what happened."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def write(self, event: OperatorEvent, about: Mapping[str, str], *, outcome: str, now: int) -> None:
        """Add one line in a stream of its own. Raises Failure and what botocore raises."""
        day = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"
        group, stream = self.group, f"operator/{day}-{secrets.token_hex(8)}"
        line = {
            "level": "INFO",
            "message": "operator",
            "timestamp": f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S},000+0000",
            "service": self._stack.name,
            "operation": "operator",
            "outcome": outcome,
            "events": [event],
            "operator": self._caller(),
            **about,
        }
        logs = self._stack.session.client("logs", config=IMPATIENT)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        answer = logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": now * 1000, "message": json.dumps(line)}],
        )
        if answer.get("rejectedLogEventsInfo"):
            raise Failure("CloudWatch Logs does not take a line of this time.")

    def read(self, since: int, *, subject: str | None = None, client: str | None = None) -> Iterator[dict[str, Any]]:
        """Return the lines that have an event, the oldest first, from every page."""
        wanted = {name: value for name, value in (("sub", subject), ("client_id", client)) if value is not None}
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.group,
            startTime=since * 1000,
            filterPattern=filter_pattern(wanted),
        )
        for page in pages:
            for entry in page["events"]:
                line = parse(entry["message"])
                if isinstance(line.get("events"), list) and all(
                    line.get(name) == value for name, value in wanted.items()
                ):
                    known = {name: value for name, value in line.items() if name not in NOT_QUERIED}
                    yield {"time": _time(entry["timestamp"]), **known}

    def first(self, since: float, until: float, pattern: str, most: int) -> tuple[list[tuple[float, str]], bool]:
        """Return time and text of the first lines between two moments that match, and whether there are no others."""
        found: list[tuple[float, str]] = []
        token: dict[str, str] = {}
        for _ in range(CALLS):
            answer = self._logs.filter_log_events(
                logGroupName=self.group,
                startTime=int(since * 1000),
                endTime=int(until * 1000) - 1,
                filterPattern=pattern,
                limit=most - len(found),
                **token,
            )
            found += [(entry["timestamp"] / 1000, entry["message"]) for entry in answer["events"]]
            token = {"nextToken": answer["nextToken"]} if "nextToken" in answer else {}
            if not token or len(found) >= most:
                break
        return found, not token and len(found) < most

    @property
    def group(self) -> str:
        """The name of the log group. Raises Failure where there is none."""
        if self._stack.log_group is None:
            raise Failure(
                f"The stack {self._stack.name} has no output GateletLogGroup: an earlier release deployed it."
                " Deploy it anew."
            )
        return self._stack.log_group

    @cached_property
    def _logs(self) -> Any:  # noqa: ANN401 - as boto3 makes it
        return self._stack.session.client("logs")

    def _caller(self) -> str:
        return str(self._stack.session.client("sts", config=IMPATIENT).get_caller_identity()["Arn"])


def filter_pattern(wanted: Mapping[str, str]) -> str:
    """Return what CloudWatch Logs leaves out by itself; a `*` in a value lets more through than is wanted."""
    conditions = [
        '$.events[0] = "*"',
        *(f"$.{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in wanted.items()),
    ]
    return f"{{ {' && '.join(conditions)} }}"


def parse(message: str) -> dict[str, Any]:
    """Read a line; what the platform writes in between is none."""
    try:
        line = json.loads(message)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%S}Z"
