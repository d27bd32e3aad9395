"""Calls to AWS on a request's path, signed and sent without boto3, which costs ten times a token."""

from __future__ import annotations

import json
import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gatelet.aws.channel import Channel
from gatelet.aws.clock import SigningClock
from gatelet.aws.connection import CONDITION_FAILED, CallRefused, ConditionFailed
from gatelet.aws.deadline import ATTEMPTS, CALL_SHARES, Deadline, DeadlinePassed
from gatelet.aws.fault import Fault
from gatelet.aws.retry import pause_before
from gatelet.aws.service import DYNAMODB, SECRETS_MANAGER
from gatelet.aws.service_client import ServiceClient
from gatelet.aws.signature import CredentialsMissing, credentials_of
from gatelet.aws.trust import tls_context
from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from gatelet.aws.service import Endpoint, Service
    from gatelet.aws.service_client import Line
    from gatelet.aws.signature import Credentials

_encode = json.JSONEncoder(separators=(",", ":")).encode


class DirectConnection:
    """Implements `gatelet.aws.connection.Connection` with one kept-alive TLS connection per service."""

    def __init__(
        self,
        *,
        deadline: float,
        connect_share: float = CALL_SHARES[0],
        read_share: float = CALL_SHARES[1],
        environ: Mapping[str, str] = os.environ,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[int], bytes] = os.urandom,
        channel: Callable[..., Line] = Channel,
    ) -> None:
        self._deadline = Deadline(deadline, connect_share, read_share, monotonic)
        self._environ = environ
        self._clock = SigningClock(clock)
        self._sleep = sleep
        self._random = random
        self._channel = channel

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
    def _dynamodb(self) -> ServiceClient:
        return self._client(DYNAMODB)

    @cached_property
    def _secretsmanager(self) -> ServiceClient:
        return self._client(SECRETS_MANAGER)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return tls_context(self._environ)

    def _client(self, service: Service) -> ServiceClient:
        return ServiceClient(service, self._environ, self._line)

    def _line(self, endpoint: Endpoint) -> Line:
        connect, read = self._deadline.connect_timeout, self._deadline.read_timeout
        return self._channel(endpoint, connect_timeout=connect, read_timeout=read, tls=lambda: self._tls)

    def _call(self, client: ServiceClient, operation: str, parameters: dict[str, object]) -> dict[str, Any]:
        try:
            outcome = self._attempt(client, operation, _body(parameters))
        except (DeadlinePassed, CredentialsMissing) as error:
            raise TemporarilyUnavailable(f"{operation}: {type(error).__name__}") from None
        if isinstance(outcome, Fault):
            raise _failure(operation, outcome)
        return outcome

    def _attempt(self, client: ServiceClient, operation: str, body: bytes) -> dict[str, Any] | Fault:
        """Attempt a call as often as it takes, each time with the credentials and the time as they are then."""
        cost, number = 0, 1
        while True:
            self._deadline.require_attempt()
            credentials = credentials_of(self._environ)
            outcome = client.attempt(operation, body, credentials, self._clock.now())
            if not isinstance(outcome, Fault):
                client.quota.give_back(cost)
                return outcome
            if number == ATTEMPTS:
                return outcome
            number += 1
            if self._is_amended(outcome, credentials):
                continue
            cost = client.quota.take(outcome) if outcome.is_repeated else 0
            if not cost:
                return outcome
            self._pause(pause_before(number, outcome, client.service.pause, self._random))

    def _is_amended(self, fault: Fault, credentials: Credentials) -> bool:
        """Tell whether the next attempt differs: by the time of AWS, or by credentials that were changed meanwhile."""
        if fault.is_skew and self._clock.correct(fault.date):
            return True
        return fault.is_unauthenticated and credentials_of(self._environ) != credentials

    def _pause(self, seconds: float) -> None:
        """Wait, unless no attempt would fit in afterwards."""
        self._deadline.require_attempt(after=seconds)
        self._sleep(seconds)


def _body(parameters: dict[str, object]) -> bytes:
    return _encode(parameters).encode()


def _failure(operation: str, fault: Fault) -> Exception:
    if fault.code == CONDITION_FAILED:
        return ConditionFailed(fault.document.get("Item"))
    if fault.is_outage:
        return TemporarilyUnavailable(f"{operation}: {fault.code}")
    return CallRefused(operation, fault.code)
