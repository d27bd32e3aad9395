"""The deployed HTTP API alone on a port of its own.

The emulator routes by host name and path, and answers /oauth2/token, /login and others itself as
another AWS service; behind this door every path but the demonstration page's belongs to the API. It
calls private functions of the one exact version in requirements/emulator.lock; the end-to-end tests
prove path by path and method by method that the deployed function answered.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ministack.core.responses import request_scope
from ministack.services import apigateway

from .demonstration import demonstration
from .journal import Journal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
Answer = tuple[int, dict[str, Any], bytes]

STAGE = "$default"
FAILED_INTEGRATION = 502
JSON = {"Content-Type": "application/json"}
NOT_READY: Answer = (503, JSON, b'{"message":"Service Unavailable"}')
NOT_FOUND: Answer = (404, JSON, b'{"message":"Not Found"}')
FAILED: Answer = (500, JSON, b'{"message":"Internal Server Error"}')

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Call:
    """One request as the emulator's API Gateway wants it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The query's parameters, blank ones included."""
        return parse_qs(self.query, keep_blank_values=True)


@dataclass(kw_only=True)
class Door:
    """An ASGI application that knows one HTTP API."""

    journal: Journal
    api: str | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request and write it down."""
        call = await _read(scope, receive)
        if call is None:
            return
        entry = self.journal.begin()
        status, headers, body = await self._answer(call)
        entry.end(call.method, call.path, status)
        await _write(send, call.method, status, headers | {"apigw-requestid": entry.id}, body)

    async def _answer(self, call: Call) -> Answer:
        if self.api is None:
            return NOT_READY
        if page := demonstration(call.method, call.path):
            return page
        try:
            status, headers, body = await self._route(self.api, call)
        except Exception:
            log.exception("The emulator could not answer %s %s", call.method, call.path)
            return FAILED
        # The emulator tells a crashed handler's error to the caller; API Gateway does not.
        return FAILED if status == FAILED_INTEGRATION else (int(status), headers, body or b"")

    async def _route(self, api: str, call: Call) -> Answer:
        account, region = apigateway.find_api_scope(api)
        with request_scope(account, region):
            if call.method == "OPTIONS" and not apigateway._apis[api].get("corsConfiguration"):
                return await _invoke_for_options(api, call, {"owner_account_id": account, "owner_region": region})
            answer: Answer = await apigateway.handle_execute(
                api,
                STAGE,
                call.path,
                call.method,
                call.headers,
                call.body,
                call.parameters,
                raw_query_string=call.query,
            )
            return answer


async def _invoke_for_options(api: str, call: Call, owner: dict[str, str]) -> Answer:
    """Hand OPTIONS to the route that matches it, as HTTP APIs without CORS settings do; the emulator refuses it."""
    route = apigateway._match_route(api, "OPTIONS", call.path)
    if not route:
        return NOT_FOUND
    answer: Answer = await apigateway._invoke_lambda_proxy(
        apigateway._integrations[api][route["target"].split("/")[-1]],
        api,
        STAGE,
        call.path,
        "OPTIONS",
        call.headers,
        call.body,
        call.parameters,
        route["routeKey"],
        None,
        raw_query_string=call.query,
        **owner,
    )
    return answer


async def _read(scope: Message, receive: Receive) -> Call | None:
    """Read a whole request; None if its sender went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return Call(
        method=scope["method"],
        path=apigateway.decode_http_api_path(scope["raw_path"].decode("latin-1")),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=_joined(scope["headers"]),
        body=bytes(body),
    )


def _joined(fields: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return header fields by lower-case name, repeated ones joined as API Gateway does."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ","
        headers[name] = f"{headers[name]}{separator}{value}" if name in headers else value
    return headers


async def _write(send: Send, method: str, status: int, headers: dict[str, Any], body: bytes) -> None:
    fields = [
        (name.lower().encode("latin-1"), str(value).encode("latin-1"))
        for name, values in headers.items()
        for value in (values if isinstance(values, list | tuple) else [values])
        if name.lower() != "content-length"
    ]
    fields.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
