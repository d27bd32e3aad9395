"""One HTTP endpoint: methods, preflights, errors, headers and the log line, written once."""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gatelet.handlers import ENDPOINTS
from gatelet.handlers.audit_event import EVENT_OF_ERROR
from gatelet.handlers.cors import preflight
from gatelet.handlers.exchange import Exchange
from gatelet.handlers.http import Request, Response
from gatelet.handlers.initialization import initialize
from gatelet.handlers.observation import Observation, alarm
from gatelet.handlers.server import Server
from gatelet.oauth.errors import InvalidClient, InvalidRequest, MethodNotAllowed, OAuthError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.handlers.audit_event import Event

    Answer = Callable[[Exchange, Server], Response]
    Refuse = Callable[[OAuthError | None, Request, Server], Response]


class Endpoint:
    """A Lambda handler for the paths of one function.

    `refuse` renders an error, None being a failure of ours; `cors` says whether scripts of other
    origins may ask at all; `on_refusal` is recorded where the caller is refused, for whatever reason.
    """

    def __init__(
        self,
        function: str,
        answer: Answer,
        *,
        refuse: Refuse | None = None,
        cors: bool = True,
        on_refusal: Event | None = None,
    ) -> None:
        self._function = function
        self._answer = answer
        self._refuse = refuse or render_error
        self._cors = cors
        self._on_refusal = on_refusal
        self._methods = {
            entry.path.partition("{")[0]: entry.methods for entry in ENDPOINTS if entry.function == function
        }
        initialize(self._prepare)

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Answer an event of API Gateway."""
        return self.respond(event, self._server, context)

    def respond(self, event: dict[str, Any], server: Server, context: object = None) -> dict[str, Any]:
        """Answer an event with a given server."""
        observation = Observation(self._function, context)
        server.connection.start_request()
        try:
            exchange = Exchange(Request.from_event(event, server.trusted_proxies), observation)
            response = exchange.finish(self._guard(exchange, server))
            if exchange.request.method == "HEAD":
                response = response.without_body()
        except InvalidRequest as error:
            _note(error, observation)
            response = render_error(error)
        observation.conclude(status=response.status)
        return response.to_event()

    def _prepare(self) -> None:
        self._server.prepare(self._function)

    @cached_property
    def _server(self) -> Server:
        return Server.from_environment()

    def _guard(self, exchange: Exchange, server: Server) -> Response:
        """Turn whatever goes wrong into an answer, none of which says too much."""
        try:
            return self._route(exchange, server)
        except OAuthError as error:
            _note(error, exchange.observation)
            if self._on_refusal and error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                exchange.observation.record(self._on_refusal)
            return self._refuse(error, exchange.request, server)
        except Exception as error:  # noqa: BLE001 - the last resort; its text may hold anything, so it is not logged
            exchange.observation.note(error=type(error).__name__, where=_where(error))
            return self._refuse(None, exchange.request, server)

    def _route(self, exchange: Exchange, server: Server) -> Response:
        request = exchange.request
        # The end of any other path is the caller's own words, and may be a secret that got into it.
        path = request.path if request.path in self._methods else request.path.rpartition("/")[0] + "/"
        exchange.observation.note(
            method=request.method, path=path, source_ip=request.source_ip, request_id=request.request_id
        )
        methods = self._methods.get(path, ())
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
    observation.note(error=error.error, detail=error.detail, **error.named)
    if event := EVENT_OF_ERROR.get(type(error)):
        observation.record(event)
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
