"""Who is told what a token is worth. RFC 7662"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import InvalidClient, InvalidToken
from gatelet.oauth.grant import PENDING, REVOKED, Grant
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.introspection import Introspection, require_confidential
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from gatelet.oauth.role import Roles
from gatelet.oauth.seal import SEALS, Seals
from tests.unit import in_memory
from tests.unit.tokens import ABSENT, ATTACKER, AUDIENCE, ISSUER, NOW, PublishedKeys, claims, signed

GRANT_SECRET = b"s" * 16
GID = grant_id(GRANT_SECRET)
HANDLE_KEYS = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("authorization_code", "refresh_token"),
    scope=("orders:read",),
)
ORDERS_API = replace(APP, client_id="c_orders", grant_types=("client_credentials",))
ORDERS = ResourceServer(identifier=AUDIENCE, name="Orders", introspection_client_id="c_orders")
GRANT = Grant(
    gid=GID,
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("orders:read", "orders:write"),
    audience=AUDIENCE,
    auth_time=NOW - 60,
    acr="1",
    amr=("pwd",),
    generation=3,
    rotated_at=NOW - 5,
    idle_expires_at=NOW + 100,
    absolute_expires_at=NOW + 200,
    attempt="a",
)


def introspect(token, client, *, grant=GRANT, api=ORDERS, unread=(), now=NOW):
    introspection = Introspection(
        handles=HANDLE_KEYS,
        grants=in_memory.Grants(*([grant] if grant else [])),
        keys=PublishedKeys(),
        revocations=in_memory.Revocations(unread=unread),
        directory=in_memory.Directory(servers=ResourceServers((api,)), roles=Roles(())),
        issuer=ISSUER,
    )
    return introspection.introspect(token, client, now)


def access_token(**changes):
    return signed(claims(**{"gid": GID, **changes}))


def refresh_token(generation=3, client_id="c_app", secret=GRANT_SECRET):
    return HANDLE_KEYS.seal(REFRESH_TOKEN, grant_secret=secret, generation=generation, client_id=client_id)


def test_only_a_client_that_has_proved_who_it_is_may_ask():
    """It is told to authenticate, and how. RFC 7662 §2.1"""
    with pytest.raises(InvalidClient, match="public client c_app") as refusal:
        require_confidential(replace(APP, token_endpoint_auth_method="none"))
    assert refusal.value.challenge is True
    require_confidential(APP)


def test_an_access_token_is_described_to_the_client_of_its_api():
    """RFC 7662 §2.2, RFC 9068 §2.2"""
    members = introspect(access_token(), ORDERS_API)
    assert members == {"active": True, "token_type": "Bearer", **claims(gid=GID, roles=("clerk",))}


def test_a_token_of_a_client_itself_needs_no_grant():
    token = access_token(sub="c_app", gid=ABSENT, auth_time=ABSENT, acr=ABSENT, roles=ABSENT)
    members = introspect(token, ORDERS_API, grant=None)
    assert (members["active"], members["sub"], "gid" in members) == (True, "c_app", False)


@pytest.mark.parametrize(
    ("client", "changes", "api"),
    [
        (APP, {}, ORDERS),
        (ORDERS_API, {"aud": "https://stock.example"}, ORDERS),
        (ORDERS_API, {"aud": ISSUER}, ORDERS),
        (ORDERS_API, {}, replace(ORDERS, introspection_client_id=None)),
    ],
)
def test_an_access_token_is_nobody_elses_business(client, changes, api):
    """Not even that of the client to which it was issued. RFC 7662 §4"""
    aud = changes.get("aud", AUDIENCE)
    with pytest.raises(InvalidToken, match=f"{client.client_id} does not introspect for {aud}"):
        introspect(access_token(**changes), client, api=api)


@pytest.mark.parametrize(
    "token", [access_token(exp=NOW), access_token(iss="https://other.example"), signed(key=ATTACKER), "x", ""]
)
def test_an_access_token_that_is_not_good_is_inactive(token):
    """RFC 7662 §2.2"""
    with pytest.raises(InvalidToken):
        introspect(token, ORDERS_API)


@pytest.mark.attack("ATK-049")
@pytest.mark.parametrize("event", [("token", "jti-1"), ("subject", "u_alice"), ("client", "c_app")])
def test_a_revocation_holds_at_once_though_it_was_not_read_before(event):
    with pytest.raises(InvalidToken, match="revoked"):
        introspect(access_token(), ORDERS_API, unread=(event,))


ENDED = [
    (None, "no such grant"),
    (replace(GRANT, status=REVOKED), f"grant {GID} is revoked"),
    (replace(GRANT, status=PENDING), f"grant {GID} is pending"),
    (replace(GRANT, idle_expires_at=NOW), f"grant {GID} has expired"),
    (replace(GRANT, absolute_expires_at=NOW), f"grant {GID} has expired"),
]


@pytest.mark.parametrize(("grant", "said"), ENDED)
def test_every_token_ends_with_its_grant(grant, said):
    """RFC 7662 §2.2"""
    for token, client in ((access_token(), ORDERS_API), (refresh_token(), APP)):
        with pytest.raises(InvalidToken, match=said):
            introspect(token, client, grant=grant)


def test_a_refresh_token_is_described_to_its_own_client_and_looks_like_no_access_token():
    """RFC 7662 §2.2"""
    assert introspect(refresh_token(), APP) == {
        "active": True,
        "iss": ISSUER,
        "sub": "u_alice",
        "client_id": "c_app",
        "scope": "orders:read orders:write",
        "iat": NOW - 5,
        "exp": NOW + 100,
        "gid": GID,
        "auth_time": NOW - 60,
        "acr": "1",
    }


def test_a_refresh_token_expires_with_the_idle_or_the_absolute_expiry_of_its_grant():
    assert introspect(refresh_token(), APP, now=NOW + 99)["exp"] == NOW + 100
    assert introspect(refresh_token(), APP, grant=replace(GRANT, absolute_expires_at=NOW + 7))["exp"] == NOW + 7


@pytest.mark.parametrize("generation", [2, 4])
def test_of_the_refresh_tokens_of_a_grant_the_present_one_is_active(generation):
    with pytest.raises(InvalidToken, match=f"not the present refresh token of grant {GID}"):
        introspect(refresh_token(generation), APP)


def test_a_refresh_token_of_a_grant_that_is_another_clients_is_inactive():
    with pytest.raises(InvalidToken, match="not the present"):
        introspect(refresh_token(), APP, grant=replace(GRANT, client_id="c_other"))


@pytest.mark.parametrize(
    "client", [replace(APP, client_id="c_other"), ORDERS_API, replace(APP, grant_types=("authorization_code",))]
)
def test_a_refresh_token_is_inactive_for_a_client_that_cannot_use_it(client):
    """RFC 7662 §4"""
    with pytest.raises(InvalidToken, match=f"{client.client_id} cannot use the refresh token of grant {GID}"):
        introspect(refresh_token(), client)


@pytest.mark.attack("ATK-175")
def test_a_forged_refresh_token_is_inactive():
    with pytest.raises(InvalidToken):
        introspect(refresh_token()[:-4] + "AAAA", APP)
