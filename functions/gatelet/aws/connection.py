"""Calls to AWS under the deadline of the request that makes them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ATTEMPTS = 3
MARGIN = 0.1
"""Seconds between the decision to call and the call."""
CONDITION_FAILED = "ConditionalCheckFailedException"


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

TRANSIENT = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
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
SERVER_ERROR = 500


class DeadlinePassed(Exception):
    """No whole attempt fits into what is left of the request's time."""


class Connection:
    """One client per AWS service, and the deadline that all calls of a request share.

    The shares of it that one attempt may take to connect and to read are, of 8 s, 1 s and 2 s. None
    starts that could end after the deadline, so a request is answered in time whatever AWS does.
    """

    def __init__(
        self,
        *,
        deadline: float,
        connect_share: float = 1 / 8,
        read_share: float = 1 / 4,
        session: boto3.Session | None = None,
        endpoint_url: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given_session = session
        self._endpoint_url = endpoint_url
        self._deadline = deadline
        self._attempt = deadline * (connect_share + read_share)
        self._monotonic = monotonic
        self._ends_at = monotonic() + deadline
        self._config = Config(
            connect_timeout=deadline * connect_share,
            read_timeout=deadline * read_share,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )

    def start_request(self) -> None:
        """Give the calls that follow a fresh deadline."""
        self._ends_at = self._monotonic() + self._deadline

    @contextmanager
    def one_attempt(self) -> Iterator[None]:
        """Leave time for one attempt to the calls within, and the rest of it to those that follow."""
        ends_at = self._ends_at
        self._ends_at = min(ends_at, self._monotonic() + self._attempt + MARGIN)
        try:
            yield
        finally:
            self._ends_at = ends_at

    def dynamodb(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call DynamoDB. Raises ConditionFailed, TemporarilyUnavailable or CallRefused."""
        return self._call(self._dynamodb, operation, parameters)

    def secretsmanager(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call Secrets Manager. Raises TemporarilyUnavailable or CallRefused."""
        return self._call(self._secretsmanager, operation, parameters)

    @cached_property
    def _session(self) -> boto3.Session:
        return self._given_session or boto3.Session()

    @cached_property
    def _dynamodb(self) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        return self._client("dynamodb")

    @cached_property
    def _secretsmanager(self) -> Any:  # noqa: ANN401
        return self._client("secretsmanager")

    def _client(self, service: str) -> Any:  # noqa: ANN401
        client = self._session.client(service, config=self._config, endpoint_url=self._endpoint_url)  # type: ignore[call-overload]
        client.meta.events.register(f"before-send.{service}", self._require_time)
        return client

    def _require_time(self, **_: object) -> None:
        if self._monotonic() + self._attempt > self._ends_at:
            raise DeadlinePassed

    def _call(self, client: Any, operation: str, parameters: dict[str, object]) -> dict[str, Any]:  # noqa: ANN401
        try:
            answer: dict[str, Any] = getattr(client, operation)(**parameters)
        except ClientError as error:
            _translate(operation, error)
        except (BotoCoreError, DeadlinePassed) as error:
            raise TemporarilyUnavailable(f"{operation}: {type(error).__name__}") from error
        return answer


def _translate(operation: str, error: ClientError) -> NoReturn:
    code = error.response["Error"]["Code"]
    if code == CONDITION_FAILED:
        raise ConditionFailed(error.response.get("Item")) from None  # type: ignore[arg-type]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in TRANSIENT or status >= SERVER_ERROR:
        raise TemporarilyUnavailable(f"{operation}: {code}") from error
    raise CallRefused(operation, code) from error
