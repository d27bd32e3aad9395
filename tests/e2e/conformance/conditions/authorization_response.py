"""What the suite checks of an answer of the authorization endpoint. OpenID Connect Core §3.1.2.5, §3.1.2.6"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERACTION = ("interaction_required", "login_required", "account_selection_required", "consent_required")
"""Errors that say that the user would have to be asked."""
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")
"""RFC 6749 §4.1.2.1"""
ERROR_PARAMETERS = {"error", "error_description", "error_uri", "state", "session_state", "iss"}


def names_the_issuer(response: Mapping[str, str], issuer: str) -> None:
    """Require `iss`, as the metadata announces it. RFC 9207 §2"""
    assert response["iss"] == issuer


def returns_the_state(response: Mapping[str, str], asked: Mapping[str, str]) -> None:
    """Require `state` unchanged, and none where none was sent. RFC 6749 §4.1.2"""
    assert response.get("state") == asked.get("state")


def is_no_error(response: Mapping[str, str]) -> None:
    """Require a code and nothing that nobody asked for."""
    assert set(response) - {"state"} == {"code", "iss"}, response


def is_an_error(response: Mapping[str, str], asked: Mapping[str, str], *permitted: str) -> None:
    """Require one of these errors, well formed, with the state and without a code. OpenID Connect Core §3.1.2.6"""
    returns_the_state(response, asked)
    assert response["error"] in permitted, response
    assert set(response) <= ERROR_PARAMETERS
    assert DESCRIPTION.fullmatch(response["error_description"])
