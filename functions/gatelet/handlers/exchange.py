"""One request on its way to an answer, and what has become known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.cors import allowed_origin
from gatelet.oauth.client_authentication import authenticate_client

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
        """Authenticate the client of the request. Raises InvalidClient and InvalidRequest."""
        authorization = self.request.headers.get("authorization")
        client = authenticate_client(authorization, form, server.directory, server.now())
        self.observation.note(client_id=client.client_id)
        self._client = client
        return client

    def finish(self, response: Response) -> Response:
        """Let the client's own origins read the answer, an error too."""
        if self._client is None:
            return response
        return response.with_headers(allowed_origin(self.request, self._client))
