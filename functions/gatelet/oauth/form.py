"""One strict parser of form bodies and queries. RFC 6749 appendix B"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from gatelet.oauth.errors import InvalidRequest, RequestTooLarge

MEDIA_TYPE = "application/x-www-form-urlencoded"
UTF_8 = frozenset({"", "charset=utf-8", 'charset="utf-8"'})
"""The parameters that the media type may have; a semicolon may stand before nothing. RFC 9110 §5.6.6"""
LONGEST_BODY = 64 * 1024
MOST_FIELDS = 50
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
NAMEABLE = re.compile(r"[a-z_]{1,40}")


def require_form(content_type: str | None) -> None:
    """Require the one media type that the endpoints take. RFC 6749 §3.2"""
    media_type, _, parameters = (content_type or "").partition(";")
    given = {parameter.strip().lower() for parameter in parameters.split(";")}
    if media_type.strip().lower() != MEDIA_TYPE or not given <= UTF_8:
        raise InvalidRequest(f"the body must be {MEDIA_TYPE} in UTF-8")


def parse_form(body: bytes) -> dict[str, str]:
    """Return the parameters that have a value; an empty one counts as absent. RFC 6749 §3.2

    Raises InvalidRequest for a repeated parameter, a broken escape or bad UTF-8, and RequestTooLarge.
    """
    if len(body) > LONGEST_BODY:
        raise RequestTooLarge("the body is longer than 64 KB")
    pairs = body.split(b"&") if body else []
    if len(pairs) > MOST_FIELDS:
        raise InvalidRequest("there are more than 50 parameters")
    fields: dict[str, str] = {}
    for pair in filter(None, pairs):
        name, _, value = pair.partition(b"=")
        _add(fields, decode(name), decode(value))
    return {name: value for name, value in fields.items() if value}


def decode(component: bytes) -> str:
    """Decode one form-urlencoded name or value; strict where the standard library guesses."""
    component = component.replace(b"+", b" ")
    if b"%" in component:
        if BROKEN_ESCAPE.search(component):
            raise InvalidRequest("a parameter has a broken percent escape")
        component = unquote_to_bytes(component)
    try:
        return component.decode()
    except UnicodeDecodeError:
        raise InvalidRequest("a parameter is not UTF-8") from None


def _add(fields: dict[str, str], name: str, value: str) -> None:
    if name in fields:
        parameter = name if NAMEABLE.fullmatch(name) else "a parameter"
        raise InvalidRequest(f"{parameter} is given more than once")
    fields[name] = value
