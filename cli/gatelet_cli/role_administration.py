"""Creating and removing roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.oauth.role import ROLE_NAME, Role
from gatelet_cli.failure import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet_cli.administration import Administration

LONGEST_DESCRIPTION = 200


def create(name: str, permissions: Sequence[str], description: str, administration: Administration) -> Role:
    """Create a role that permits scopes of registered APIs. Raises Usage and AlreadyExists."""
    if not ROLE_NAME.fullmatch(name):
        raise Usage("NAME must be 1 to 128 visible ASCII characters: APIs read the roles as a list with spaces.")
    if not description.isprintable() or len(description) > LONGEST_DESCRIPTION:
        raise Usage(f"--description must be at most {LONGEST_DESCRIPTION} printable characters.")
    registered = administration.registered_scopes()
    for permission in permissions:
        if permission not in registered:
            raise Usage(
                f"--permission {permission[:80]!a} is a scope that no API has registered. See `gatelet apis list`."
            )
    role = Role(name=name, permissions=frozenset(permissions), description=description)
    administration.directory.create_role(role)
    return role


def holders(name: str, administration: Administration) -> list[ResourceOwner]:
    """Return the users who have a role."""
    return [user for user in administration.directory.users() if name in user.roles]


def delete(name: str, administration: Administration) -> None:
    """Take a role from every user, refusing the tokens that carry it, then remove it."""
    for user in holders(name, administration):
        administration.accounts.take_role(user.sub, name)
    administration.directory.delete_role(name)


def document(role: Role) -> dict[str, Any]:
    """Render a role."""
    return {"name": role.name, "permissions": sorted(role.permissions), "description": role.description}
