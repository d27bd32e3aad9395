"""Dollars by what they are paid for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from gatelet_cli.costs.operations import COLD_SECRETS, HANDLER_MS, PASSWORD_HASH_MS

if TYPE_CHECKING:
    from gatelet_cli.costs.operations import Operation, Step
    from gatelet_cli.costs.prices import Prices

MILLION = 1_000_000
GIGABYTE = 1_000_000_000
DYNAMODB_CALL_MS = 5
WHOLE_PROCESSOR_MB = 1769
"""Memory with which a function has one virtual processor."""
PLATFORM_LOG_BYTES = 300
"""What Lambda writes about each invocation."""
GATEWAY_LOG_BYTES = 400
COLD_SHARE = 0.01
"""Of all invocations, those that start a container."""
COLD_START_SECONDS = 0.3
COLD_READS = 3

ASSUMPTIONS = (
    f"an invocation takes {HANDLER_MS} ms of a whole processor, a password's hash {PASSWORD_HASH_MS} ms",
    f"a call of DynamoDB is waited for {DYNAMODB_CALL_MS} ms",
    f"a log line of ours as measured, {PLATFORM_LOG_BYTES} bytes of Lambda's, {GATEWAY_LOG_BYTES} of the gateway's",
    f"{COLD_SHARE:.0%} of the invocations start a container, in {COLD_START_SECONDS} s and with {COLD_READS} reads",
    "an item of the store has up to 1 KB when written, 4 KB when read",
)


@dataclass(frozen=True, kw_only=True)
class Bill:
    """Dollars."""

    http_api: float = 0
    functions: float = 0
    dynamodb: float = 0
    secrets_manager: float = 0
    logs: float = 0
    monitoring: float = 0
    transfer: float = 0

    @property
    def total(self) -> float:
        """The sum."""
        return math.fsum(asdict(self).values())

    def __add__(self, other: Bill) -> Bill:
        return Bill(**{part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)})

    def times(self, number: float) -> Bill:
        """Return this so many times."""
        return Bill(**{name: dollars * number for name, dollars in asdict(self).items()})


def bill_for(operation: Operation, prices: Prices) -> Bill:
    """Return what one operation costs."""
    return sum((bill_for_step(step, prices) for step in operation.steps), Bill())


def milliseconds(step: Step) -> int:
    """Return the duration that Lambda bills: whole milliseconds, of a share of a processor that memory buys."""
    share = min(1, step.memory_gb * 1024 / WHOLE_PROCESSOR_MB)
    return math.ceil(step.cpu_ms / share + DYNAMODB_CALL_MS * len(step.calls))


def bill_for_step(step: Step, prices: Prices, duration_ms: int | None = None) -> Bill:
    """Return what one step costs; how long it takes is calculated, where it was not measured."""
    duration_ms = milliseconds(step) if duration_ms is None else duration_ms
    seconds = duration_ms / 1000 + COLD_SHARE * COLD_START_SECONDS
    gateway = 1 if step.is_behind_the_api else 0
    log_bytes = step.log_bytes + PLATFORM_LOG_BYTES + gateway * GATEWAY_LOG_BYTES
    reads = step.reads + COLD_SHARE * COLD_READS
    return Bill(
        http_api=gateway * prices.http_api_request,
        functions=prices.lambda_request + seconds * step.memory_gb * prices.lambda_gb_second,
        dynamodb=step.writes * prices.dynamodb_write + reads * prices.dynamodb_read,
        secrets_manager=COLD_SHARE * COLD_SECRETS.get(step.function, 0) * prices.secret_read,
        logs=log_bytes / GIGABYTE * prices.log_gb,
        transfer=step.answer_bytes / GIGABYTE * prices.transfer_gb,
    )
