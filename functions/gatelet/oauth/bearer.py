"""The Authorization header of a protected resource. RFC 6750 §2.1"""

from __future__ import annotations

import re

from gatelet.oauth.errors import InvalidToken

SCHEME = "bearer"
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
LONGEST_HEADER = 8192


def read_bearer(authorization: str | None) -> str:
    """Return the one token of the header. Raises InvalidToken.

    API Gateway joins repeated headers with a comma, which no token has: two tokens are none.
    """
    if not authorization or len(authorization) > LONGEST_HEADER:
        raise InvalidToken("no Authorization header, or one of more than 8 KB")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != SCHEME or not TOKEN.fullmatch(token):
        raise InvalidToken("the Authorization header is not one Bearer token")
    return token
