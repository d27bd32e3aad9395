"""The directory table: clients, protected APIs, roles and users, as the functions read them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gatelet.aws.cache import Cache
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from gatelet.oauth.role import Role, Roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.table import Table

CACHED = 60
LONGEST_CLIENT_ID = 255
RESOURCE_SERVERS = "RESOURCE_SERVERS"
ROLES = "ROLES"


class Directory:
    """Implements what `gatelet.oauth` asks of a directory.

    Clients, APIs and roles are remembered for 60 s. A user is read anew each time: who was disabled
    gets nothing more.
    """

    def __init__(self, table: Table, now: Callable[[], int]) -> None:
        self._table = table
        self._now = now
        self._clients: Cache[Client] = Cache(seconds=CACHED)
        self._resource_servers: Cache[ResourceServers] = Cache(seconds=CACHED)
        self._roles: Cache[Roles] = Cache(seconds=CACHED)

    def client(self, client_id: str) -> Client | None:
        """Find a client by its id."""
        return self._clients.get(client_id, self._now(), lambda: self._read_client(client_id))

    def resource_servers(self) -> ResourceServers:
        """Return every protected API."""
        return self._resource_servers.get((), self._now(), self._read_resource_servers) or ResourceServers(())

    def roles(self) -> Roles:
        """Return every role."""
        return self._roles.get((), self._now(), self._read_roles) or Roles(())

    def resource_owner(self, sub: str) -> ResourceOwner | None:
        """Find a user by subject identifier; strongly consistent, never remembered."""
        item = self._table.get(*user_key(sub))
        return user_from_item(item) if item else None

    def _read_client(self, client_id: str) -> Client | None:
        if len(client_id) > LONGEST_CLIENT_ID:  # nobody's; and DynamoDB takes no key of more than 2 KB
            return None
        item = self._table.get(*client_key(client_id))
        return client_from_item(item) if item else None

    def _read_resource_servers(self) -> ResourceServers:
        return ResourceServers(tuple(map(resource_server_from_item, self._table.query(RESOURCE_SERVERS))))

    def _read_roles(self) -> Roles:
        return Roles(tuple(map(role_from_item, self._table.query(ROLES))))


def client_key(client_id: str) -> tuple[str, str]:
    """Return the key of a client's item."""
    return f"CLIENT#{client_id}", "CLIENT"


def client_to_item(client: Client) -> dict[str, Any]:
    """Render a client as an item."""
    pk, sk = client_key(client.client_id)
    return {"pk": pk, "sk": sk, **asdict(client)}


def client_from_item(item: dict[str, Any]) -> Client:
    """Read a client from its item; members that a newer release wrote are ignored."""
    members = {name: _tuples(item[name]) for name in Client.__dataclass_fields__ if name in item}
    members["secrets"] = tuple(map(_secret, item.get("secrets", ())))
    return Client(**members)


def _secret(members: dict[str, Any]) -> ClientSecret:
    return ClientSecret(**{name: members[name] for name in ClientSecret.__dataclass_fields__ if name in members})


def resource_server_to_item(server: ResourceServer) -> dict[str, Any]:
    """Render a protected API as an item."""
    return {"pk": RESOURCE_SERVERS, "sk": server.identifier, **asdict(server)}


def resource_server_from_item(item: dict[str, Any]) -> ResourceServer:
    """Read a protected API from its item."""
    return ResourceServer(**{name: item[name] for name in ResourceServer.__dataclass_fields__ if name in item})


def scope_key(scope: str) -> tuple[str, str]:
    """Return the key of the item that makes a scope belong to one API; it holds its `identifier`."""
    return f"SCOPE#{scope}", "SCOPE"


def role_to_item(role: Role) -> dict[str, Any]:
    """Render a role as an item."""
    return {
        "pk": ROLES,
        "sk": role.name,
        "name": role.name,
        "permissions": sorted(role.permissions),
        "description": role.description,
    }


def role_from_item(item: dict[str, Any]) -> Role:
    """Read a role from its item."""
    return Role(name=item["name"], permissions=frozenset(item["permissions"]), description=item["description"])


def user_key(sub: str) -> tuple[str, str]:
    """Return the key of a user's item."""
    return f"USER#{sub}", "USER"


def username_key(username: str) -> tuple[str, str]:
    """Return the key of the item that makes a (normalised) username unique; it holds the `sub`."""
    return f"USERNAME#{username}", "USERNAME"


def user_to_item(user: ResourceOwner) -> dict[str, Any]:
    """Render a user as an item."""
    pk, sk = user_key(user.sub)
    return {"pk": pk, "sk": sk, **asdict(user)}


def user_from_item(item: dict[str, Any]) -> ResourceOwner:
    """Read a user from its item."""
    return ResourceOwner(**{name: _tuples(item[name]) for name in ResourceOwner.__dataclass_fields__ if name in item})


def _tuples(value: object) -> Any:  # noqa: ANN401
    return tuple(value) if isinstance(value, list) else value
