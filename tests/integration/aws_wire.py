"""The wire between a function and AWS: every request on it is counted, and any may fail."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.validate import ParamValidator
from moto.core.botocore_stubber import MockRawResponse
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.secretsmanager.responses import SecretsManagerResponse
from werkzeug.datastructures import Headers

from gatelet.aws.direct_connection import DirectConnection
from gatelet.aws.http_answer import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.model import ServiceModel
    from moto.core.responses import BaseResponse

    from gatelet.aws.channel import Request
    from gatelet.aws.service import Endpoint

    Send = Callable[[], Answer]
    Fault = Callable[[Send], Answer]
    When = Callable[["Call"], bool]

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
MOTO: dict[str, type[BaseResponse]] = {
    "dynamodb": DynamoHandler,
    "events": EventsHandler,
    "secretsmanager": SecretsManagerResponse,
}

_VALID: set[object] = set()


class Killed(BaseException):
    """The container ended here, as by a timeout of Lambda: no handler of an exception sees it."""


@dataclass
class Call:
    """One call of a function; each attempt of it is a request of its own."""

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
    """Stands in the place of the network, before moto: for the functions' own transport and for boto3."""

    def __init__(self) -> None:
        self.page: int | None = None
        """How many items a page of a query holds; None is as many as moto likes."""
        self._calls: dict[object, Call] = {}
        self._bodies: list[bytes] = []
        self._breakages: list[Breakage] = []

    @property
    def connect(self) -> Callable[..., DirectConnection]:
        """Make connections that end here, and repeat at once instead of after a pause."""
        nothing: Callable[[float], None] = lambda _seconds: None  # noqa: E731
        return partial(DirectConnection, channel=WireChannel.before(self), environ=ENVIRONMENT, sleep=nothing)

    def carry(self, request: Request, authority: str) -> Answer:
        """Take a request of the functions' own transport; an attempt has the body of the one before."""
        headers = dict(request.headers)
        if not any(body is request.body for body in self._bodies[-1:]):
            self._bodies.append(request.body)
        operation, body = headers["x-amz-target"].rpartition(".")[2], request.body
        _require_valid(authority.partition(".")[0], operation, json.loads(body))
        _require_short_keys(json.loads(body))
        if self.page and operation == "Query":
            body = json.dumps({**json.loads(body), "Limit": self.page}).encode()
        deliver = partial(_ask_moto, f"https://{authority}/", headers, body)
        return self._send(len(self._bodies), operation, request.body, deliver)

    def send(self, moto: Callable[[], AWSResponse | None], event_name: str, request: AWSPreparedRequest) -> AWSResponse:
        """Take a request of boto3."""

        def deliver() -> Answer:
            answer = moto()
            assert answer is not None
            return Answer(answer.status_code, dict(answer.headers), answer.content)

        body = request.body if isinstance(request.body, bytes) else b"{}"
        try:
            answer = self._send(
                _text(request.headers["amz-sdk-invocation-id"]), event_name.rpartition(".")[2], body, deliver
            )
        except ConnectionRefusedError:
            raise ConnectTimeoutError(endpoint_url=request.url) from None
        except TimeoutError:
            raise ReadTimeoutError(endpoint_url=request.url) from None
        return AWSResponse(request.url, answer.status, answer.headers, MockRawResponse(answer.body))  # type: ignore[arg-type]

    def _send(self, name: object, operation: str, body: bytes, deliver: Send) -> Answer:
        call = self._call(name, operation, body)
        call.attempts += 1
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
        self.page = None

    def fail(self, fault: Fault, when: When, *, times: int | None = None) -> None:
        """Let a fault hit the calls that `when` picks, so many times, or until `clear`."""
        self._breakages.append(Breakage(fault, when, times))

    def _call(self, name: object, operation: str, body: bytes) -> Call:
        if name not in self._calls:
            parameters = json.loads(body)
            secret = parameters.get("SecretId", "").rpartition(":")[2].rpartition("-")[0]
            target = parameters.get("TableName") or secret
            self._calls[name] = Call(len(self._calls), operation, target, parameters)
        return self._calls[name]


