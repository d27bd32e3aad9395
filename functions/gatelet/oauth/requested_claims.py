"""The `claims` parameter. OpenID Connect Core §5.5"""

from __future__ import annotations

import json
from dataclasses import dataclass

from gatelet.oauth.errors import InvalidRequest

LONGEST = 4096


@dataclass(frozen=True, kw_only=True)
class RequestedClaims:
    """The names of the claims asked for; essential or not, each is given where it is known."""

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()


def parse_claims(text: str | None) -> RequestedClaims:
    """Read the parameter. Raises InvalidRequest."""
    if text is None:
        return RequestedClaims()
    if len(text) > LONGEST:
        raise InvalidRequest("claims is longer than 4096 characters")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidRequest("claims is not JSON") from None
    if not isinstance(document, dict):
        raise InvalidRequest("claims is not a JSON object")
    return RequestedClaims(userinfo=_names(document, "userinfo"), id_token=_names(document, "id_token"))


def _names(document: dict[str, object], member: str) -> tuple[str, ...]:
    section = document.get(member)
    if section is None:
        return ()
    if not isinstance(section, dict) or not all(value is None or isinstance(value, dict) for value in section.values()):
        raise InvalidRequest(f"{member} in claims is not an object of claim requests")
    return tuple(section)
