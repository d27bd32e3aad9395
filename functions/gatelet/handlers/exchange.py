"""One request on its way to an answer, and what has become known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.audit_event import Event
from gatelet.handlers.cors import allowed_origin
from gatelet.oauth.errors import InvalidClient, InvalidRequest, TooManyAttempts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.handlers.http import Request, Response
    from gatelet.handlers.observation import Observation
    from gatelet.handlers.server import Server
    from gatelet.oauth.client import Client


class Exchange:
    """A request, its log line, and its client once that is authenticated."""

    def __init__(self, request: Request, observation: Observation) -> None:
        self.request = request
        self.observation = observation
        self._client: Client | None = None

    def authenticate_client(self, form: Mapping[str, str], server: Server) -> Client:
        """Authenticate the client of the request. Raises InvalidClient, InvalidRequest and TooManyAttempts."""
        try:
            client = server.client_authentication.authenticate(
                self.request.headers.get("authorization"), form, address=self.request.source_ip, now=server.now()
            )
        except InvalidClient:
            self.observation.record(Event.CLIENT_AUTHENTICATION_FAILED)
            raise
        except TooManyAttempts:
            self.observation.record(Event.CLIENT_AUTHENTICATION_THROTTLED)
            raise
        self.answer_to(client)
        return client

    def answer_to(self, client: Client) -> None:
        """Remember whom the answer is for: the client's own origins may read it."""
        self.observation.note(client_id=client.client_id)
        self._client = client

    def refuse_foreign_origin(self, client: Client) -> None:
        """Refuse a browser's request from elsewhere to a client that is answered with a cookie.

        Else a page of somebody else could plant a session of its own in the user's browser.
        """
        origin = self.request.headers.get("origin")
        if client.refresh_token_cookie and origin is not None and origin not in client.allowed_origins:
            raise InvalidRequest("Origin is not one of the client's registered origins")

    def finish(self, response: Response) -> Response:
        """Let the client's own origins read the answer, an error too."""
        if self._client is None:
            return response
        return response.with_headers(allowed_origin(self.request, self._client))
