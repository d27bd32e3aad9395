"""A look at a whole deployment: is it healthy, who is attacking, what does it cost?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from gatelet.aws.record import scan
from gatelet.aws.settings import Settings
from gatelet.handlers import ENDPOINTS
from gatelet_cli.activity import FAILURES, REQUESTS, attackers, outcomes, requests_of
from gatelet_cli.alarm_states import MISSING, RINGING, alarm_states
from gatelet_cli.costs.observed import observed
from gatelet_cli.costs.prices import price_list
from gatelet_cli.duration import describe
from gatelet_cli.failure import explain
from gatelet_cli.key_rotation import SECRETS, SIGNING
from gatelet_cli.log_sample import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.handlers import Endpoint
    from gatelet_cli.administration import Administration
    from gatelet_cli.audit_trail import AuditTrail
    from gatelet_cli.log_sample import LogSample
    from gatelet_cli.terminal import Answer, Terminal

DISCOVERY = "/.well-known/openid-configuration"
NOT_FOUND = 404
SERVER_ERROR = 500
COUNTED = {"CLIENT": "clients", "USER": "users"}
HOUR = 3600
DAY = 24 * HOUR
HOUR_PARTS, HOUR_LINES = 6, 1000
DAY_PARTS, DAY_LINES = 12, 500
NO_METRICS = (
    "The local stack has no metrics: its alarms never ring, and those with an expression are left out."
    " Nothing that it does is billed."
)
SAMPLED = "There is more in the log than was read: numbers with it are estimated from a sample."

Found = TypeVar("Found")


def inspect(administration: Administration, trail: AuditTrail, terminal: Terminal) -> dict[str, Any]:
    """Look at everything; a part that cannot be looked at is among the `problems`, and the rest is shown."""
    stack = administration.stack
    problems: list[str] = []
    endpoints = _endpoints(stack.issuer, terminal)
    keys = _look("keys", lambda: _keys(administration), problems)
    counts = _look("directory", lambda: _counts(administration), problems)
    tables = _look("tables", lambda: _tables(administration), problems)
    alarms = _look("alarms", lambda: {"alarms": alarm_states(stack)}, problems).get("alarms", [])
    activity = _look("log", lambda: _activity(trail, administration.directory.now()), problems)
    problems += [f"{name}: {state}" for name, state in endpoints.items() if not state.startswith("answers")]
    problems += [f"table {name} is {state}" for name, state in tables.items() if state != "ACTIVE"]
    problems += [f"alarm {each['alarm']} rings: {each['means']}" for each in alarms if each["state"] == RINGING]
    remarks = [NO_METRICS] if stack.is_local else []
    if not stack.is_local:
        problems += [f"alarm {each['alarm']} is missing" for each in alarms if each["state"] == MISSING]
    return {
        "stack": stack.name,
        "region": stack.region,
        "issuer": stack.issuer,
        "password_grant": stack.password_grant,
        "endpoints": endpoints,
        "keys": keys,
        **counts,
        "tables": tables,
        "alarms": alarms,
        **activity,
        "remarks": [*remarks, *activity.get("remarks", [])],
        "problems": problems,
    }


def _look(what: str, look: Callable[[], dict[str, Found]], problems: list[str]) -> dict[str, Found]:
    try:
        return look()
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        problems.append(f"{what}: {failure}")
        return {}


def _endpoints(issuer: str, terminal: Terminal) -> dict[str, str]:
    """Ask each endpoint without consequences: GET where that is its method, else OPTIONS."""
    if not issuer.startswith(("https://", "http://")):
        return {"discovery": f"{issuer} is not an http address"}
    answer = terminal.fetch(issuer + DISCOVERY)
    states = {"discovery": _discovery(answer, issuer)}
    if answer is None:
        return states
    for endpoint in ENDPOINTS:
        if endpoint.path != DISCOVERY:
            states[endpoint.name] = _state(terminal.fetch(issuer + endpoint.path, _method(endpoint)))
    return states


def _method(endpoint: Endpoint) -> str:
    return "GET" if "GET" in endpoint.methods and "{" not in endpoint.path else "OPTIONS"


def _discovery(answer: Answer | None, issuer: str) -> str:
    state = _state(answer)
    if answer is None or not state.startswith("answers"):
        return state
    try:
        claimed = json.loads(answer.body)["issuer"]
    except (ValueError, KeyError, TypeError):
        return "is not a metadata document"
    return state if claimed == issuer else f"names another issuer: {claimed}"


def _state(answer: Answer | None) -> str:
    if answer is None:
        return "cannot be reached from here"
    if answer.status == NOT_FOUND or answer.status >= SERVER_ERROR:
        return f"fails with {answer.status}"
    return f"answers ({answer.status})"


def _keys(administration: Administration) -> dict[str, str]:
    """Return the age of each key in use, and when the next rotation is possible."""
    status = administration.keys.status()
    now = administration.directory.now()
    ages = {
        f"{secret} {alg}": f"{ring['current']['kid']}, made {describe(max(0, now - ring['current']['created_at']))} ago"
        for secret in SECRETS
        for alg, ring in sorted(status[secret]["kids"].items())
    }
    youngest = max((ring["next"]["created_at"] for ring in status[SIGNING]["kids"].values()), default=now)
    left = youngest + status.get("next_key_age", Settings().next_key_age) - now
    return {**ages, "next rotation": f"in {describe(left)}" if left > 0 else "possible now"}


def _counts(administration: Administration) -> dict[str, int]:
    table = administration.stack.tables["directory"]
    kinds = Counter(
        item["sk"]
        for item in scan(
            administration.connection, table, "#sk = :client OR #sk = :user", {"client": "CLIENT", "user": "USER"}
        )
    )
    directory = administration.directory
    return {
        **{name: kinds[sk] for sk, name in COUNTED.items()},
        "apis": len(directory.resource_servers()),
        "roles": len(directory.roles()),
    }


def _activity(trail: AuditTrail, now: int) -> dict[str, Any]:
    """Return the requests and failures of the last hour, and what those of the last day cost."""

    def read(pattern: str, seconds: int, parts: int, most: int) -> LogSample:
        # Lines of this second may still be on their way.
        return sample(trail, pattern, since=now - seconds, until=now + 1, parts=parts, most=most)

    hour, failures, day = (
        read(REQUESTS, HOUR, HOUR_PARTS, HOUR_LINES),
        read(FAILURES, HOUR, HOUR_PARTS, HOUR_LINES),
        read(REQUESTS, DAY, DAY_PARTS, DAY_LINES),
    )
    known = price_list()
    bill = observed(((each.line, each.length, each.weight) for each in requests_of(day)), DAY, known.prices)
    is_whole = hour.is_whole and failures.is_whole and day.is_whole
    return {
        "requests_of_the_last_hour": outcomes(hour),
        "failures_of_the_last_hour": attackers(failures),
        "dollars_of_the_last_day": {"total": bill.total, **asdict(bill)},
        "remarks": [f"Dollars are calculated, not billed: {known.title}.", *([] if is_whole else [SAMPLED])],
    }


def _tables(administration: Administration) -> dict[str, str]:
    return {
        name: str(administration.connection.dynamodb("describe_table", TableName=table)["Table"]["TableStatus"])
        for name, table in administration.stack.tables.items()
    }
