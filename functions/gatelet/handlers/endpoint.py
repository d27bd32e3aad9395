"""One HTTP endpoint: methods, preflights, errors, headers and the log line, written once."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gatelet.handlers import ENDPOINTS
from gatelet.handlers.cors import preflight
from gatelet.handlers.exchange import Exchange
from gatelet.handlers.http import Request, Response
from gatelet.handlers.observation import Observation, alarm
from gatelet.handlers.server import Server
from gatelet.oauth.errors import InvalidClient, InvalidRequest, MethodNotAllowed, OAuthError

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[[Exchange, Server], Response]
    Refuse = Callable[[OAuthError | None, Request, Server], Response]


class Endpoint:
    """A Lambda handler for the paths of one function.

    `refuse` renders an error, None being a failure of ours; `cors` says whether scripts of other
    origins may ask at all.
    """

    def __init__(self, function: str, answer: Answer, *, refuse: Refuse | None = None, cors: bool = True) -> None:
        self._function = function
        self._answer = answer
        self._refuse = refuse or render_error
        self._cors = cors
        self._methods = {
            entry.path.partition("{")[0]: entry.methods for entry in ENDPOINTS if entry.function == function
        }

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Answer an event of API Gateway."""
        del context
        return self.respond(event, self._server)

    def respond(self, event: dict[str, Any], server: Server) -> dict[str, Any]:
        """Answer an event with a given server."""
        started = time.monotonic()
        observation = Observation(self._function)
        server.connection.start_request()
        try:
            exchange = Exchange(Request.from_event(event), observation)
            response = exchange.finish(self._guard(exchange, server))
            if exchange.request.method == "HEAD":
                response = response.without_body()
        except InvalidRequest as error:
            _note(error, observation)
            response = render_error(error)
        duration = round((time.monotonic() - started) * 1000, 1)
        observation.conclude(status=response.status, duration_ms=duration)
        return response.to_event()

    @cached_property
    def _server(self) -> Server:
        return Server.from_environment()

    def _guard(self, exchange: Exchange, server: Server) -> Response:
        """Turn whatever goes wrong into an answer, none of which says too much."""
        try:
            return self._route(exchange, server)
        except OAuthError as error:
            _note(error, exchange.observation)
            return self._refuse(error, exchange.request, server)
        except Exception as error:  # noqa: BLE001 - the last resort; its text may hold anything, so it is not logged
            exchange.observation.note(error=type(error).__name__, where=_where(error))
            return self._refuse(None, exchange.request, server)

    def _route(self, exchange: Exchange, server: Server) -> Response:
        request = exchange.request
        exchange.observation.note(
            method=request.method, path=request.path, source_ip=request.source_ip, request_id=request.request_id
        )
        methods = self._methods.get(request.path) or self._methods.get(request.path.rpartition("/")[0] + "/", ())
        heads = ("HEAD",) if "GET" in methods else ()
        allow = {"allow": ", ".join((*methods, *heads, "OPTIONS"))}
        if request.method == "OPTIONS":
            return preflight(request, methods) if self._cors else Response(status=204, headers=allow)
        if request.method in (*methods, *heads):
            return self._answer(exchange, server)
        error = MethodNotAllowed("the endpoint does not take this method")
        _note(error, exchange.observation)
        return self._refuse(error, request, server).with_headers(allow)


def _note(error: OAuthError, observation: Observation) -> None:
    observation.note(error=error.error, detail=error.detail)
    if error.metric:
        alarm(error.metric)


def render_error(error: OAuthError | None, request: Request | None = None, server: Server | None = None) -> Response:
    """Turn an error into the answer of the protocol's endpoints. RFC 6749 §5.2"""
    del request, server
    if error is None:
        return Response.json({"error": "server_error", "error_description": "the request failed"}, status=500)
    headers = {}
    if isinstance(error, InvalidClient) and error.challenge:
        headers["www-authenticate"] = 'Basic realm="oauth2", charset="UTF-8"'
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    members = {"error": error.error, "error_description": error.description}
    return Response.json(members, status=error.status, headers=headers)


def _where(error: Exception) -> str:
    """Return the file and line of a fault of ours, which hold no secret."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "unknown"
    code = traceback.tb_frame.f_code
    return f"{code.co_filename.rpartition('gatelet/')[2]}:{traceback.tb_lineno} {code.co_name}"
