"""Who is calling: client_secret_basic, client_secret_post or none. RFC 6749 §2.3"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatelet.oauth.errors import InvalidClient, InvalidRequest, TemporarilyUnavailable, TooManyAttempts
from gatelet.oauth.form import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.client import Client
    from gatelet.oauth.limit import Attempts

CLIENT_ID = re.compile(r"[\x20-\x7e]{1,255}")
LONGEST_SECRET = 1024
FREE_FAILURES = 10
"""Wrong secrets for one client from one address in an hour, before the delays begin."""
BASIC = re.compile(r"basic (?P<credentials>[A-Za-z0-9+/]+={0,2})", re.IGNORECASE | re.ASCII)


class Clients(Protocol):
    """Where clients are registered."""

    def client(self, client_id: str) -> Client | None:
        """Find a client by its id."""


@dataclass(frozen=True, kw_only=True)
class ClientCredentials:
    """What a request says of its client; `basic` tells that the Authorization header said it."""

    client_id: str
    secret: str | None
    basic: bool


@dataclass(frozen=True, kw_only=True)
class ClientAuthentication:
    """Authenticates clients, and slows down who guesses at their secrets. RFC 6749 §2.3.1

    A secret has 256 bits, so it is counted after a failure alone, for the client and the address that
    it came from: a right one never waits and costs no call, and nobody can lock a client out.
    """

    clients: Clients
    failures: Attempts

    def authenticate(self, authorization: str | None, form: Mapping[str, str], *, address: str, now: int) -> Client:
        """Return the client. Raises InvalidClient, InvalidRequest and, after a failure, TooManyAttempts."""
        presented = read_credentials(authorization, form)
        try:
            return _prove(presented, self.clients, now)
        except InvalidClient as refused:
            if presented.secret is not None:
                self._count(presented.client_id, address, now, refused)
            raise

    def _count(self, client_id: str, address: str, now: int, refused: InvalidClient) -> None:
        """Count a failure; where that cannot be done it is a failure all the same.

        Raises TooManyAttempts, which names the client where the failure does.
        """
        from gatelet.oauth.source_address import counted_address  # noqa: PLC0415 - few start-ups lead to a failure

        key = hashlib.sha256(f"{client_id}\0{counted_address(address)}".encode()).hexdigest()
        try:
            self.failures.count(key, now, free=FREE_FAILURES)
        except TemporarilyUnavailable:
            return
        except TooManyAttempts as throttled:
            throttled.named = refused.named
            raise


def authenticate_client(authorization: str | None, form: Mapping[str, str], clients: Clients, now: int) -> Client:
    """Return the client that the request proves to come from. RFC 6749 §3.2.1

    A client with a secret may present it in the header or in the body, whichever of the two methods it
    was registered with: the secret is the same. Raises InvalidClient and InvalidRequest.
    """
    return _prove(read_credentials(authorization, form), clients, now)


def _prove(presented: ClientCredentials, clients: Clients, now: int) -> Client:
    client = clients.client(presented.client_id) if CLIENT_ID.fullmatch(presented.client_id) else None
    secret_is_right = _matches(client, presented.secret or "", now)
    if client is None or not client.enabled:
        name = client.client_id if client else None
        challenge = presented.basic or presented.secret is None
        raise InvalidClient("unknown or disabled client", challenge=challenge, named={"client_id": name})
    if client.is_public:
        if presented.secret is not None:
            raise InvalidClient(
                f"public client {client.client_id} presented a secret",
                challenge=presented.basic,
                named={"client_id": client.client_id},
            )
        return client
    if presented.secret is None:
        raise InvalidClient(
            f"client {client.client_id} presented no secret", challenge=True, named={"client_id": client.client_id}
        )
    if not secret_is_right:
        raise InvalidClient(
            f"wrong secret for client {client.client_id}",
            challenge=presented.basic,
            named={"client_id": client.client_id},
        )
    return client


def read_credentials(authorization: str | None, form: Mapping[str, str]) -> ClientCredentials:
    """Read the one way in which the request names its client. RFC 6749 §2.3.1"""
    if "client_assertion" in form:
        raise InvalidClient("client_assertion is not supported", challenge=False)
    if authorization is None:
        if "client_id" not in form:
            raise InvalidClient("the request names no client", challenge=True)
        return ClientCredentials(client_id=form["client_id"], secret=form.get("client_secret"), basic=False)
    credentials = _read_basic(authorization)
    if "client_secret" in form:
        raise InvalidRequest("the client authenticates in the header and in the body")
    if form.get("client_id", credentials.client_id) != credentials.client_id:
        raise InvalidRequest("client_id differs from the one in the header")
    return credentials


def hash_secret(secret: str) -> str:
    """Return how a generated secret is stored: it has 256 bits, so that a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _read_basic(authorization: str) -> ClientCredentials:
    syntax = BASIC.fullmatch(authorization)
    if syntax is None:
        raise InvalidClient("the Authorization header is not Basic", challenge=True)
    try:
        text = base64.b64decode(syntax["credentials"], validate=True)
        client_id, colon, secret = text.partition(b":")
        credentials = ClientCredentials(client_id=decode(client_id), secret=decode(secret) or None, basic=True)
    except (ValueError, InvalidRequest):
        raise InvalidClient("the Basic credentials cannot be read", challenge=True) from None
    if not colon:
        raise InvalidClient("the Basic credentials have no colon", challenge=True)
    return credentials


def _matches(client: Client | None, secret: str, now: int) -> bool:
    """Compare with every live secret, and with one that no client has, so that time tells nothing."""
    presented = hash_secret(secret[:LONGEST_SECRET]).encode()
    live = [s.sha256 for s in client.secrets if s.expires_at is None or now < s.expires_at] if client else []
    matched = [hmac.compare_digest(stored.encode(), presented) for stored in (*live, "0" * 64)]
    return any(matched) and len(secret) <= LONGEST_SECRET
