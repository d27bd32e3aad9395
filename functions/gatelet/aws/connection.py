"""Calls to AWS under the deadline of the request that makes them, and how they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

CONDITION_FAILED = "ConditionalCheckFailedException"
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500

TRANSIENT = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""The error codes of an outage: what is asked may well succeed later."""


def is_outage(code: str, status: int) -> bool:
    """Tell whether an error of AWS is an outage; else the call is refused."""
    return code in TRANSIENT or status == TOO_MANY_REQUESTS or status >= SERVER_ERROR


class ConditionFailed(Exception):
    """A conditional write did not happen; `item` is what stood there, as attribute values, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("the condition of the write does not hold")
        self.item = item


class CallRefused(Exception):
    """AWS understood the call and refuses it: a fault of ours, with its error code."""

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(f"{operation}: {code}")
        self.code = code


UNREADABLE = (TemporarilyUnavailable, CallRefused)
"""What makes a container go on with what it remembers: for whoever reads, a refusal is an outage too."""


class Connection(Protocol):
    """DynamoDB and Secrets Manager, and the deadline that all calls of a request share."""

    def start_request(self) -> None:
        """Give the calls that follow a fresh deadline."""

    def one_attempt(self) -> AbstractContextManager[None]:
        """Leave time for one attempt to the calls within, and the rest of it to those that follow."""

    def dynamodb(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call DynamoDB. Raises ConditionFailed, TemporarilyUnavailable or CallRefused."""

    def secretsmanager(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call Secrets Manager. Raises TemporarilyUnavailable or CallRefused."""
