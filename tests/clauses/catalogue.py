"""What the specifications say that an authorization server MUST do."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("clauses.csv")
SPECIFICATIONS = {
    "RFC6749": "RFC 6749: The OAuth 2.0 Authorization Framework",
    "RFC7009": "RFC 7009: OAuth 2.0 Token Revocation",
    "RFC7636": "RFC 7636: Proof Key for Code Exchange",
    "RFC7662": "RFC 7662: OAuth 2.0 Token Introspection",
    "RFC8252": "RFC 8252: OAuth 2.0 for Native Apps",
    "RFC8414": "RFC 8414: OAuth 2.0 Authorization Server Metadata",
    "RFC9068": "RFC 9068: JSON Web Token (JWT) Profile for OAuth 2.0 Access Tokens",
    "RFC9207": "RFC 9207: OAuth 2.0 Authorization Server Issuer Identification",
    "RFC9700": "RFC 9700: Best Current Practice for OAuth 2.0 Security",
    "OIDC": "OpenID Connect Core 1.0",
}


class Clause(NamedTuple):
    """One demand of a specification, in short; its id is specification, section and number."""

    id: str
    clause: str
    not_applicable: str
    """Empty, or why nothing of ours could be tested."""
    deviation: str
    """Empty, or where the answer differs from the letter on purpose, and why."""

    @property
    def specification(self) -> str:
        """The key of `SPECIFICATIONS`."""
        return self.id.partition("-")[0]

    @property
    def place(self) -> str:
        """Section and number within the specification."""
        return self.id.partition("-")[2]


def clauses() -> tuple[Clause, ...]:
    """Return every clause, in the order of the file."""
    with FILE.open(newline="") as file:
        return tuple(Clause(**row) for row in csv.DictReader(file))
