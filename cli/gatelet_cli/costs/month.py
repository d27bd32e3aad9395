"""A month's bill: what is asked, what containers read by themselves, and what stands there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelet.aws.feed import READ_EVERY as FEED_READ_EVERY
from gatelet.aws.public_keys import RELOAD_EVERY as KEYS_READ_EVERY
from gatelet.aws.secret import GRANT_SECONDS, SIGNING_SECONDS
from gatelet_cli.costs.bill import GIGABYTE, Bill, bill_for, milliseconds
from gatelet_cli.costs.operations import AUTHORIZED_CALL, MACHINE_TOKEN, REFRESH, SIGN_IN

if TYPE_CHECKING:
    from gatelet_cli.costs.prices import Prices

SECONDS = 730 * 3600
SECRETS = 2
ALARMS = 12
ALARMS_OF_AN_API = 2
"""Metrics that alarms watch, which is what is paid for; one of them watches two."""
METRICS_OF_A_FUNCTION = 3
"""Outcomes that occur, succeeded and refused, and the duration."""
METRICS_OF_SIGN_INS = 1
FUNCTIONS_ASKED = 5
SECRETS_READ_EVERY = (SIGNING_SECONDS, GRANT_SECONDS)
PEAK = 10
"""The busiest moment, in times of the average: what containers are there for."""
STORED_BYTES_OF_A_USER = 4096
"""User, password hash, consents, sessions and grants."""

ASSUMPTIONS = (
    f"containers for {PEAK} times the average load, running all month, each reading feed, keys and secrets when due",
    f"{STORED_BYTES_OF_A_USER} bytes stored for each user; the free tiers of AWS are not taken off",
)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What happens in a month."""

    requests: int = 0
    """Calls of protected routes."""
    users: int = 0
    machine_tokens: int = 0
    sign_ins_per_user: int = 4
    refreshes_per_user: int = 176
    protected_apis: int = 1

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is asked at all."""
        return not (self.requests or self.users or self.machine_tokens)


def standing(usage: Usage, prices: Prices) -> Bill:
    """Return what a month costs in which nothing is asked."""
    alarms = ALARMS + ALARMS_OF_AN_API * usage.protected_apis
    return Bill(
        secrets_manager=SECRETS * prices.secret_month,
        monitoring=alarms * prices.alarm_month + prices.dashboard_month,
    )


def asked(usage: Usage, prices: Prices) -> Bill:
    """Return what the requests of a month cost."""
    return (
        bill_for(AUTHORIZED_CALL, prices).times(usage.requests)
        + bill_for(MACHINE_TOKEN, prices).times(usage.machine_tokens)
        + bill_for(SIGN_IN, prices).times(usage.users * usage.sign_ins_per_user)
        + bill_for(REFRESH, prices).times(usage.users * usage.refreshes_per_user)
    )


def kept(usage: Usage, prices: Prices) -> Bill:
    """Return what containers read by themselves, metrics and what is stored for users."""
    if usage.is_idle:
        return Bill()
    functions = FUNCTIONS_ASKED + usage.protected_apis
    stored = usage.users * STORED_BYTES_OF_A_USER / GIGABYTE
    return Bill(
        dynamodb=authorizer_reads(usage) * prices.dynamodb_read
        + stored * (prices.dynamodb_storage_gb_month + prices.dynamodb_recovery_gb_month),
        secrets_manager=secret_reads(usage) * prices.secret_read,
        monitoring=(METRICS_OF_A_FUNCTION * functions + (METRICS_OF_SIGN_INS if usage.users else 0))
        * prices.metric_month,
    )


def authorizer_reads(usage: Usage) -> float:
    """Return how often authorizers read feed and keys: no request, no read."""
    busy = _containers(usage.requests, milliseconds(AUTHORIZED_CALL.steps[0])) * usage.protected_apis
    return min(usage.requests, busy * SECONDS / FEED_READ_EVERY) + min(usage.requests, busy * SECONDS / KEYS_READ_EVERY)


def secret_reads(usage: Usage) -> float:
    """Return how often the token function reads its secrets again."""
    tokens = usage.machine_tokens + usage.users * (usage.sign_ins_per_user + usage.refreshes_per_user)
    busy = _containers(tokens, milliseconds(REFRESH.steps[0]))
    return sum(min(tokens, busy * SECONDS / every) for every in SECRETS_READ_EVERY)


def month(usage: Usage, prices: Prices) -> Bill:
    """Return the whole bill."""
    return standing(usage, prices) + asked(usage, prices) + kept(usage, prices)


def _containers(number: int, duration_ms: int) -> int:
    return math.ceil(number / SECONDS * PEAK * duration_ms / 1000)
