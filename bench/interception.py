"""Sees every HTTP request of botocore before it is sent, repeated ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from botocore.handlers import BUILTIN_HANDLERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse


class Call(NamedTuple):
    """An operation and its parameters, as they go over the wire."""

    operation: str
    body: bytes
    url: str


def intercept(see: Callable[[Call], AWSResponse | None]) -> None:
    """Show each request of the clients made from now on; where `see` answers, nothing is sent."""

    def before_send(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        target = request.headers["X-Amz-Target"]
        name = target.decode() if isinstance(target, bytes) else target
        body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
        return see(Call(name.rpartition(".")[2], body, str(request.url)))

    # In front: moto has a handler too, and the first that answers ends the round.
    BUILTIN_HANDLERS.insert(0, ("before-send", before_send))
