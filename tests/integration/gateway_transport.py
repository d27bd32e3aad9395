"""API Gateway as a transport of `requests`: an HTTP request becomes an event of payload 2.0, its answer a response."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from gatelet.handlers import authorize, metadata
from tests.integration.api_gateway import http_event
from tests.integration.deployment import HANDLERS
from tests.integration.stack import ISSUER

if TYPE_CHECKING:
    from tests.integration.deployment import Deployment

ASSETS = "/assets/"


class GatewayTransport(HTTPAdapter):
    """Answers every request with the function of its path."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self._deployment = deployment

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Hand a request over as API Gateway does: names in lower case, cookies apart, the path decoded."""
        del args, options
        parts = urlsplit(request.url or "")
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        cookies = tuple(cookie for cookie in headers.pop("cookie", "").split("; ") if cookie)
        path = unquote(parts.path)
        event = http_event(
            request.method or "", path, headers, body=_bytes(request.body), query=parts.query, cookies=cookies
        )
        handler = authorize.handler if path.startswith(ASSETS) else HANDLERS.get(path, metadata.handler)
        return self.build_response(request, _wire(handler.respond(event, self._deployment.server(path))))


def session(deployment: Deployment) -> requests.Session:
    """Return a client whose requests to the issuer stay in this process."""
    made = requests.Session()
    made.trust_env = False
    made.mount(ISSUER, GatewayTransport(deployment))
    return made


def _wire(event: dict[str, Any]) -> HTTPResponse:
    headers = HTTPHeaderDict(event["headers"])
    for cookie in event.get("cookies", []):
        headers.add("set-cookie", cookie)
    body = io.BytesIO(event["body"].encode())
    return HTTPResponse(body, headers=headers, status=event["statusCode"], preload_content=False)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: str | bytes | Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)
