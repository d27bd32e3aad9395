"""What the server has acknowledged: what must be true of the store afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.e2e.store import gid_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.registration import Registered


@dataclass(kw_only=True)
class Chain:
    """A grant: its last acknowledged tokens, how often it was acknowledged to have rotated, and its end."""

    client: Registered
    gid: str
    refresh_token: str
    access_tokens: list[str]
    rotations: int = 0
    in_doubt: bool = False
    """A rotation was asked for and not acknowledged: the store may be one ahead."""
    revoked_at: float | None = None
    """When its end was acknowledged, in seconds of the monotonic clock."""
    end_in_doubt: bool = False
    """Its end was asked for and not acknowledged."""

    @classmethod
    def of(cls, client: Registered, tokens: Mapping[str, str]) -> Chain:
        """Begin a chain with the first tokens of a grant."""
        access_token = tokens["access_token"]
        return cls(
            client=client,
            gid=gid_of(access_token),
            refresh_token=tokens["refresh_token"],
            access_tokens=[access_token],
        )

    def rotate(self, *answers: Mapping[str, str]) -> None:
        """Take the successor that a rotation, or its repetition, was answered with."""
        self.refresh_token = answers[0]["refresh_token"]
        self.access_tokens += [answer["access_token"] for answer in answers]
        self.rotations += 1
        self.in_doubt = False


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """A code that was redeemed, and what it takes to try again."""

    client: Registered
    form: Mapping[str, str]
    chain: Chain


@dataclass(frozen=True, kw_only=True)
class RevokedToken:
    """A single access token whose revocation was acknowledged."""

    access_token: str
    revoked_at: float


@dataclass(kw_only=True)
class Ledger:
    """Everything that one stage was told. Lists, for many threads append to them."""

    chains: list[Chain] = field(default_factory=list)
    redemptions: list[Redemption] = field(default_factory=list)
    revoked_tokens: list[RevokedToken] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What must never happen, in words."""
