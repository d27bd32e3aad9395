"""What the suite checks of an answer of the token endpoint. RFC 6749 §5"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.e2e.conformance.conditions.authorization_response import DESCRIPTION

if TYPE_CHECKING:
    import requests

VISIBLE = re.compile(r"[\x20-\x7E]+")
"""The characters of a token. RFC 6749 §A.12, §A.17"""
LEAST_ENTROPY = 96
"""Bits; 128 less what cannot be measured."""
LEAST_LENGTH = 22
"""Characters of base64url that hold 128 bits."""


def is_successful(answer: requests.Response) -> dict[str, Any]:
    """Require tokens, never cached, in JSON. OpenID Connect Core §3.1.3.3"""
    assert answer.status_code == 200, answer.text
    is_json(answer)
    is_not_cached(answer)
    tokens: dict[str, Any] = answer.json()
    assert "error" not in tokens
    assert tokens["token_type"] == "Bearer"
    assert type(tokens["expires_in"]) is int
    assert tokens["expires_in"] > 0
    is_unguessable(tokens["access_token"])
    return tokens


def is_json(answer: requests.Response) -> None:
    """Require the content type of JSON. RFC 6749 §5.1"""
    assert answer.headers["content-type"].partition(";")[0] == "application/json"


def is_not_cached(answer: requests.Response) -> None:
    """Require that nobody keeps the tokens. RFC 6749 §5.1"""
    assert "no-store" in answer.headers["cache-control"].replace(" ", "").split(",")
    assert answer.headers.get("pragma", "no-cache") == "no-cache"


def is_unguessable(token: str) -> None:
    """Require a token of permitted characters that is long and random enough. RFC 6749 §10.10"""
    assert VISIBLE.fullmatch(token)
    assert len(token) >= LEAST_LENGTH
    shares = [count / len(token) for count in Counter(token).values()]
    assert len(token) * -sum(share * math.log2(share) for share in shares) >= LEAST_ENTROPY


def is_invalid_grant(answer: requests.Response) -> None:
    """Require the refusal of a code or refresh token that is not good. OpenID Connect Core §3.1.3.4"""
    assert answer.status_code == 400, answer.text
    is_json(answer)
    assert answer.json()["error"] == "invalid_grant"
    assert DESCRIPTION.fullmatch(answer.json()["error_description"])
    assert "error_uri" not in answer.json()
