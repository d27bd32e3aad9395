"""The provider's configuration and keys, as every module reads them first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from tests.e2e.conformance.conditions import keys, metadata

PATIENCE = 60
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Provider:
    """What is known of the provider: nothing but what it publishes."""

    metadata: dict[str, Any]
    keys: list[dict[str, Any]]

    @classmethod
    def discover(cls, issuer: str) -> Provider:
        """Read metadata and keys, and check what every module checks of them. OpenID Connect Discovery §4"""
        document = requests.get(issuer + DISCOVERY, timeout=PATIENCE)
        metadata.is_served_as_json(document)
        published = requests.get(document.json()["jwks_uri"], timeout=PATIENCE).json()["keys"]
        keys.are_public_and_well_formed(published)
        keys.have_distinct_ids(published)
        return cls(document.json(), published)

    @property
    def issuer(self) -> str:
        """The issuer that the provider says it is."""
        return str(self.metadata["issuer"])
