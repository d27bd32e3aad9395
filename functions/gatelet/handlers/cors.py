"""Which browser origins may read an answer. Fetch standard §3.2, RFC 9700 §2.6"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gatelet.handlers.http import Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet.handlers.http import Request
    from gatelet.oauth.client import Client

ORIGIN = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")
PUBLIC = {"access-control-allow-origin": "*"}
ASKED_HEADERS = "authorization, content-type, x-requested-with"


def preflight(request: Request, methods: Sequence[str]) -> Response:
    """Answer a preflight without any call: it names no client, so that any web origin may go on to ask.

    What counts is the answer to the request itself.
    """
    allow = ", ".join((*methods, "OPTIONS"))
    origin = request.headers.get("origin", "")
    if not ORIGIN.fullmatch(origin):
        return Response(status=204, headers={"allow": allow})
    return Response(
        status=204,
        headers={
            "allow": allow,
            "access-control-allow-origin": origin,
            "access-control-allow-methods": ", ".join(methods),
            "access-control-allow-headers": ASKED_HEADERS,
            "access-control-allow-credentials": "true",
            "access-control-max-age": "3600",
            "vary": "Origin",
        },
    )


def allowed_origin(request: Request, client: Client) -> dict[str, str]:
    """Return the headers that let a registered origin of the client read the answer.

    Credentials are allowed only where the refresh token travels as a cookie.
    """
    origin = request.headers.get("origin")
    if origin is None or origin not in client.allowed_origins:
        return {"vary": "Origin"}
    credentials = {"access-control-allow-credentials": "true"} if client.refresh_token_cookie else {}
    return {"access-control-allow-origin": origin, "vary": "Origin", **credentials}
