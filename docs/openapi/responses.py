"""What an endpoint answers: status, headers that matter, and body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.handlers.http import Response
from gatelet.oauth.errors import OAuthError, TemporarilyUnavailable, TooManyAttempts
from gatelet.pages.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Schema = dict[str, Any]
    Responses = dict[str, Schema]

JSON, HTML = "application/json", "text/html; charset=utf-8"
WAITED = {kind.status for kind in (TooManyAttempts, TemporarilyUnavailable)}
"""Statuses that say when to try again."""


REASONS = {
    400: "The request is not one that can be answered.",
    401: "Who asks is not known.",
    403: "The access token does not reach this far.",
    405: "The path does not take this method.",
    413: "The request is too long.",
    429: "Too many attempts; wait.",
    500: "A fault of the server.",
    503: "The server cannot answer at the moment; safe to repeat.",
}


def header(schema: Schema, *, required: bool = True) -> Schema:
    """Return a header of an answer."""
    return {"required": required, "schema": schema}


def matching(pattern: str) -> Schema:
    """Return a header that must be there and match."""
    return header({"type": "string", "pattern": pattern})


OPTIONAL = header({"type": "string"}, required=False)
RETRY_AFTER = header({"type": "string", "pattern": "^[1-9][0-9]*$"})
LOCATION = header({"type": "string", "format": "uri-reference"})
CROSS_ORIGIN = {"Access-Control-Allow-Origin": OPTIONAL, "Access-Control-Allow-Credentials": OPTIONAL, "Vary": OPTIONAL}
PAGE = {
    "Content-Security-Policy": matching("^default-src 'none'; .*frame-ancestors 'none'"),
    "Content-Language": header({"enum": list(LANGUAGES)}),
    "Referrer-Policy": header({"const": "no-referrer"}),
    "X-Frame-Options": header({"const": "DENY"}),
    "Set-Cookie": OPTIONAL,
}


def answer(
    description: str,
    *,
    content: Mapping[str, Schema] | None = None,
    headers: Mapping[str, Schema] | None = None,
) -> Schema:
    """Return an answer with the headers that every answer has."""
    told = headers or {}
    kept = {"cache-control": "public"} if "Cache-Control" in told else {}
    written = Response(status=200, headers=kept).to_event()["headers"]
    every = {_titled(name): header({"const": value}) for name, value in written.items()}
    body = {"content": {kind: {"schema": schema} for kind, schema in content.items()}} if content else {}
    return {"description": description, "headers": {**every, **told}, **body}


def json_answer(schema: str, description: str, headers: Mapping[str, Schema] | None = None) -> Schema:
    """Return an answer that is one of the schemas."""
    return answer(description, content={JSON: {"$ref": f"#/components/schemas/{schema}"}}, headers=headers)


def page(description: str) -> Schema:
    """Return a page."""
    return answer(description, content={HTML: {"type": "string", "minLength": 1}}, headers=PAGE)


def redirect(description: str, headers: Mapping[str, Schema] | None = None) -> Schema:
    """Return a redirect after which the browser sends a GET."""
    told = {"Location": LOCATION, "Set-Cookie": OPTIONAL, "Referrer-Policy": OPTIONAL, **(headers or {})}
    return answer(description, headers=told)


def refusals(
    *errors: type[OAuthError],
    headers: Mapping[str, Schema] | None = None,
    challenges: Mapping[int, Schema] | None = None,
) -> Responses:
    """Return what becomes of errors, by status; a fault of ours is among them. RFC 6749 §5.2"""
    codes: dict[int, set[str]] = {500: {"server_error"}}
    for kind in errors:
        codes.setdefault(kind.status, set()).add(kind.error)
    return {
        str(status): _refusal(status, codes[status], {**(headers or {}), **_challenge(status, challenges or {})})
        for status in sorted(codes)
    }


def refusal_pages(*statuses: int) -> Responses:
    """Return the pages that say what went wrong, by status; a fault of ours is among them."""
    return {str(status): _waited(page(REASONS[status]), status) for status in sorted({*statuses, 500})}


def _refusal(status: int, codes: Collection[str], headers: Mapping[str, Schema]) -> Schema:
    schema = {"$ref": "#/components/schemas/Error", "properties": {"error": {"enum": sorted(codes)}}}
    return _waited(answer(REASONS[status], content={JSON: schema}, headers=headers), status)


def _challenge(status: int, challenges: Mapping[int, Schema]) -> dict[str, Schema]:
    return {"WWW-Authenticate": challenges[status]} if status in challenges else {}


def _waited(response: Schema, status: int) -> Schema:
    if status not in WAITED:
        return response
    return {**response, "headers": {**response["headers"], "Retry-After": RETRY_AFTER}}


def _titled(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))
