"""What a user's roles permit: a permission is a scope of an API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


ROLE_NAME = re.compile(r"[\x21-\x7e]{1,128}")
"""Visible ASCII: `roles` is joined with spaces where an API reads it."""


class Role(NamedTuple):
    """A named set of permissions; scope names are unique, so each names its API too."""

    name: str
    permissions: frozenset[str]
    description: str = ""


class Roles:
    """All roles, by name."""

    def __init__(self, roles: tuple[Role, ...]) -> None:
        self._by_name = {role.name: role for role in roles}

    def permissions(self, names: Iterable[str]) -> frozenset[str]:
        """Return every scope that one of the roles permits."""
        return frozenset().union(*(role.permissions for role in self._known(names)))

    def within(self, names: Iterable[str], scopes: Iterable[str]) -> tuple[str, ...]:
        """Return the names of those roles that permit any of the scopes."""
        owned = frozenset(scopes)
        return tuple(sorted(role.name for role in self._known(names) if role.permissions & owned))

    def _known(self, names: Iterable[str]) -> list[Role]:
        return [self._by_name[name] for name in names if name in self._by_name]
