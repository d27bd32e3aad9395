"""What the alarms of a stack say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet_cli.failure import Failure

if TYPE_CHECKING:
    from gatelet_cli.stack import Stack

RINGING = "ALARM"
MISSING = "missing"


def alarm_states(stack: Stack) -> list[dict[str, Any]]:
    """Return each alarm with its state and what that means, those that ring first. Raises Failure."""
    if not stack.alarms:
        raise Failure(
            f"The stack {stack.name} has no output GateletAlarms: an earlier release deployed it. Deploy it anew."
        )
    names = {f"{stack.name}-{alarm}": alarm for alarm in stack.alarms}
    # By name: IAM allows these alarms and no others.
    answer = stack.session.client("cloudwatch").describe_alarms(AlarmNames=sorted(names), MaxRecords=100)
    found = {alarm["AlarmName"]: alarm for alarm in answer["MetricAlarms"]}
    rows = [_row(alarm, found.get(name)) for name, alarm in names.items()]
    return sorted(rows, key=lambda row: (row["state"] != RINGING, row["alarm"]))


def _row(name: str, alarm: dict[str, Any] | None) -> dict[str, Any]:
    if alarm is None:
        return {"alarm": name, "state": MISSING}
    return {
        "alarm": name,
        "state": alarm["StateValue"],
        "since_at": int(alarm["StateUpdatedTimestamp"].timestamp()),
        "means": alarm.get("AlarmDescription", ""),
    }
