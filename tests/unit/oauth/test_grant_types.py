"""The client_credentials and password grants: who may use them, and what they refuse before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth import base64url
from gatelet.oauth.client import Client
from gatelet.oauth.client_credentials import client_credentials
from gatelet.oauth.errors import (
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    OAuthError,
    TemporarilyUnavailable,
    UnauthorizedClient,
)
from gatelet.oauth.grant import Grant
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys
from gatelet.oauth.issuance import Issuer
from gatelet.oauth.jws import Signer
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.password import PasswordGrant
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from gatelet.oauth.role import Role, Roles
from gatelet.oauth.seal import SEALS, Seals
from gatelet.oauth.token_request import TokenRequest
from gatelet.oauth.user_tokens import UserTokens
from tests.unit import in_memory
from tests.unit.tokens import AUDIENCE, ISSUER, KEYS, NOW, verify

ORDERS = ResourceServer(identifier=AUDIENCE, name="Orders", scopes={"orders:read": "", "orders:write": ""})
STOCK = ResourceServer(identifier="https://stock.example", name="Stock", scopes={"stock:read": ""})
CLERK = Role(name="clerk", permissions=frozenset({"orders:read"}))
SERVICE = Client(
    client_id="c_service",
    client_name="Service",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("client_credentials", "password", "refresh_token"),
    scope=("orders:read", "orders:write"),
    first_party=True,
)
ALICE = ResourceOwner(sub="u_alice", username="alice", roles=("clerk",))
HANDLE_KEYS = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))


class Owners:
    """Implements `gatelet.oauth.password.ResourceOwners`: alice, whose password is "right"."""

    def __init__(self) -> None:
        self.guesses = 0
        self.guessers: list[tuple[str, str | None, int]] = []

    def authenticate(
        self,
        username: str,
        password: str,
        *,
        guesser: str,
        address: str | None,
        now: int,
    ) -> ResourceOwner:
        self.guesses += 1
        self.guessers.append((guesser, address, now))
        if (username, password) != ("alice", "right"):
            raise InvalidGrant("wrong password")
        return ALICE


class Sessions(in_memory.Sessions):
    """Remembers when each was written."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[int] = []

    def put(self, grant: Grant, *, now: int) -> None:
        super().put(grant, now=now)
        self.times.append(now)


class World:
    def __init__(self) -> None:
        self.directory = in_memory.Directory(servers=ResourceServers((ORDERS, STOCK)), roles=Roles((CLERK,)))
        self.signers = in_memory.Signers({"ES256": Signer(KEYS["ES256"], "ES256")})
        self.owners = Owners()
        self.grants = in_memory.Grants()
        self.sessions = Sessions()
        self.feed = in_memory.Feed()

    @property
    def issuer(self):
        return Issuer(issuer=ISSUER, signers=self.signers)

    def client_credentials(self, client=SERVICE, **form):
        request = TokenRequest.from_form({"grant_type": "client_credentials", **form})
        return client_credentials(request, client, directory=self.directory, issuer=self.issuer, now=NOW)

    def password(self, client=SERVICE, **form):
        request = TokenRequest.from_form({"grant_type": "password", "username": "alice", "password": "right", **form})
        return self.password_grant.issue(request, client, attempt="a", now=NOW)

    @property
    def password_grant(self):
        tokens = UserTokens(
            handles=HANDLE_KEYS, grants=self.grants, feed=self.feed, directory=self.directory, issuer=self.issuer
        )
        return PasswordGrant(owners=self.owners, sessions=self.sessions, tokens=tokens)


@pytest.fixture
def world():
    return World()


@pytest.mark.attack("ATK-075")
def test_grant_type_is_required():
    """RFC 6749 §3.2"""
    with pytest.raises(InvalidRequest, match="grant_type"):
        TokenRequest.from_form({})


