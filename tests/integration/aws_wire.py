"""The wire between a function and AWS: every request on it is counted, and any may fail."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest

    Send = Callable[[], AWSResponse]
    Fault = Callable[[Send], AWSResponse]
    When = Callable[["Call"], bool]


class Killed(BaseException):
    """The container ended here, as by a timeout of Lambda: no handler of an exception sees it."""


@dataclass
class Call:
    """One call of the SDK; each attempt of it is a request of its own."""

    position: int
    operation: str
    target: str
    """The table or secret."""
    parameters: dict[str, Any] = field(repr=False)
    attempts: int = 0

    @property
    def name(self) -> str:
        return f"{self.operation} {self.target}"


@dataclass
class Breakage:
    """A fault, the calls that it hits, and how often."""

    fault: Fault
    when: When
    times: int | None


class AwsWire:
    """Stands in the place of the network, before moto."""

    def __init__(self, moto: Callable[..., AWSResponse | None]) -> None:
        self._moto = moto
        self._calls: dict[str, Call] = {}
        self._breakages: list[Breakage] = []

    def send(self, stubber: object, event_name: str, request: AWSPreparedRequest, **more: object) -> AWSResponse:
        call = self._call(event_name, request)
        call.attempts += 1

        def deliver() -> AWSResponse:
            answer = self._moto(stubber, event_name, request, **more)
            assert answer is not None
            return answer

        for breakage in self._breakages:
            if breakage.when(call) and breakage.times != 0:
                breakage.times = None if breakage.times is None else breakage.times - 1
                return breakage.fault(deliver)
        return deliver()

    @property
    def calls(self) -> list[Call]:
        return list(self._calls.values())

    @property
    def names(self) -> list[str]:
        """Operation and table, or secret, of each call."""
        return [call.name for call in self.calls]

    @property
    def requests(self) -> int:
        """How many requests have left the process, repeated ones included."""
        return sum(call.attempts for call in self.calls)

    def clear(self) -> None:
        """Begin to count anew, and repair what was broken."""
        self._calls = {}
        self._breakages = []

    def fail(self, fault: Fault, when: When, *, times: int | None = None) -> None:
        """Let a fault hit the calls that `when` picks, so many times, or until `clear`."""
        self._breakages.append(Breakage(fault, when, times))

    def _call(self, event_name: str, request: AWSPreparedRequest) -> Call:
        invocation = _text(request.headers["amz-sdk-invocation-id"])
        if invocation not in self._calls:
            parameters = json.loads(request.body or b"{}")  # type: ignore[arg-type]
            secret = parameters.get("SecretId", "").rpartition(":")[2].rpartition("-")[0]
            target = parameters.get("TableName") or secret
            self._calls[invocation] = Call(len(self._calls), event_name.rpartition(".")[2], target, parameters)
        return self._calls[invocation]


def at(position: int) -> When:
    """Pick the call at a position, counted from 0 since `clear`."""
    return lambda call: call.position == position


def from_(position: int) -> When:
    """Pick the call at a position and all that follow: AWS is gone from there on."""
    return lambda call: call.position >= position


def to(*names: str) -> When:
    """Pick calls by operation, by table or secret, or by both."""
    return lambda call: bool({call.name, call.operation, call.target} & set(names))


def unreachable(_send: Send) -> AWSResponse:
    """No connection: nothing was sent."""
    raise ConnectTimeoutError(endpoint_url="aws")


def answer_lost(send: Send) -> AWSResponse:
    """AWS did what it was asked, and the answer never came."""
    send()
    raise ReadTimeoutError(endpoint_url="aws")


def killed_before(_send: Send) -> AWSResponse:
    """End the container before the request leaves."""
    raise Killed


def killed_after(send: Send) -> AWSResponse:
    """End the container when AWS has done what it was asked."""
    send()
    raise Killed


def answers(status: int, code: str) -> Fault:
    """Let AWS answer with an error and do nothing."""

    def fault(_send: Send) -> AWSResponse:
        body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "it did not work"}).encode()
        headers = {"x-amzn-requestid": "r", "content-type": "application/x-amz-json-1.0"}
        return AWSResponse("https://aws", status, headers, MockRawResponse(body))  # type: ignore[arg-type]

    return fault


throttled = answers(400, "ThrottlingException")
internal_error = answers(500, "InternalServerError")
access_denied = answers(400, "AccessDeniedException")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
