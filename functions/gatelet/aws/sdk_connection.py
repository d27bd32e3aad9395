"""Calls to AWS through boto3: the operator's command, the rotation of keys, whatever is not a request's path."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gatelet.aws.connection import CONDITION_FAILED, CallRefused, ConditionFailed, is_outage
from gatelet.aws.deadline import ATTEMPTS, CALL_SHARES, Deadline, DeadlinePassed
from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


class SdkConnection:
    """Implements `gatelet.aws.connection.Connection` with one boto3 client per AWS service."""

    def __init__(
        self,
        *,
        deadline: float,
        connect_share: float = CALL_SHARES[0],
        read_share: float = CALL_SHARES[1],
        session: boto3.Session | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given_session = session
        self._deadline = Deadline(deadline, connect_share, read_share, monotonic)
        self._config = Config(
            connect_timeout=self._deadline.connect_timeout,
            read_timeout=self._deadline.read_timeout,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )

    def start_request(self) -> None:
        """Give the calls that follow a fresh deadline."""
        self._deadline.start()

    def one_attempt(self) -> AbstractContextManager[None]:
        """Leave time for one attempt to the calls within, and the rest of it to those that follow."""
        return self._deadline.one_attempt()

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
        client = self._session.client(service, config=self._config)  # type: ignore[call-overload]
        client.meta.events.register(f"before-send.{service}", self._require_time)
        return client

    def _require_time(self, **_: object) -> None:
        self._deadline.require_attempt()

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
    if is_outage(code, status):
        raise TemporarilyUnavailable(f"{operation}: {code}") from error
    raise CallRefused(operation, code) from error