class WireChannel:
    """The functions' connection to one service."""

    def __init__(self, wire: AwsWire, endpoint: Endpoint) -> None:
        self._wire = wire
        self._authority = endpoint.authority

    @classmethod
    def before(cls, wire: AwsWire) -> Callable[..., WireChannel]:
        """Make the channels that end at a wire."""
        return lambda endpoint, **_timeouts: cls(wire, endpoint)

    def exchange(self, request: Request) -> Answer:
        return self._wire.carry(request, self._authority)


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _skeleton(value: object) -> object:
    """Return names and types alone."""
    if isinstance(value, dict):
        return tuple((name, _skeleton(member)) for name, member in value.items())
    if isinstance(value, list):
        return tuple(map(_skeleton, value))
    return type(value)


def _require_valid(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Require that a request has the shape that botocore's description of the service gives it, no member besides.

    Requests of one shape are looked at once: the look takes longer than moto does.
    """
    known = (operation, _skeleton(parameters))
    if known in _VALID:
        return
    shape = _model(service).operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(parameters, shape)
    assert not report.has_errors(), report.generate_report()
    assert set(parameters) <= set(shape.members)
    _VALID.add(known)


def _require_short_keys(parameters: dict[str, Any]) -> None:
    """Require keys that DynamoDB takes, empty ones and long ones being refused by it and not by moto."""
    for key in (parameters.get("Key", {}), parameters.get("Item", {})):
        for name, most in (("pk", 2048), ("sk", 1024)):
            assert name not in key or 0 < len(key[name]["S"].encode()) <= most


class _Posted:
    """A request as moto reads it. Its own kind is a WSGI environment, which takes as long as the answer."""

    method = "POST"
    path = raw_path = "/"
    content_encoding = None
    from_wsgi_server = False

    def __init__(self, url: str, headers: dict[str, str], body: bytes) -> None:
        self.raw_url = url
        self.headers = Headers(headers)
        self.content_type = headers["content-type"]
        self.data = body
        self.form: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.environ: dict[str, str] = {}


def _ask_moto(url: str, headers: dict[str, str], body: bytes) -> Answer:
    service = url.removeprefix("https://").partition(".")[0]
    status, given, text = MOTO[service].dispatch(_Posted(url, headers, body))
    return Answer(status, {name.lower(): str(value) for name, value in given.items()}, _bytes(text))


def at(position: int) -> When:
    """Pick the call at a position, counted from 0 since `clear`."""
    return lambda call: call.position == position


def from_(position: int) -> When:
    """Pick the call at a position and all that follow: AWS is gone from there on."""
    return lambda call: call.position >= position


def to(*names: str) -> When:
    """Pick calls by operation, by table or secret, or by both."""
    return lambda call: bool({call.name, call.operation, call.target} & set(names))


def unreachable(_send: Send) -> Answer:
    """No connection: nothing was sent."""
    raise ConnectionRefusedError


def answer_lost(send: Send) -> Answer:
    """AWS did what it was asked, and the answer never came."""
    send()
    raise TimeoutError


def killed_before(_send: Send) -> Answer:
    """End the container before the request leaves."""
    raise Killed


def killed_after(send: Send) -> Answer:
    """End the container when AWS has done what it was asked."""
    send()
    raise Killed


def answers(status: int, code: str) -> Fault:
    """Let AWS answer with an error and do nothing."""
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "it did not work"}).encode()
    headers = {"x-amzn-requestid": "r", "content-type": "application/x-amz-json-1.0"}
    return lambda _send: Answer(status, headers, body)


throttled = answers(400, "ThrottlingException")
internal_error = answers(500, "InternalServerError")
access_denied = answers(400, "AccessDeniedException")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
