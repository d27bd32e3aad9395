"""What the suite checks of the discovery document. OpenID Connect Discovery §3, §4"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.e2e.conformance.conditions.token_response import is_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")
REQUIRED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
"""The suite only warns where userinfo is missing: here it may not be."""


def is_served_as_json(answer: requests.Response) -> None:
    """Require 200 and the content type of JSON."""
    assert answer.status_code == 200
    is_json(answer)


def is_of_the_issuer(metadata: Mapping[str, Any], issuer: str) -> None:
    """Require the issuer under which the document was found: a valid URL without query and fragment."""
    assert metadata["issuer"] == issuer
    parts = urlsplit(issuer)
    assert parts.hostname
    assert (parts.query, parts.fragment) == ("", "")


def has_every_endpoint_at_the_issuer(metadata: Mapping[str, Any]) -> None:
    """Require that every endpoint is an address of the issuer's: https where the issuer is.

    The suite requires https; a local issuer is http on the loopback address.
    """
    endpoints = [name for name in metadata if name.endswith(("_endpoint", "_uri"))]
    assert set(REQUIRED) <= set(endpoints)
    for name in endpoints:
        assert metadata[name].startswith(f"{metadata['issuer']}/"), name
        assert not urlsplit(metadata[name]).fragment


def lists(metadata: Mapping[str, Any], name: str, *required: str) -> None:
    """Require a list of strings, not empty, none twice, with these among them."""
    values = metadata[name]
    assert values
    assert all(isinstance(value, str) and value for value in values)
    assert len(set(values)) == len(values)
    assert set(required) <= set(values)


def has_well_formed_scopes(metadata: Mapping[str, Any]) -> None:
    """Require names that can stand in a scope. RFC 6749 §3.3"""
    assert all(SCOPE_TOKEN.fullmatch(scope) for scope in metadata["scopes_supported"])


def says_that_request_objects_are_not_supported(metadata: Mapping[str, Any]) -> None:
    """Require that both are denied in so many words: an absent `request_uri_parameter_supported` means true."""
    assert metadata["request_parameter_supported"] is False
    assert metadata["request_uri_parameter_supported"] is False
    assert "request_object_signing_alg_values_supported" not in metadata
