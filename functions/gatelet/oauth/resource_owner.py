"""The user on whose behalf a client acts. RFC 6749 §1.1"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECT_PREFIX = "u_"
"""Every generated `sub` of a user starts with it and no client_id may: one name space each. RFC 9068 §5"""


@dataclass(frozen=True, kw_only=True)
class ResourceOwner:
    """A user; `sub` is random, never the name or an address, and never reused."""

    sub: str
    username: str
    roles: tuple[str, ...] = ()
    enabled: bool = True
    claims: Mapping[str, object] = field(default_factory=dict)
    """Profile claims under the names of OpenID Connect Core §5.1."""
    created_at: int = 0
