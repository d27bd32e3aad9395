"""What the requests of a log cost: each is one step, which took as long and wrote as much as its line says.

How often it called DynamoDB is not in the line, so that is what `operations` counts for its kind.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatelet.handlers.audit_event import Event
from gatelet.handlers.observation import DURATION
from gatelet_cli.costs.bill import Bill, bill_for_step
from gatelet_cli.costs.month import SECONDS, Usage, standing
from gatelet_cli.costs.operations import (
    AUTHORIZED_CALL,
    MACHINE_TOKEN,
    MEMORY,
    PASSWORD,
    REFRESH,
    REVOCATION,
    SIGN_IN,
    SINGLE_SIGN_ON,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatelet_cli.costs.prices import Prices

_PAGE, _PASSWORD_ENTERED, _QUESTION, _CONSENT, _REDEMPTION = SIGN_IN.steps
_STEPS = {
    ("token", "client_credentials"): MACHINE_TOKEN.steps[0],
    ("token", "authorization_code"): _REDEMPTION,
    ("token", "refresh_token"): REFRESH.steps[0],
    ("token", "password"): PASSWORD.steps[0],
    ("refresh", "refresh_token"): replace(REFRESH.steps[0], function="refresh"),
    ("revoke", None): REVOCATION.steps[0],
    ("authorize", "/login"): _PASSWORD_ENTERED,
    ("authorize", "/consent"): _CONSENT,
    ("authorize", "/oauth2/authorize"): _QUESTION,
    ("introspect", None): Step(function="introspect", calls=("GetItem grants", "Query feed"), answer_bytes=500),
    ("userinfo", None): Step(
        function="userinfo", calls=("GetItem grants", "Query feed", "GetItem directory"), answer_bytes=500
    ),
    ("authorizer", None): AUTHORIZED_CALL.steps[0],
}


def observed(requests: Iterable[tuple[dict[str, Any], int, float]], seconds: int, prices: Prices) -> Bill:
    """Return the bill for requests (a line, its length, how many like it) and for what stands there meanwhile."""
    bill = standing(Usage(protected_apis=0), prices).times(seconds / SECONDS)
    for line, length, number in requests:
        step = replace(step_of(line), log_bytes=length)
        bill += bill_for_step(step, prices, math.ceil(line.get(DURATION, 0))).times(number)
    return bill


def step_of(line: dict[str, Any]) -> Step:
    """Return the step that a line tells of; one whose kind is not known made no call."""
    operation = line["operation"]
    if Event.CODE_ISSUED in line.get("events", ()) and line.get("path") != "/consent":
        return SINGLE_SIGN_ON.steps[0]
    for kind in (line.get("grant_type"), line.get("path"), None):
        if (operation, kind) in _STEPS:
            return _STEPS[operation, kind]
    return replace(_PAGE, function=operation if operation in MEMORY else "metadata")
