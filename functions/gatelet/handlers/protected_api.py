"""What the authorizer of one protected API works with, made from its settings; all that its cold start imports."""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING

from gatelet.aws.direct_connection import DirectConnection
from gatelet.aws.feed import FeedReader
from gatelet.aws.public_keys import PublicKeys
from gatelet.aws.settings import Settings
from gatelet.aws.table import Table
from gatelet.handlers.initialization import trusted_proxies
from gatelet.handlers.observation import alarm
from gatelet.oauth.protected_resource import authorize_call
from gatelet.oauth.route import Route, parse_routes
from gatelet.oauth.verified_tokens import VerifiedTokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.connection import Connection
    from gatelet.oauth.access_token import VerifiedToken

CALL_SHARES = (1 / 4, 3 / 20)
"""Of 2 s: 500 ms to connect, once a container, and 300 ms to read keys or a page of the feed."""


class ProtectedApi:
    """One protected API: its routes, and what is known of the tokens that are shown to it."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        connect: Callable[..., Connection] = DirectConnection,
    ) -> None:
        self._settings = settings
        self._clock = clock
        connect_share, read_share = CALL_SHARES
        self.connection = connect(deadline=settings.deadline, connect_share=connect_share, read_share=read_share)
        self.trusted_proxies = trusted_proxies(settings)

    @classmethod
    def from_environment(cls) -> ProtectedApi:
        """Make the API that this function guards."""
        return cls(Settings.from_environment(os.environ))

    def prepare(self) -> None:
        """Read keys and feed, so that the first request need not."""
        self.connection.start_request()
        self.public_keys.jwks()
        self.revocations.read(self._now())

    def authorize(self, authorization: str | None, route_key: str) -> VerifiedToken:
        """Return the token that allows a call.

        Raises InvalidToken or InsufficientScope, a refusal; anything else is no decision.
        """
        return authorize_call(
            authorization,
            route_key,
            routes=self._routes,
            tokens=self._tokens,
            revocations=self.revocations,
            now=self._now(),
        )

    def _now(self) -> int:
        return int(self._clock())

    @cached_property
    def _routes(self) -> dict[str, Route]:
        return parse_routes(self._settings.require("routes"))

    @cached_property
    def _tokens(self) -> VerifiedTokens:
        issuer, audience = self._settings.require("issuer"), self._settings.require("audience")
        return VerifiedTokens(keys=self.public_keys, issuer=issuer, audience=audience)

    @cached_property
    def public_keys(self) -> PublicKeys:
        """The published keys."""
        return PublicKeys(self._table("keys_table"), self._now, reload_every=self._settings.keys_age)

    @cached_property
    def revocations(self) -> FeedReader:
        """The revocation feed, to read from."""
        table = self._table("feed_table")
        return FeedReader(table, on_kid=self.public_keys.expire, on_unread=lambda: alarm("FeedUnread"))

    def _table(self, setting: str) -> Table:
        return Table(self.connection, self._settings.require(setting))
