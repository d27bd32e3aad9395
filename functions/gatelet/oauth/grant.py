"""What a user allows a client to do: one item, `pending -> active -> revoked`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gatelet.oauth.client import Client

REFRESH_IDLE = 14 * 86_400
REFRESH_ABSOLUTE = 90 * 86_400

CODE_LIFETIME = 60
"""Seconds. RFC 6749 §4.1.2 asks for ten minutes at most."""

PENDING = "pending"
ACTIVE = "active"
REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One grant as it is stored. Times are epoch seconds."""

    gid: str
    client_id: str
    sub: str
    session_id: str
    scope: tuple[str, ...]
    audience: str
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    generation: int
    rotated_at: int
    idle_expires_at: int
    absolute_expires_at: int
    attempt: str
    status: str = ACTIVE

    redirect_uri: str = ""
    code_challenge: str = ""
    code_expires_at: int = 0
    nonce: str | None = None
    id_token_claims: tuple[str, ...] = ()
    userinfo_claims: tuple[str, ...] = ()


class RedemptionRefused(Exception):
    """The conditional write of a redemption did not happen; `grant` is what stood there, or None."""

    def __init__(self, grant: Grant | None) -> None:
        super().__init__("the grant is not as the code says")
        self.grant = grant


class RotationRefused(Exception):
    """The conditional write of a rotation did not happen; `grant` is what stood there, or None."""

    def __init__(self, grant: Grant | None) -> None:
        super().__init__("the grant is not as the refresh token says")
        self.grant = grant


class GrantStore(Protocol):
    """Where grants are kept. Every method raises TemporarilyUnavailable when it cannot answer."""

    def get(self, gid: str) -> Grant | None:
        """Read a grant, strongly consistent."""

    def put(self, grant: Grant) -> None:
        """Write a grant that was not there; a repeated write by the same attempt is one write."""

    def put_once(self, grant: Grant) -> Grant:
        """Write a grant unless it is there already, and return what is there.

        Raises InvalidGrant where its session ended while it was being made.
        """

    def bury(self, gid: str, ttl: int) -> None:
        """Make a grant revoked that may be on its way: whoever makes it finds its place taken."""

    def redeem(
        self,
        gid: str,
        *,
        client_id: str,
        redirect_uri: str | None,
        code_challenge: str,
        attempt: str,
        now: int,
    ) -> Grant:
        """Turn a pending grant active in one conditional write, and return it as it is then.

        The condition: pending, of this client, with this challenge, with this redirect URI where one is
        given, and the code's expiry in the future. Raises RedemptionRefused.
        """

    def rotate(self, gid: str, *, client_id: str, generation: int, attempt: str, now: int) -> Grant:
        """Turn generation g into g + 1 in one conditional write, and return the grant as it is then.

        The condition: active, of this client, at generation g, idle and absolute expiry in the future.
        Raises RotationRefused.
        """

    def revoke(self, gid: str, *, generation: int | None = None) -> bool:
        """Make a grant revoked, whatever it was, and tell whether it is there; idempotent.

        With a generation only a grant that is still at that one.
        """


class SessionStore(Protocol):
    """Where login sessions are kept, each listing its grants."""

    def put(self, grant: Grant, *, now: int) -> None:
        """Write a session that lists one grant and lives as long as it may."""


def may_refresh(client: Client) -> bool:
    """Tell whether the client gets refresh tokens at all. RFC 6749 §1.5"""
    return "refresh_token" in client.grant_types
