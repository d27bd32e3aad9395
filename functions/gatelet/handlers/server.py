"""What a function works with, made from its settings when it is first needed."""

from __future__ import annotations

import os
import secrets
import time
from functools import cached_property
from typing import TYPE_CHECKING

from gatelet.accounts.authentication import PasswordAuthentication
from gatelet.aws.allowance import Allowance
from gatelet.aws.attempts import Attempts
from gatelet.aws.consents import Consents
from gatelet.aws.credentials import Credentials
from gatelet.aws.deadline import CALL_SHARES
from gatelet.aws.direct_connection import DirectConnection
from gatelet.aws.directory import Directory
from gatelet.aws.feed import FeedReader, FeedWriter
from gatelet.aws.grants import Grants
from gatelet.aws.public_keys import PublicKeys
from gatelet.aws.secret import GRANT_SECONDS, SIGNING_SECONDS, Secret, SigningKeys, grant_seals
from gatelet.aws.sessions import Sessions
from gatelet.aws.settings import Settings
from gatelet.aws.table import Table
from gatelet.handlers.audit import AuditedSignIns, grant_revoked, session_ended
from gatelet.handlers.initialization import trusted_proxies
from gatelet.handlers.observation import alarm
from gatelet.oauth import authorization_code, client_credentials, password, refresh_token
from gatelet.oauth.client_authentication import ClientAuthentication
from gatelet.oauth.handle import HandleKeys
from gatelet.oauth.issuance import Issuer
from gatelet.oauth.password import PasswordGrant
from gatelet.oauth.user_tokens import UserTokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gatelet.accounts.password import PasswordHashing
    from gatelet.aws.connection import Connection
    from gatelet.oauth.seal import Seals

GRANT_TYPES = (
    authorization_code.GRANT_TYPE,
    client_credentials.GRANT_TYPE,
    password.GRANT_TYPE,
    refresh_token.GRANT_TYPE,
)