@pytest.mark.attack("ATK-092")
def test_client_credentials_gives_a_token_and_never_a_refresh_token(world):
    """RFC 6749 §4.4.3"""
    response = world.client_credentials()
    assert response.refresh_token is None
    assert verify(response.access_token).claims.scope == ("orders:read", "orders:write")


@pytest.mark.attack("ATK-077")
def test_a_grant_type_that_the_client_was_not_registered_for_is_unauthorized_client(world):
    """RFC 6749 §5.2"""
    with pytest.raises(UnauthorizedClient):
        world.client_credentials(replace(SERVICE, grant_types=("password",)))
    with pytest.raises(UnauthorizedClient):
        world.password(replace(SERVICE, grant_types=("client_credentials",)))
    assert world.owners.guesses == 0


@pytest.mark.attack("ATK-091")
def test_a_public_client_has_no_credentials(world):
    """RFC 6749 §4.4"""
    with pytest.raises(UnauthorizedClient):
        world.client_credentials(replace(SERVICE, token_endpoint_auth_method="none"))


def test_without_a_scope_the_client_gets_all_of_its_own(world):
    """RFC 6749 §3.3"""
    assert world.client_credentials().scope == SERVICE.scope
    assert world.client_credentials(scope="orders:write").scope == ("orders:write",)


@pytest.mark.attack("ATK-087")
@pytest.mark.attack("ATK-092")
@pytest.mark.parametrize("scope", ["stock:read", "openid", "offline_access", "orders:admin", 'a"b'])
def test_a_scope_that_the_client_was_not_registered_for_is_not_granted(world, scope):
    """RFC 6749 §3.3"""
    with pytest.raises(InvalidScope):
        world.client_credentials(scope=scope)
    assert world.client_credentials(scope="orders:read stock:read").scope == ("orders:read",)


def test_resource_picks_the_api(world):
    """RFC 8707 §2"""
    both = replace(SERVICE, scope=("orders:read", "stock:read"))
    assert verify(world.client_credentials(both, resource=AUDIENCE).access_token).claims.scope == ("orders:read",)
    with pytest.raises(InvalidTarget):
        world.client_credentials(both)
    with pytest.raises(InvalidTarget):
        world.client_credentials(both, resource="https://unknown.example")


def test_a_password_gives_a_token_of_what_client_api_and_roles_allow(world):
    """RFC 6749 §4.3"""
    response = world.password(scope="orders:read orders:write")
    claims = verify(response.access_token).claims
    assert (claims.sub, claims.scope, claims.roles) == ("u_alice", ("orders:read",), ("clerk",))
    handle = HANDLE_KEYS.open(REFRESH_TOKEN, response.refresh_token)
    assert world.grants[handle.grant_id].scope == ("orders:read",)
    assert claims.gid == handle.grant_id
    assert world.sessions.grants == [handle.grant_id]
    assert world.sessions.times == [NOW]


@pytest.mark.parametrize(
    ("grant_types", "idle", "absolute"),
    [
        pytest.param(("password", "refresh_token"), NOW + 14 * 86_400, NOW + 90 * 86_400, id="refresh tokens"),
        pytest.param(("password",), NOW + 900, NOW + 900, id="the access token alone"),
    ],
)
def test_the_grant_of_a_password_lasts_as_long_as_the_tokens_it_may_have(world, grant_types, idle, absolute):
    """And says how and when the user authenticated. RFC 6749 §10.7, RFC 8176 §2"""
    response = world.password(replace(SERVICE, grant_types=grant_types))
    grant = world.grants[verify(response.access_token).claims.gid]
    assert grant == Grant(
        gid=grant.gid,
        client_id="c_service",
        sub="u_alice",
        session_id=grant.session_id,
        scope=("orders:read",),
        audience=AUDIENCE,
        auth_time=NOW,
        acr="1",
        amr=("pwd",),
        generation=0,
        rotated_at=NOW,
        idle_expires_at=idle,
        absolute_expires_at=absolute,
        attempt="a",
        status="active",
        redirect_uri="",  # what belongs to a code stays empty
        code_challenge="",
        code_expires_at=0,
        nonce=None,
        id_token_claims=(),
        userinfo_claims=(),
    )


