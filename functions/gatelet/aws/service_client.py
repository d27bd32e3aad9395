"""One service and a single attempt to call it: sign, send, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from gatelet.aws.channel import Request
from gatelet.aws.fault import Fault, read_answer
from gatelet.aws.retry import RetryQuota
from gatelet.aws.service import endpoint_of, region_of
from gatelet.aws.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gatelet.aws.http_answer import Answer
    from gatelet.aws.service import Endpoint, Service
    from gatelet.aws.signature import Credentials


class Line(Protocol):
    """What carries requests to a service and answers back."""

    def exchange(self, request: Request) -> Answer:
        """Send a request and wait for its answer. Raises OSError."""


class ServiceClient:
    """Speaks the JSON protocol of AWS. Raises `gatelet.aws.service.EndpointInvalid`."""

    def __init__(self, service: Service, environ: Mapping[str, str], line: Callable[[Endpoint], Line]) -> None:
        region = region_of(environ)
        endpoint = endpoint_of(service, region, environ)
        self.service = service
        self.quota = RetryQuota()
        self._line = line(endpoint)
        self._signature = Signature(service.name, region)
        self._headers = (("content-type", service.content_type), ("host", endpoint.authority))

    def attempt(self, operation: str, body: bytes, credentials: Credentials, now: float) -> dict[str, Any] | Fault:
        """Call an operation once, and return its result or what went wrong."""
        try:
            answer = self._line.exchange(self._request(operation, body, credentials, now))
        except OSError as error:
            return Fault(type(error).__name__, is_repeated=True)
        return read_answer(answer)

    def _request(self, operation: str, body: bytes, credentials: Credentials, now: float) -> Request:
        headers = (*self._headers, ("x-amz-target", self.service.targets[operation]))
        return Request(self._signature.sign(headers, body, credentials, now), body)
