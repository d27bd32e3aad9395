"""Who asks, where the answer goes, and what may be asked of a user. RFC 6749 §4.1.1, §4.1.2.1"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.authorization import require_client, require_redirect_uri, settle_scope
from gatelet.oauth.authorization_request import AuthorizationRequest
from gatelet.oauth.client import Client
from gatelet.oauth.errors import InvalidScope, InvalidTarget, UnauthorizedClient, UnsafeRequest
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from tests.unit import in_memory

CALLBACK = "https://app.example/callback"
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("authorization_code", "refresh_token"),
    scope=("openid", "orders:read", "stock:read", "offline_access"),
    redirect_uris=(CALLBACK,),
)
OWN = ResourceServer(identifier="https://auth.example", name="userinfo")
ORDERS = ResourceServer(identifier="https://orders.example", name="", scopes={"orders:read": "", "orders:write": ""})
STOCK = ResourceServer(identifier="https://stock.example", name="", scopes={"stock:read": ""})
SERVERS = ResourceServers((ORDERS, STOCK))


def settle(*scope, client=APP, resource=None):
    request = AuthorizationRequest(
        client_id=client.client_id, redirect_uri=CALLBACK, scope=scope or None, resource=resource
    )
    return settle_scope(request, client, SERVERS, OWN)


def test_the_client_that_is_named_asks():
    assert require_client({"client_id": "c_app"}, in_memory.Clients(APP)) is APP


@pytest.mark.parametrize("parameters", [{}, {"client_id": "c_other"}, {"client_id": ""}, {"CLIENT_ID": "c_app"}])
def test_without_a_client_that_is_known_nothing_goes_back(parameters):
    """A page says which of the two is wrong. RFC 6749 §4.1.2.1"""
    with pytest.raises(UnsafeRequest) as refusal:
        require_client(parameters, in_memory.Clients(APP))
    assert refusal.value.detail == "unknown_client"


def test_a_disabled_client_is_an_unknown_one():
    with pytest.raises(UnsafeRequest):
        require_client({"client_id": "c_app"}, in_memory.Clients(replace(APP, enabled=False)))


def test_the_answer_goes_to_the_redirect_uri_that_is_named():
    """RFC 6749 §3.1.2.3"""
    assert require_redirect_uri({"redirect_uri": CALLBACK}, APP) == CALLBACK


@pytest.mark.parametrize("parameters", [{}, {"redirect_uri": ""}, {"redirect_uri": "https://evil.example/"}])
def test_without_a_redirect_uri_that_is_registered_nothing_goes_back(parameters):
    """It must be named, even where only one is registered. RFC 9700 §4.1.3"""
    with pytest.raises(UnsafeRequest) as refusal:
        require_redirect_uri(parameters, APP)
    assert refusal.value.detail == "bad_redirect_uri"


def test_a_client_that_is_not_registered_for_codes_may_ask_for_nothing():
    """RFC 6749 §4.1.2.1"""
    with pytest.raises(UnauthorizedClient):
        settle("openid", client=replace(APP, grant_types=("refresh_token",)))


def test_a_user_is_asked_for_what_the_client_asks_for():
    """In its order. RFC 6749 §3.3"""
    assert settle("orders:read", "openid") == (ORDERS, ("orders:read", "openid"))


def test_without_a_scope_a_user_is_asked_for_all_that_the_client_is_registered_for():
    """RFC 6749 §3.3"""
    client = replace(APP, scope=("openid", "orders:read"))
    assert settle(client=client) == (ORDERS, ("openid", "orders:read"))


def test_what_the_client_is_not_registered_for_is_left_out():
    """RFC 6749 §3.3"""
    assert settle("orders:read", "orders:write") == (ORDERS, ("orders:read",))
    with pytest.raises(InvalidScope):
        settle("orders:write")


@pytest.mark.parametrize(
    ("grant_types", "granted"),
    [
        (("authorization_code", "refresh_token"), ("openid", "offline_access")),
        (("authorization_code",), ("openid",)),
    ],
)
def test_only_who_may_refresh_may_ask_for_access_while_the_user_is_away(grant_types, granted):
    """OpenID Connect Core §11"""
    client = replace(APP, grant_types=grant_types)
    assert settle("openid", "offline_access", client=client) == (OWN, granted)


def test_resource_picks_the_api():
    """RFC 8707 §2"""
    asked = ("openid", "orders:read", "stock:read")
    assert settle(*asked, resource=STOCK.identifier) == (STOCK, ("openid", "stock:read"))
    with pytest.raises(InvalidTarget):
        settle(*asked)