class Server:
    """The parts of the authorization server; each function touches those that its role may use."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
        call_shares: tuple[float, float] = CALL_SHARES,
        connect: Callable[..., Connection] = DirectConnection,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._random = random
        connect_share, read_share = call_shares
        self.connection = connect(deadline=settings.deadline, connect_share=connect_share, read_share=read_share)
        self.trusted_proxies = trusted_proxies(settings)

    @classmethod
    def from_environment(
        cls,
        *,
        call_shares: tuple[float, float] = CALL_SHARES,
        connect: Callable[..., Connection] = DirectConnection,
    ) -> Server:
        """Make the server of this function."""
        return cls(Settings.from_environment(os.environ), call_shares=call_shares, connect=connect)

    def prepare(self, function: str) -> None:
        """Read what the first request to a function needs, and open its connections with that.

        Raises what reading raises: the first request then reads again.
        """
        self.connection.start_request()
        for read in _FIRST_READS.get(function, ()):
            read(self)

    def now(self) -> int:
        """Return the epoch second."""
        return int(self._clock())

    def attempt(self) -> str:
        """Return a new name for a write, by which it is known again if its answer was lost."""
        return self._random(16).hex()

    @property
    def issuer_name(self) -> str:
        """The issuer identifier: configuration, never the Host header. RFC 8414 §2"""
        return self.settings.require("issuer")

    @property
    def grant_types(self) -> tuple[str, ...]:
        """The grants that are switched on. RFC 7591 §2"""
        return (
            GRANT_TYPES if self.settings.password_grant else tuple(g for g in GRANT_TYPES if g != password.GRANT_TYPE)
        )

    @cached_property
    def directory(self) -> Directory:
        """Clients, APIs, roles, users."""
        return Directory(self._table("directory_table"), self.now)

    @cached_property
    def client_authentication(self) -> ClientAuthentication:
        """Tells who is calling."""
        return ClientAuthentication(
            clients=self.directory, failures=Attempts(self._table("limits_table"), "CLIENT_SECRET")
        )

    @cached_property
    def revocation_allowance(self) -> Allowance:
        """How much a client may revoke: every event is read by every authorizer."""
        return Allowance(self._table("limits_table"), "REVOCATIONS")

    @cached_property
    def introspection_allowance(self) -> Allowance:
        """How often a client may ask about what is no token of its own."""
        return Allowance(self._table("limits_table"), "INTROSPECTIONS")

    @cached_property
    def grants(self) -> Grants:
        """The grants."""
        return Grants(self._table("grants_table"), on_revoked=grant_revoked)

    @cached_property
    def feed(self) -> FeedWriter:
        """The revocation feed, to write to."""
        return FeedWriter(self._table("feed_table"), lambda: int(self._clock() * 1000))

    @cached_property
    def revocations(self) -> FeedReader:
        """The revocation feed, to read from."""
        return FeedReader(
            self._table("feed_table"),
            on_kid=self.public_keys.expire,
            on_unread=lambda: alarm("FeedUnread"),
        )

    @cached_property
    def keys_table(self) -> Table:
        """Where the public keys are published."""
        return self._table("keys_table")

    @cached_property
    def public_keys(self) -> PublicKeys:
        """The published keys."""
        return PublicKeys(self.keys_table, self.now, reload_every=self.settings.keys_age)

    @cached_property
    def issuer(self) -> Issuer:
        """Signs access tokens."""
        secret = self._secret("signing_secret", SIGNING_SECONDS)
        return Issuer(issuer=self.issuer_name, signers=SigningKeys(secret), random=self._random)

    @property
    def seals(self) -> Seals:
        """The keys of codes, refresh tokens, cookies and forms, as they are now."""
        return grant_seals(self._grant_secret)

    @property
    def handles(self) -> HandleKeys:
        """The keys of codes and refresh tokens, as they are now."""
        return HandleKeys(self.seals)

    @property
    def user_tokens(self) -> UserTokens:
        """Issues what a user's grant is answered with."""
        return UserTokens(
            handles=self.handles, grants=self.grants, feed=self.feed, directory=self.directory, issuer=self.issuer
        )

    @cached_property
    def sessions(self) -> Sessions:
        """The login sessions."""
        return Sessions(self._table("grants_table"), on_ended=session_ended)

    @cached_property
    def consents(self) -> Consents:
        """What users allowed clients to do."""
        return Consents(self._table("credentials_table"))

    def random(self, size: int) -> bytes:
        """Return random bytes."""
        return self._random(size)

    @property
    def password_grant(self) -> PasswordGrant:
        """The password grant."""
        return PasswordGrant(owners=self.sign_ins, sessions=self.sessions, tokens=self.user_tokens)

    @cached_property
    def credentials(self) -> Credentials:
        """The passwords."""
        return Credentials(self._table("credentials_table"))

    @cached_property
    def hashing(self) -> PasswordHashing:
        """Argon2id, made where it is needed: most functions never hash."""
        from gatelet.accounts.password import PasswordHashing  # noqa: PLC0415

        return PasswordHashing()

    @cached_property
    def resource_owners(self) -> PasswordAuthentication:
        """Checks passwords."""
        return PasswordAuthentication(
            attempts=Attempts(self._table("limits_table"), "PASSWORD"),
            passwords=self.credentials,
            users=self.directory,
            hashing=self.hashing,
        )

    @cached_property
    def sign_ins(self) -> AuditedSignIns:
        """Checks passwords of people who sign in."""
        return AuditedSignIns(owners=self.resource_owners)

    @cached_property
    def _grant_secret(self) -> Secret:
        return self._secret("grant_secret", GRANT_SECONDS)

    def _secret(self, setting: str, seconds: int) -> Secret:
        return Secret(
            self.connection,
            self.settings.require(setting),
            seconds=seconds,
            rotation_period=self.settings.rotation_period,
            now=self.now,
            on_stale=lambda: alarm("SecretUnread"),
            on_overdue=lambda: alarm("KeyRotationOverdue"),
        )

    def _table(self, setting: str) -> Table:
        return Table(self.connection, self.settings.require(setting))


def _signing_keys(server: Server) -> None:
    server.issuer.signers.load()


def _grant_keys(server: Server) -> object:
    return server.seals


def _directory(server: Server) -> object:
    return server.directory.resource_servers(), server.directory.roles()


def _public_keys(server: Server) -> object:
    return server.public_keys.jwks()


def _feed(server: Server) -> None:
    server.revocations.read(server.now())


_FIRST_READS: Mapping[str, tuple[Callable[[Server], object], ...]] = {
    "token": (_signing_keys, _grant_keys, _directory),
    "refresh": (_signing_keys, _grant_keys, _directory),
    "authorize": (_grant_keys, _directory, _public_keys),
    "revoke": (_grant_keys, _public_keys),
    "introspect": (_grant_keys, _public_keys, _feed),
    "userinfo": (_public_keys, _feed),
    "metadata": (_public_keys,),
}
"""Within the privileges of each function; the authorizer has a preparation of its own."""
