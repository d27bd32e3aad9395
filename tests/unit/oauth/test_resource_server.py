"""APIs, and what their tokens are like. RFC 8707 §2, RFC 9068 §2"""

from __future__ import annotations

from gatelet.oauth.resource_server import ResourceServer, ResourceServers


def test_an_api_has_no_scope_and_tokens_of_es256_for_a_quarter_of_an_hour():
    """RFC 9068 §2.1, RFC 9700 §2.2.1"""
    api = ResourceServer(identifier="https://orders.example", name="Orders")
    assert (dict(api.scopes), api.signing_alg, api.access_token_lifetime) == ({}, "ES256", 900)
    assert api.introspection_client_id is None


def test_an_api_is_found_by_its_identifier_and_by_each_scope_it_owns():
    """RFC 8707 §2"""
    orders = ResourceServer(identifier="https://orders.example", name="Orders", scopes={"orders:read": "Read"})
    stock = ResourceServer(
        identifier="https://stock.example",
        name="Stock",
        scopes={"stock:read": "", "stock:write": ""},
        signing_alg="EdDSA",
    )
    apis = ResourceServers((orders, stock))
    assert (apis.get("https://orders.example"), apis.get("https://stock.example")) == (orders, stock)
    assert (apis.owner("orders:read"), apis.owner("stock:write")) == (orders, stock)
    assert (apis.get("orders:read"), apis.owner("https://orders.example")) == (None, None)
    assert apis.signing_algs == {"ES256", "EdDSA"}
