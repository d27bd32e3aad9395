"""Writes to the directory: clients, protected APIs, roles and users. Only the operator's command makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.directory import (
    RESOURCE_SERVERS,
    ROLES,
    client_from_item,
    client_key,
    client_to_item,
    resource_server_from_item,
    resource_server_to_item,
    role_from_item,
    role_to_item,
    scope_key,
    user_from_item,
    user_key,
    user_to_item,
    username_key,
)
from gatelet.aws.record import UNCHANGED, AlreadyExists, ChangedMeanwhile, NotFound, Records, server_time
from gatelet.aws.table import Table
from gatelet.aws.transaction import ABSENT, PRESENT, TransactionRefused, delete, put, transact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from gatelet.aws.connection import Connection
    from gatelet.oauth.client import Client
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServer
    from gatelet.oauth.role import Role

OWN_OR_ABSENT = "attribute_not_exists(#pk) OR #identifier = :identifier"


class DirectoryAdministration:
    """The directory as an operator changes it.

    Creating what exists raises AlreadyExists, changing or deleting what does not NotFound. A change is a
    function from the old value to the new one, and is lost to nobody: see `Records.change`.
    """

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._table_name = table
        self._table = Table(connection, table)
        self._clients = Records(connection, table, "client", to_item=client_to_item, from_item=client_from_item)
        self._resource_servers = Records(
            connection, table, "API", to_item=resource_server_to_item, from_item=resource_server_from_item
        )
        self._roles = Records(connection, table, "role", to_item=role_to_item, from_item=role_from_item)
        self._users = Records(connection, table, "user", to_item=user_to_item, from_item=user_from_item)

    def now(self) -> int:
        """Return DynamoDB's time in epoch seconds."""
        return server_time(self._connection, self._table_name)

    # Clients

    def clients(self) -> Iterator[Client]:
        """Read every client; a scan."""
        return self._clients.scan("CLIENT")

    def client(self, client_id: str) -> Client:
        """Read one client."""
        return self._clients.read(client_key(client_id), client_id)[1]

    def create_client(self, client: Client) -> None:
        """Register a client."""
        self._clients.create(client, client.client_id)

    def change_client(self, client_id: str, change: Callable[[Client], Client]) -> Client:
        """Change a client and return it as it is then."""
        return self._clients.change(client_key(client_id), client_id, change)

    def delete_client(self, client_id: str) -> None:
        """Remove a client."""
        self._clients.delete(client_key(client_id))

    # Protected APIs

    def resource_servers(self) -> tuple[ResourceServer, ...]:
        """Read every protected API."""
        return tuple(self._resource_servers.partition(RESOURCE_SERVERS))

    def resource_server(self, identifier: str) -> ResourceServer:
        """Read one protected API."""
        return self._resource_servers.read((RESOURCE_SERVERS, identifier), identifier)[1]

    def create_resource_server(self, server: ResourceServer) -> None:
        """Register a protected API and make its scopes its own. RFC 8707 §2"""
        item = self._resource_servers.first_item(server)
        owned = sorted(server.scopes)
        try:
            self._transact([put(self._table_name, item, ABSENT), *self._own(owned, server.identifier)])
        except TransactionRefused as refused:
            if refused.position == 0:
                raise AlreadyExists("API", server.identifier) from None
            raise _scope_is_taken(owned[refused.position - 1], refused) from None

    def change_resource_server(
        self, identifier: str, change: Callable[[ResourceServer], ResourceServer]
    ) -> ResourceServer:
        """Change a protected API, and which scopes are its own, and return it as it is then."""
        item, server = self._resource_servers.read((RESOURCE_SERVERS, identifier), identifier)
        changed = change(server)
        added = sorted(changed.scopes.keys() - server.scopes.keys())
        removed = sorted(server.scopes.keys() - changed.scopes.keys())
        successor = self._resource_servers.successor(item, changed)
        try:
            self._transact(
                [
                    put(self._table_name, successor, UNCHANGED, read=item.get("revision", 0), none=0),
                    *self._own(added, identifier),
                    *self._disown(removed, identifier),
                ]
            )
        except TransactionRefused as refused:
            if refused.position == 0:
                raise ChangedMeanwhile("API", identifier) from None
            raise _scope_is_taken([*added, *removed][refused.position - 1], refused) from None
        return changed

    def delete_resource_server(self, identifier: str) -> None:
        """Remove a protected API and set its scopes free."""
        server = self.resource_server(identifier)
        try:
            self._transact(
                [
                    delete(self._table_name, (RESOURCE_SERVERS, identifier), PRESENT),
                    *self._disown(server.scopes, identifier),
                ]
            )
        except TransactionRefused:
            raise ChangedMeanwhile("API", identifier) from None

    # Roles

    def roles(self) -> tuple[Role, ...]:
        """Read every role."""
        return tuple(self._roles.partition(ROLES))

    def role(self, name: str) -> Role:
        """Read one role."""
        return self._roles.read((ROLES, name), name)[1]

    def create_role(self, role: Role) -> None:
        """Create a role."""
        self._roles.create(role, role.name)

    def change_role(self, name: str, change: Callable[[Role], Role]) -> Role:
        """Change a role and return it as it is then."""
        return self._roles.change((ROLES, name), name, change)

    def delete_role(self, name: str) -> None:
        """Remove a role."""
        self._roles.delete((ROLES, name))

    # Users

    def users(self) -> Iterator[ResourceOwner]:
        """Read every user; a scan."""
        return self._users.scan("USER")

    def find_user(self, username: str, sub: str) -> ResourceOwner:
        """Read the user of a (normalised) username, or else of a subject identifier."""
        holder = self._table.get(*username_key(username))
        return self._users.read(user_key(holder["sub"] if holder else sub), username)[1]

    def create_user(self, user: ResourceOwner) -> None:
        """Create a user, whose (normalised) username nobody else has."""
        try:
            self._transact(
                [
                    put(self._table_name, self._users.first_item(user), ABSENT),
                    put(self._table_name, _username_item(user), ABSENT),
                ]
            )
        except TransactionRefused as refused:
            taken = user.sub if refused.position == 0 else user.username
            raise AlreadyExists("user", taken) from None

    def change_user(self, sub: str, change: Callable[[ResourceOwner], ResourceOwner]) -> ResourceOwner:
        """Change a user, but not the name, and return the user as it is then."""
        return self._users.change(user_key(sub), sub, change)

    def delete_user(self, user: ResourceOwner) -> None:
        """Remove a user and set the name free."""
        try:
            self._transact(
                [
                    delete(self._table_name, user_key(user.sub), PRESENT),
                    delete(self._table_name, username_key(user.username), "#sub = :sub", sub=user.sub),
                ]
            )
        except TransactionRefused:
            raise NotFound("user", user.username) from None

    def _transact(self, writes: list[dict[str, Any]]) -> None:
        transact(self._connection, writes)

    def _own(self, scopes: Iterable[str], identifier: str) -> Iterator[dict[str, Any]]:
        for scope in scopes:
            pk, sk = scope_key(scope)
            item = {"pk": pk, "sk": sk, "identifier": identifier}
            yield put(self._table_name, item, OWN_OR_ABSENT, identifier=identifier)

    def _disown(self, scopes: Iterable[str], identifier: str) -> Iterator[dict[str, Any]]:
        for scope in scopes:
            yield delete(self._table_name, scope_key(scope), OWN_OR_ABSENT, identifier=identifier)


def _username_item(user: ResourceOwner) -> dict[str, Any]:
    pk, sk = username_key(user.username)
    return {"pk": pk, "sk": sk, "sub": user.sub}


def _scope_is_taken(scope: str, refused: TransactionRefused) -> AlreadyExists:
    holder = refused.item["identifier"] if refused.item else None
    return AlreadyExists("scope", scope, holder)
