"""Parameters that travel in an address of ours, which may not be of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gatelet.handlers.http import Response
from gatelet.oauth.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_QUERY = 7168
"""Bytes. API Gateway takes 10,240 of request line and headers together, and cookies are among those."""


def require_short(parameters: Mapping[str, str]) -> None:
    """Require parameters that API Gateway takes once they are the query of an address. Raises InvalidRequest."""
    if len(urlencode(parameters)) > LONGEST_QUERY:
        raise InvalidRequest(
            "the parameters are longer than 7168 bytes, more than fit into an address with its cookies"
        )


def see_other(path: str, parameters: Mapping[str, str]) -> Response:
    """Send the browser to a page of ours with what it posted. Raises InvalidRequest.

    A POST from a client's page comes without our cookies, which are SameSite=Lax; a GET brings them.
    """
    require_short(parameters)
    return Response(status=303, headers={"location": f"{path}?{urlencode(parameters)}"})
