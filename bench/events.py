"""Events as API Gateway sends them, payload 2.0."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.population import ROUTE, SECRET

if TYPE_CHECKING:
    from gatelet.oauth.client import Client

HEADERS = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "host": "auth.example",
    "user-agent": "python-requests/2.32.5",
    "x-amzn-trace-id": "Root=1-6917a2b3-4c5d6e7f8a9b0c1d2e3f4a5b",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}


def http_event(method: str, path: str, headers: dict[str, str] | None = None, body: str = "") -> dict[str, Any]:
    """Return a request to one of the endpoints."""
    encoded = {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True} if body else {}
    return {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {**HEADERS, **(headers or {})},
        "requestContext": _context(method, path),
        "isBase64Encoded": False,
        **encoded,
    }


def form_event(path: str, client: Client, **form: str) -> dict[str, Any]:
    """Return a form that a client posts, authenticated with client_secret_basic."""
    basic = base64.b64encode(f"{client.client_id}:{SECRET}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
    return http_event("POST", path, headers, urlencode(form))


def authorizer_event(token: str) -> dict[str, Any]:
    """Return a question to the authorizer."""
    method, path = ROUTE.split(" ")
    event = http_event(method, path, {"authorization": f"Bearer {token}"})
    return {**event, "type": "REQUEST", "routeKey": ROUTE, "identitySource": [f"Bearer {token}"]}


def _context(method: str, path: str) -> dict[str, Any]:
    return {
        "accountId": "000000000000",
        "apiId": "a1b2c3d4e5",
        "domainName": "auth.example",
        "domainPrefix": "auth",
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": "203.0.113.7",
            "userAgent": HEADERS["user-agent"],
        },
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": f"ANY {path}",
        "stage": "$default",
        "time": "15/Jan/2027:08:00:00 +0000",
        "timeEpoch": 1_800_000_000_000,
    }
