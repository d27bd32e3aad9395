"""HTTP as API Gateway hands it over: payload 2.0 in, its answer out."""

from __future__ import annotations

import binascii
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from gatelet.oauth.errors import InvalidRequest
from gatelet.oauth.form import parse_form, require_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.handlers.trusted_proxies import TrustedProxies

EVERY_RESPONSE = {
    "cache-control": "no-store",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}

_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request. Header names are in lower case, a repeated header is joined with commas."""

    method: str
    path: str
    query: str
    """As it was sent: duplicates show nowhere else."""
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes | None = field(repr=False)
    """None where it cannot be decoded: that is for whoever wants to read it."""
    request_id: str
    source_ip: str
    """What API Gateway saw, never what the caller wrote; behind trusted proxies what they saw."""

    @classmethod
    def from_event(cls, event: dict[str, Any], proxies: TrustedProxies | None = None) -> Request:
        """Read an event of payload version 2.0. Raises InvalidRequest for one that somebody made up."""
        try:
            context = event["requestContext"]
            headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
            cookies = event.get("cookies") or headers.get("cookie", "").split(";")
            source_ip = context["http"]["sourceIp"]
            if proxies is not None:
                source_ip = proxies.source_of(source_ip, headers.get("x-forwarded-for"))
            return cls(
                method=context["http"]["method"],
                path=event["rawPath"],
                query=event.get("rawQueryString") or "",
                headers=headers,
                cookies=tuple(cookie.strip() for cookie in cookies if cookie.strip()),
                body=_body(event),
                request_id=context["requestId"],
                source_ip=source_ip,
            )
        except (AttributeError, KeyError, TypeError):
            raise InvalidRequest("the event is no HTTP request of payload version 2.0") from None

    def form(self) -> dict[str, str]:
        """Return the parameters of the body; the query is never read, and may not repeat one of them.

        Raises InvalidRequest and RequestTooLarge.
        """
        require_form(self.headers.get("content-type"))
        if self.body is None:
            raise InvalidRequest("the body cannot be decoded")
        form = parse_form(self.body)
        if any(name in form for name, _ in parse_qsl(self.query, keep_blank_values=True)):
            raise InvalidRequest("a parameter of the body stands in the query too")
        return form

    def cookies_named(self, name: str) -> list[str]:
        """Return every value of a cookie; more than one is somebody else's work."""
        return [value for key, _, value in (cookie.partition("=") for cookie in self.cookies) if key == name]


@dataclass(frozen=True, kw_only=True)
class Response:
    """One HTTP response."""

    status: int
    body: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def json(cls, members: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with JSON."""
        return cls(
            status=status,
            body=_encode(members),
            headers={"content-type": "application/json", **(headers or {})},
        )

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        """Add headers; those that are there stay."""
        return replace(self, headers={**headers, **self.headers})

    def without_body(self) -> Response:
        """Return the answer to HEAD. RFC 9110 §9.3.2"""
        return replace(self, body="")

    def to_event(self) -> dict[str, Any]:
        """Render the answer of payload version 2.0."""
        headers = {**EVERY_RESPONSE, **self.headers}
        if headers["cache-control"] == "no-store":
            headers["pragma"] = "no-cache"  # for caches of HTTP/1.0: RFC 6749 §5.1
        event = {
            "statusCode": self.status,
            "headers": headers,
            "body": self.body,
            "isBase64Encoded": False,
        }
        return {**event, "cookies": list(self.cookies)} if self.cookies else event


def _body(event: dict[str, Any]) -> bytes | None:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return binascii.a2b_base64(body, strict_mode=True)
    except ValueError:
        return None
