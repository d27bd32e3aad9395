"""What was asked of a stack, how that ended, and of whom the failures come."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from gatelet.handlers.audit_event import SUSPICIOUS
from gatelet.handlers.observation import DURATION, OUTCOMES

if TYPE_CHECKING:
    from gatelet_cli.log_sample import Entry, LogSample

REQUESTS = '{ $.operation = "*" && $.outcome = "*" }'
FAILURES = '{ $.outcome = "refused" || $.outcome = "throttled" }'
OF_OPERATORS = "operator"
WHO = {"addresses": "source_ip", "clients": "client_id", "users": "sub"}
SHOWN = 5


def requests_of(sample: LogSample) -> list[Entry]:
    """Return the lines that are requests."""
    return [
        entry
        for entry in sample.entries
        if entry.line.get("outcome") in OUTCOMES and entry.line.get("operation", OF_OPERATORS) != OF_OPERATORS
    ]


def outcomes(sample: LogSample) -> list[dict[str, Any]]:
    """Return for each operation how many requests ended how, and how long they took."""
    rows: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
    durations: dict[str, list[float]] = defaultdict(list)
    for entry in requests_of(sample):
        operation = entry.line["operation"]
        rows[operation][entry.line["outcome"]] += entry.weight
        durations[operation].append(float(entry.line.get(DURATION, 0)))
    return [
        {
            "operation": operation,
            **{outcome: round(number) for outcome, number in counts.items()},
            "p50_ms": _percentile(durations[operation], 0.5),
            "p99_ms": _percentile(durations[operation], 0.99),
        }
        for operation, counts in sorted(rows.items())
    ]


def attackers(sample: LogSample) -> dict[str, list[dict[str, Any]]]:
    """Return the addresses, clients and users of whom most of the failures come that an attack consists of."""
    found: dict[str, dict[str, dict[str, float]]] = {who: defaultdict(lambda: defaultdict(float)) for who in WHO}
    for entry in sample.entries:
        for event in set(entry.line.get("events", ())) & set(SUSPICIOUS):
            for who, member in WHO.items():
                if member in entry.line:
                    found[who][str(entry.line[member])][event] += entry.weight
    return {who: _most(WHO[who], counted) for who, counted in found.items()}


def _most(member: str, counted: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    totals = {name: sum(events.values()) for name, events in counted.items()}
    return [
        {
            member: name,
            "failures": round(totals[name]),
            "events": {event: round(counted[name][event]) for event in sorted(counted[name])},
        }
        for name in sorted(totals, key=lambda name: (-totals[name], name))[:SHOWN]
    ]


def _percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[math.ceil(share * len(values)) - 1], 1)
