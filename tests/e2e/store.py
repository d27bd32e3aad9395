"""The grants table as the operator may read and write it: what is stored, and times set back so that nobody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from gatelet.aws.grants import grant_key
from gatelet.aws.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet_cli.local.stack import LocalStack

CODE_LIFETIME = 60
"""Seconds, as docs/tokens.md says."""


class Store:
    """Finds the sessions of a user, and the grants that they list."""

    def __init__(self, stack: LocalStack) -> None:
        self._table = Table(stack.administration.connection, stack.outputs["GateletGrantsTable"])

    def sessions(self, sub: str) -> list[dict[str, Any]]:
        """Return the items of a user's sessions."""
        return list(self._table.query(f"SUBJECT#{sub}"))

    def grants(self, sub: str) -> Iterator[dict[str, Any]]:
        """Return the items of the grants that a user made in sessions."""
        for session in self.sessions(sub):
            yield from map(self.grant, sorted(session.get("grants", ())))

    def grant(self, gid: str) -> dict[str, Any]:
        """Return the item of a grant."""
        item = self._table.get(*grant_key(gid))
        assert item is not None
        return item

    def set_sign_in_back(self, sub: str, seconds: int) -> None:
        """Let a user have signed in earlier."""
        for session in self.sessions(sub):
            self._set_back(session["pk"], session["sk"], session, ("created_at", "auth_time"), seconds)

    def set_code_back(self, gid: str, seconds: int) -> None:
        """Let the code of a grant have been issued, and used, earlier."""
        self._set_back(*grant_key(gid), self.grant(gid), ("rotated_at", "code_expires_at"), seconds)

    def _set_back(self, pk: str, sk: str, item: dict[str, Any], names: tuple[str, ...], seconds: int) -> None:
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in names)
        self._table.update(pk, sk, change, **{name: item[name] - seconds for name in names})


def gid_of(access_token: str) -> str:
    """Return the id of the grant that an access token belongs to."""
    return str(jwt.decode(access_token, options={"verify_signature": False})["gid"])
