"""What only an operator does to people's accounts: passwords set, sessions ended, everything revoked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gatelet.accounts.session import end_session
from gatelet.aws.attributes import marshal_item
from gatelet.aws.credentials import password_key
from gatelet.aws.feed import FeedWriter
from gatelet.aws.grants import Grants, grant_from_item
from gatelet.aws.record import NotFound, scan
from gatelet.aws.sessions import Sessions
from gatelet.aws.table import Table
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.revocation_list import CLIENT_DELAY, RevocationEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from gatelet.accounts.session import Session
    from gatelet.aws.connection import Connection
    from gatelet.aws.directory_administration import DirectoryAdministration
    from gatelet.oauth.client import Client
    from gatelet.oauth.grant import Grant
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServer

UNDER_WAY = 10
"""Seconds in which a request that read the user as enabled may still sign a token: its deadline and a little more."""


class AccountAdministration:
    """Users with their credentials, sessions and grants; and the clients, as far as these are concerned.

    Times are DynamoDB's. Every method may be repeated after a fault: what was done stays done.
    """

    def __init__(
        self,
        connection: Connection,
        directory: DirectoryAdministration,
        *,
        credentials_table: str,
        grants_table: str,
        feed_table: str,
    ) -> None:
        self._connection = connection
        self._directory = directory
        self._credentials_table = credentials_table
        self._grants_table = grants_table
        self._credentials = Table(connection, credentials_table)
        self._grants = Table(connection, grants_table)
        self._feed = FeedWriter(Table(connection, feed_table), lambda: directory.now() * 1000)

    # Users

    def create_user(self, user: ResourceOwner, password_hash: str) -> None:
        """Create a user, then the password: between the two nobody can sign in. Raises AlreadyExists."""
        self._directory.create_user(user)
        self.set_password(user, password_hash)

    def set_password(self, user: ResourceOwner, password_hash: str) -> None:
        """Set the password; sessions go on until they are ended."""
        pk, sk = password_key(user.username)
        self._credentials.put({"pk": pk, "sk": sk, "sub": user.sub, "password_hash": password_hash})

    def has_password(self, user: ResourceOwner) -> bool:
        """Tell whether a user can sign in with a password."""
        return self._credentials.get(*password_key(user.username)) is not None

    def set_roles(self, sub: str, roles: tuple[str, ...]) -> ResourceOwner:
        """Replace a user's roles and refuse the tokens that still carry the old ones."""
        return self._change_roles(sub, lambda _: roles)

    def take_role(self, sub: str, name: str) -> ResourceOwner:
        """Take one role from a user and refuse the tokens that still carry it."""
        return self._change_roles(sub, lambda roles: tuple(role for role in roles if role != name))

    def enable_user(self, sub: str) -> ResourceOwner:
        """Let a user sign in again; what was begun while the user was being disabled ends first."""
        self.end_sessions(sub)
        return self._directory.change_user(sub, lambda user: replace(user, enabled=True))

    def disable_user(self, sub: str) -> ResourceOwner:
        """Refuse a user's tokens and end every session; the flag comes first, so that none is made anew."""
        user = self._directory.change_user(sub, lambda user: replace(user, enabled=False))
        self._refuse_subject(sub, self._directory.now() + UNDER_WAY)
        self.end_sessions(sub)
        return user

    def delete_user(self, user: ResourceOwner) -> None:
        """Disable a user, then remove what is known of the account. The `sub` is never used again."""
        self.disable_user(user.sub)
        self._delete(self._credentials_table, password_key(user.username))
        self._directory.delete_user(user)

    # Sessions and grants

    def sessions(self, sub: str) -> list[Session]:
        """Return the sessions of a user that have not ended, the latest first."""
        now = self._directory.now()
        living = [session for session in self._all_sessions(sub) if session.expires_at > now]
        return sorted(living, key=lambda session: session.created_at, reverse=True)

    def end_sessions(self, sub: str) -> int:
        """End every session of a user and return how many there were."""
        return sum(self.end_session(sub, session.session_id) for session in self._all_sessions(sub))

    def end_session(self, sub: str, session_id: str) -> bool:
        """End a session, revoke the grants that hang on it, and tell whether there was one.

        Grants with offline_access end too.
        """
        sessions = Sessions(self._grants)
        there = sessions.get(sub, session_id) is not None
        end_session(
            sub,
            session_id,
            sessions=sessions,
            grants=Grants(self._grants),
            feed=self._feed,
            now=self._directory.now(),
            everything=True,
        )
        return there

    def grant(self, gid: str) -> Grant:
        """Read one grant. Raises NotFound."""
        grant = Grants(self._grants).get(gid)
        if grant is None:
            raise NotFound("grant", gid)
        return grant

    def grants(self, gids: Collection[str]) -> list[Grant]:
        """Read those of the grants that are there."""
        store = Grants(self._grants)
        return [grant for gid in gids if (grant := store.get(gid))]

    def grants_of_client(self, client_id: str) -> Iterator[Grant]:
        """Read every grant of a client; a scan."""
        values = {"sk": "GRANT", "client_id": client_id}
        items = scan(self._connection, self._grants_table, "#sk = :sk AND #client_id = :client_id", values)
        return map(grant_from_item, items)

    def revoke(self, gid: str) -> Grant:
        """Revoke a grant and every token of it. Raises NotFound."""
        grant = self.grant(gid)
        revoke_grant(grant, Grants(self._grants), self._feed, self._directory.now())
        return grant

    # Clients

    def enable_client(self, client_id: str) -> Client:
        """Let a client authenticate again."""
        return self._directory.change_client(client_id, lambda client: replace(client, enabled=True))

    def disable_client(self, client_id: str) -> Client:
        """Stop a client from authenticating and refuse its tokens.

        Functions remember a client for 60 s: what they issue meanwhile is refused too.
        """
        client = self._directory.change_client(client_id, lambda client: replace(client, enabled=False))
        not_before = self._directory.now() + CLIENT_DELAY
        self._feed.announce(RevocationEvent(type="client", id=client_id, not_before=not_before))
        return client

    def delete_client(self, client_id: str) -> int:
        """Disable a client, revoke its grants, remove it, and return how many grants there were.

        No grant and no right may be left: the next client could be given the same id.
        """
        self.disable_client(client_id)
        grants = list(self.grants_of_client(client_id))
        for grant in grants:
            revoke_grant(grant, Grants(self._grants), self._feed, self._directory.now())
        for server in self._directory.resource_servers():
            if server.introspection_client_id == client_id:
                self._directory.change_resource_server(server.identifier, _without_introspection)
        self._directory.delete_client(client_id)
        return len(grants)

    def _change_roles(self, sub: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> ResourceOwner:
        user = self._directory.change_user(sub, lambda user: replace(user, roles=change(user.roles)))
        self._refuse_subject(sub, self._directory.now())
        return user

    def _refuse_subject(self, sub: str, not_before: int) -> None:
        self._feed.announce(RevocationEvent(type="subject", id=sub, not_before=not_before))

    def _all_sessions(self, sub: str) -> list[Session]:
        return list(Sessions(self._grants).of_subject(sub))

    def _delete(self, table: str, key: tuple[str, str]) -> None:
        pk, sk = key
        self._connection.dynamodb("delete_item", TableName=table, Key=marshal_item({"pk": pk, "sk": sk}))


def _without_introspection(server: ResourceServer) -> ResourceServer:
    return replace(server, introspection_client_id=None)