def test_each_password_begins_a_session_with_a_random_name_of_128_bits(world):
    """RFC 6749 §10.10"""
    gids = [verify(world.password().access_token).claims.gid for _ in range(2)]
    first, second = (world.grants[gid].session_id for gid in gids)
    assert first != second
    assert len(base64url.decode(first)) == len(base64url.decode(second)) == 16


def test_a_password_with_openid_alone_gives_a_token_for_userinfo(world):
    """OpenID Connect Core §5.3"""
    response = world.password(replace(SERVICE, scope=("openid", "email"), id_token_signed_response_alg="ES256"))
    claims = verify(response.access_token, audience=ISSUER).claims
    assert (claims.sub, claims.scope) == ("u_alice", ("openid", "email"))
    assert world.grants[claims.gid].audience == ISSUER


def test_an_api_without_a_key_of_its_algorithm_costs_no_guess_and_no_grant(world):
    """What can fail without the write fails before it."""
    world.directory.servers = ResourceServers((replace(ORDERS, signing_alg="RS256"),))
    with pytest.raises(TemporarilyUnavailable):
        world.password()
    assert (world.owners.guesses, world.grants.calls, world.sessions.grants) == (0, 0, [])


def test_the_password_grant_is_for_first_party_clients_alone(world):
    """RFC 6749 §10.7, RFC 9700 §2.4"""
    with pytest.raises(UnauthorizedClient):
        world.password(replace(SERVICE, first_party=False))
    assert world.owners.guesses == 0


def test_a_guess_through_a_client_is_counted_by_client_and_not_by_address(world):
    """The address would be that of the client's backend."""
    world.password()
    assert world.owners.guessers == [("client c_service", None, NOW)]


@pytest.mark.attack("ATK-183")
def test_a_client_without_the_refresh_token_grant_gets_no_refresh_token(world):
    """RFC 6749 §1.5"""
    assert world.password(replace(SERVICE, grant_types=("password",))).refresh_token is None


@pytest.mark.parametrize("form", [{"username": ""}, {"password": ""}])
def test_username_and_password_are_required(world, form):
    """An empty parameter counts as absent. RFC 6749 §4.3.2, §3.2"""
    given = {"username": "alice", "password": "right", **form}
    request = TokenRequest.from_form(
        {"grant_type": "password", **{name: value for name, value in given.items() if value}}
    )
    assert None in {request.username, request.password}
    with pytest.raises(InvalidRequest, match=f"^{next(iter(form))} is missing$"):
        world.password_grant.issue(request, SERVICE, attempt="a", now=NOW)


@pytest.mark.parametrize(
    "form", [{"scope": "stock:read"}, {"scope": "openid"}, {"resource": "https://unknown.example"}, {"scope": "  "}]
)
def test_what_the_client_may_not_have_is_settled_before_the_password_is_looked_at(world, form):
    """A client that is wrong about itself tests no passwords."""
    with pytest.raises(OAuthError):
        world.password(**form)
    assert world.owners.guesses == 0


def test_a_wrong_password_writes_nothing(world):
    with pytest.raises(InvalidGrant):
        world.password(password="wrong")
    assert world.grants.calls == 0
    assert world.sessions.grants == []


def test_keys_that_cannot_be_read_cost_no_guess_and_no_grant(world):
    """What can fail without the write fails before it."""
    world.signers.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.password()
    assert (world.owners.guesses, world.grants.calls, world.sessions.grants) == (0, 0, [])


def test_a_user_whose_roles_permit_nothing_gets_no_token_and_no_grant(world):
    world.directory.known_roles = Roles(())
    with pytest.raises(InvalidScope):
        world.password()
    assert world.grants.calls == 0
