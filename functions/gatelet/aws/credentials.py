"""The credentials table: who a name and a password belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.accounts.password import StoredPassword
from gatelet.aws.table import Conflict

if TYPE_CHECKING:
    from gatelet.aws.table import Table


def password_key(username: str) -> tuple[str, str]:
    """Return the key of the password of a (normalised) username."""
    return f"USERNAME#{username}", "PASSWORD"


class Credentials:
    """Implements `gatelet.accounts.password.PasswordStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def password(self, username: str) -> StoredPassword | None:
        """Find the stored password of a normalised username."""
        item = self._table.get(*password_key(username))
        return StoredPassword(sub=item["sub"], hash=item["password_hash"]) if item else None

    def set_password(self, username: str, sub: str, password_hash: str, *, attempt: str) -> None:
        """Set the password of a normalised username, and remember who did."""
        pk, sk = password_key(username)
        self._table.put({"pk": pk, "sk": sk, "sub": sub, "password_hash": password_hash, "attempt": attempt})

    def was_set_by(self, username: str, attempt: str) -> bool:
        """Tell whether the password that is there was set by this very attempt."""
        item = self._table.get(*password_key(username))
        return item is not None and item.get("attempt") == attempt

    def rehash(self, username: str, *, old: str, new: str) -> None:
        """Replace a hash by one of today's parameters, unless it has been changed meanwhile."""
        try:
            self._table.update(
                *password_key(username),
                "SET #password_hash = :new",
                condition="#password_hash = :old",
                old=old,
                new=new,
            )
        except Conflict:
            return
