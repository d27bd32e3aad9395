"""The world around the code, in memory: each class implements one of its Protocols, or the connection to AWS."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatelet.accounts.password import StoredPassword
from gatelet.oauth.errors import TemporarilyUnavailable, TooManyAttempts
from gatelet.oauth.grant import ACTIVE, PENDING, REFRESH_IDLE, REVOKED, Grant, RedemptionRefused, RotationRefused
from gatelet.oauth.revocation_list import RevocationEvent, RevocationList

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager

    from gatelet.oauth.access_token import VerifiedToken
    from gatelet.oauth.client import Client
    from gatelet.oauth.jws import Signer
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServers
    from gatelet.oauth.role import Roles


class DynamoDB:
    """Stands for `gatelet.aws.connection.Connection`: reads, plain writes, pages, outages, and a count of calls."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.calls = 0
        self.reachable = True
        self.page = 1000
        self.most_calls = 10_000
        """Calls that fit into the deadline of one request."""

    def start_request(self) -> None:
        self.calls = 0

    def one_attempt(self) -> AbstractContextManager[None]:
        return nullcontext()

    def dynamodb(self, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls += 1
        if not self.reachable or self.calls > self.most_calls:
            raise TemporarilyUnavailable(f"{operation}: out of reach or of time")
        answer: dict[str, Any] = getattr(self, f"_{operation}")(**parameters)
        return answer

    def _put_item(self, *, TableName: str, Item: dict[str, Any], **_: object) -> dict[str, Any]:  # noqa: N803
        self.items[TableName, Item["pk"]["S"], Item["sk"]["S"]] = Item
        return {}

    def _get_item(self, *, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803
        assert ConsistentRead
        item = self.items.get((TableName, Key["pk"]["S"], Key["sk"]["S"]))
        return {"Item": item} if item else {}

    def _query(
        self,
        *,
        TableName: str,  # noqa: N803
        ConsistentRead: bool,  # noqa: N803
        ExpressionAttributeValues: dict[str, Any],  # noqa: N803
        KeyConditionExpression: str,  # noqa: N803
        ExclusiveStartKey: dict[str, Any] | None = None,  # noqa: N803
        **_: object,
    ) -> dict[str, Any]:
        assert ConsistentRead
        assert KeyConditionExpression in {"#pk = :pk", "#pk = :pk AND #sk > :after"}
        pk, after = ExpressionAttributeValues[":pk"]["S"], ExpressionAttributeValues.get(":after", {"S": ""})["S"]
        if ExclusiveStartKey:
            after = max(after, ExclusiveStartKey["sk"]["S"])
        found = sorted(key for key in self.items if key[:2] == (TableName, pk) and key[2] > after)
        answer: dict[str, Any] = {"Items": [self.items[key] for key in found[: self.page]]}
        if len(found) > self.page:
            answer["LastEvaluatedKey"] = {"pk": {"S": pk}, "sk": {"S": found[self.page - 1][2]}}
        return answer


class Clients:
    """Implements `gatelet.oauth.client_authentication.Clients`."""

    def __init__(self, *clients: Client) -> None:
        self.asked_for: list[str] = []
        self._clients = {client.client_id: client for client in clients}

    def client(self, client_id: str) -> Client | None:
        self.asked_for.append(client_id)
        return self._clients.get(client_id)


class Revocations:
    """Implements `gatelet.oauth.protected_resource.Revocations` by a list that may be behind the feed."""

    def __init__(
        self, *events: tuple[str, str], unread: tuple[tuple[str, str], ...] = (), reachable: bool = True
    ) -> None:
        self._known, self._unread, self._reachable = RevocationList(), unread, reachable
        self._add(events)

    def revokes(self, token: VerifiedToken, *, now: int, fresh: bool) -> bool:  # noqa: ARG002
        if fresh:
            if not self._reachable:
                raise TemporarilyUnavailable("the feed cannot be read")
            self._add(self._unread)
        return self._known.revokes(token)

    def _add(self, events: tuple[tuple[str, str], ...]) -> None:
        for kind, name in events:
            self._known.add(RevocationEvent(type=kind, id=name), 0)


class Feed:
    """Implements `gatelet.oauth.revocation_list.RevocationFeed`."""

    def __init__(self) -> None:
        self.events: list[RevocationEvent] = []
        self.reachable = True

    def announce(self, event: RevocationEvent) -> None:
        if not self.reachable:
            raise TemporarilyUnavailable("the feed cannot be written")
        self.events.append(event)


class Grants:
    """Implements `gatelet.oauth.grant.GrantStore`.

    `lose_answer` makes a redemption or rotation that happened look refused, as botocore does when it repeats a write.
    """

    def __init__(self, *grants: Grant) -> None:
        self._grants = {grant.gid: grant for grant in grants}
        self.calls = 0
        self.reachable = True
        self.lose_answer = False

    def __getitem__(self, gid: str) -> Grant:
        """Look into the store; no call."""
        return self._grants[gid]

    def get(self, gid: str) -> Grant | None:
        self._call()
        return self._grants.get(gid)

    def put(self, grant: Grant) -> None:
        self._call()
        self._grants.setdefault(grant.gid, grant)

    def put_once(self, grant: Grant) -> Grant:
        self._call()
        return self._grants.setdefault(grant.gid, grant)

    def bury(self, gid: str, ttl: int) -> None:  # noqa: ARG002
        self._call()
        if gid in self._grants:
            self._grants[gid] = replace(self._grants[gid], status=REVOKED)

    def redeem(
        self, gid: str, *, client_id: str, redirect_uri: str | None, code_challenge: str, attempt: str, now: int
    ) -> Grant:
        self._call()
        grant = self._grants.get(gid)
        if (
            grant is None
            or (grant.status, grant.client_id, grant.code_challenge) != (PENDING, client_id, code_challenge)
            or redirect_uri not in {None, grant.redirect_uri}
            or now >= grant.code_expires_at
        ):
            raise RedemptionRefused(grant)
        redeemed = replace(grant, status=ACTIVE, rotated_at=now, idle_expires_at=now + REFRESH_IDLE, attempt=attempt)
        self._grants[gid] = redeemed
        if self.lose_answer:
            raise RedemptionRefused(redeemed)
        return redeemed

    def rotate(self, gid: str, *, client_id: str, generation: int, attempt: str, now: int) -> Grant:
        self._call()
        grant = self._grants.get(gid)
        if (
            grant is None
            or (grant.status, grant.client_id, grant.generation) != (ACTIVE, client_id, generation)
            or now >= min(grant.idle_expires_at, grant.absolute_expires_at)
        ):
            raise RotationRefused(grant)
        rotated = replace(
            grant, generation=generation + 1, rotated_at=now, idle_expires_at=now + REFRESH_IDLE, attempt=attempt
        )
        self._grants[gid] = rotated
        if self.lose_answer:
            raise RotationRefused(rotated)
        return rotated

    def revoke(self, gid: str, *, generation: int | None = None) -> bool:
        self._call()
        if gid not in self._grants or generation not in {None, self._grants[gid].generation}:
            return False
        self._grants[gid] = replace(self._grants[gid], status=REVOKED)
        return True

    def _call(self) -> None:
        self.calls += 1
        if not self.reachable:
            raise TemporarilyUnavailable("the grants cannot be reached")


class Sessions:
    """Implements `gatelet.oauth.grant.SessionStore`."""

    def __init__(self) -> None:
        self.grants: list[str] = []

    def put(self, grant: Grant, *, now: int) -> None:  # noqa: ARG002
        self.grants.append(grant.gid)


class Directory:
    """Implements `gatelet.oauth.issuance.Directory`."""

    def __init__(self, *, servers: ResourceServers, roles: Roles, users: tuple[ResourceOwner, ...] = ()) -> None:
        self.users = {user.sub: user for user in users}
        self.servers = servers
        self.known_roles = roles

    def resource_servers(self) -> ResourceServers:
        return self.servers

    def roles(self) -> Roles:
        return self.known_roles

    def resource_owner(self, sub: str) -> ResourceOwner | None:
        return self.users.get(sub)


class Signers:
    """Implements `gatelet.oauth.issuance.Signers`."""

    def __init__(self, signers: dict[str, Signer]) -> None:
        self._signers = signers
        self.reachable = True

    def load(self) -> None:
        if not self.reachable:
            raise TemporarilyUnavailable("the keys cannot be read")

    def algorithms(self) -> AbstractSet[str]:
        self.load()
        return self._signers.keys()

    def signer(self, alg: str) -> Signer:
        self.load()
        if alg not in self._signers:
            raise TemporarilyUnavailable(f"there is no {alg} key")
        return self._signers[alg]


class Attempts:
    """Implements `gatelet.accounts.authentication.Attempts`: the free guesses of each key and no more."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def count(self, key: str, now: int, *, free: int) -> None:  # noqa: ARG002
        if self.counts.get(key, 0) >= free:
            raise TooManyAttempts("too many guesses", retry_after=1)
        self.counts[key] = self.counts.get(key, 0) + 1

    def give_back(self, key: str, now: int) -> None:  # noqa: ARG002
        self.counts[key] -= 1


class Passwords:
    """Implements `gatelet.accounts.password.PasswordStore`; like DynamoDB it refuses a key of more than 2 KB."""

    def __init__(self, **hashes: str) -> None:
        self.hashes = hashes

    def password(self, username: str) -> StoredPassword | None:
        assert len(f"USERNAME#{username}".encode()) <= 2048
        stored = self.hashes.get(username)
        return StoredPassword(sub=f"u_{username}", hash=stored) if stored else None

    def rehash(self, username: str, *, old: str, new: str) -> None:
        if self.hashes[username] == old:
            self.hashes[username] = new
