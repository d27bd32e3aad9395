"""Events as API Gateway hands them to a function, and what it makes of the answer."""

from __future__ import annotations

import base64
import json
from typing import Any

FORM = {"content-type": "application/x-www-form-urlencoded"}
METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/orders"


class Answer:
    """What API Gateway would send to the client."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.event = event
        self.status: int = event["statusCode"]
        self.headers: dict[str, str] = event["headers"]
        self.cookies: list[str] = event.get("cookies", [])
        self.body: str = event["body"]

    @property
    def json(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.body)
        return members

    @property
    def error(self) -> tuple[int, str]:
        """Status and error code."""
        assert "error" in self.json, f"{self.status} tells of no error"
        return self.status, self.json["error"]


def http_event(
    method: str,
    path: str,
    headers: dict[str, str],
    *,
    body: bytes = b"",
    query: str = "",
    cookies: tuple[str, ...] = (),
    encode: bool = True,
) -> dict[str, Any]:
    """Return a request as API Gateway hands it over, payload 2.0."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "abc123.execute-api.us-east-1.amazonaws.com", **headers},
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "sourceIp": "203.0.113.7",
                "protocol": "HTTP/1.1",
                "userAgent": "test",
            },
            "requestId": "request-1",
            "stage": "$default",
        },
        "isBase64Encoded": encode and bool(body),
    }
    if body:
        event["body"] = base64.b64encode(body).decode() if encode else body.decode()
    if cookies:
        event["cookies"] = list(cookies)
    return event


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header of client_secret_basic."""
    return {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def http_api_call(headers: dict[str, str], route_key: str = "GET /orders", path: str = "/orders") -> dict[str, Any]:
    """Return what an HTTP API asks its authorizer, payload 2.0."""
    method = route_key.partition(" ")[0]
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": METHOD_ARN,
        "identitySource": [headers.get("authorization", "")],
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "203.0.113.7"}},
    }


def rest_token_call(authorization: str) -> dict[str, Any]:
    """Return what a REST API asks its TOKEN authorizer."""
    return {"type": "TOKEN", "authorizationToken": authorization, "methodArn": METHOD_ARN}


def rest_request_call(
    headers: dict[str, str],
    *,
    method: str = "GET",
    resource: str = "/orders",
    several: dict[str, list[str]] | None = None,
) -> dict[str, Any]:
    """Return what a REST API asks its REQUEST authorizer."""
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        "resource": resource,
        "path": resource,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": several or {name: [value] for name, value in headers.items()},
        "queryStringParameters": {},
        "requestContext": {"httpMethod": method, "resourcePath": resource},
    }
