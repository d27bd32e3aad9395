from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.errors import InvalidScope, InvalidTarget
from gatelet.oauth.resource_server import ResourceServer, ResourceServers
from gatelet.oauth.scope import MOST_SCOPES, choose_audience, format_scope, parse_scope, restrict

ORDERS = ResourceServer(
    identifier="https://orders.example", name="Orders", scopes={"orders:read": "", "orders:write": ""}
)
OWN = ResourceServer(identifier="https://auth.example", name="userinfo")
STOCK = ResourceServer(identifier="https://stock.example", name="Stock", scopes={"stock:read": ""})
SERVERS = ResourceServers((ORDERS, STOCK))
NQCHAR = st.sampled_from([chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"\\'])
SCOPES = st.lists(st.text(NQCHAR, min_size=1, max_size=20), min_size=1, max_size=20, unique=True)


@given(SCOPES)
def test_a_list_of_scope_tokens_is_read_in_its_order(scopes):
    """RFC 6749 §3.3"""
    assert parse_scope(format_scope(scopes)) == tuple(scopes)


@given(st.text(max_size=60))
def test_any_text_is_scope_tokens_or_invalid_scope(text):
    """RFC 6749 §3.3"""
    try:
        scopes = parse_scope(text)
    except InvalidScope:
        return
    assert set(" ".join(scopes)) <= {chr(c) for c in range(0x20, 0x7F)} - {'"', "\\"}
    assert all(scopes)
    assert set(scopes) == set(text.split(" "))


def test_a_scope_that_is_asked_for_twice_is_one_scope():
    assert parse_scope("a b a") == ("a", "b")


@pytest.mark.attack("ATK-086")
@pytest.mark.clause("OIDC-14-2")
@pytest.mark.parametrize(
    "text",
    ["", " ", "a  b", " a", "a ", "a\tb", "a\nb", 'a"b', "a\\b", "caf\u00e9", "a\u00a0b", "a\x00", "a\x7f", "\ud800"],
)
def test_anything_but_scope_tokens_with_one_space_between_them_is_invalid_scope(text):
    """RFC 6749 §3.3"""
    with pytest.raises(InvalidScope):
        parse_scope(text)


@pytest.mark.attack("ATK-085")
@pytest.mark.parametrize(
    "text", [" ".join(f"s{i}" for i in range(10_000)), " ".join(f"s{i}" for i in range(101)), "x" * 100_000, "x" * 129]
)
def test_a_scope_without_measure_is_invalid_scope(text):
    with pytest.raises(InvalidScope):
        parse_scope(text)


def test_a_scope_may_have_128_characters():
    assert parse_scope("x" * 128) == ("x" * 128,)


def test_a_hundred_scopes_are_taken():
    """A token with more would not fit into a header."""
    assert len(parse_scope(" ".join(f"s{i}" for i in range(MOST_SCOPES)))) == 100


@pytest.mark.attack("ATK-087")
def test_only_what_every_limit_allows_is_granted():
    """Requested, client, API and roles all have a say. RFC 6749 §3.3"""
    assert restrict(("c", "a", "b"), {"a", "b", "c"}, None, {"b", "c", "d"}) == ("c", "b")


@pytest.mark.attack("ATK-087")
def test_nothing_left_is_invalid_scope():
    with pytest.raises(InvalidScope):
        restrict(("a",), {"b"})


@pytest.mark.attack("ATK-048")
def test_a_scope_is_allowed_by_its_whole_name_alone():
    with pytest.raises(InvalidScope):
        restrict(("admin", "adm", "ADMIN:READ"), ("admin:read",))


def test_without_resource_the_api_that_owns_the_scopes_is_the_audience():
    """RFC 8707 §2"""
    assert choose_audience(("orders:write", "orders:read"), None, SERVERS) == (ORDERS, ("orders:write", "orders:read"))


def test_scopes_of_two_apis_are_invalid_target():
    """RFC 8707 §2.2"""
    with pytest.raises(InvalidTarget):
        choose_audience(("orders:read", "stock:read"), None, SERVERS)


def test_resource_picks_the_api_and_drops_the_scopes_of_another():
    """RFC 8707 §2.2"""
    assert choose_audience(("orders:read", "stock:read"), STOCK.identifier, SERVERS) == (STOCK, ("stock:read",))


@pytest.mark.parametrize("resource", ["https://stock.example/", "https://STOCK.example", "https://other.example", "x"])
def test_an_unregistered_resource_is_invalid_target(resource):
    """Identifiers are compared as they are. RFC 8707 §2"""
    with pytest.raises(InvalidTarget):
        choose_audience(("stock:read",), resource, SERVERS)


@pytest.mark.attack("ATK-092")
@pytest.mark.parametrize("resource", [None, ORDERS.identifier])
@pytest.mark.parametrize("scopes", [("openid",), ("offline_access",), ("nobody:knows",), ()])
def test_scopes_that_no_api_owns_give_nothing(scopes, resource):
    with pytest.raises(InvalidScope):
        choose_audience(scopes, resource, SERVERS)


def test_the_scopes_of_openid_connect_go_with_any_api_where_there_is_a_user():
    """OpenID Connect Core §5.4, §11"""
    asked = ("openid", "orders:read", "offline_access")
    assert choose_audience(asked, None, SERVERS, own=OWN) == (ORDERS, asked)
    assert choose_audience(("openid", "stock:read"), STOCK.identifier, SERVERS, own=OWN) == (
        STOCK,
        ("openid", "stock:read"),
    )


def test_the_scopes_of_openid_connect_alone_are_for_the_issuer_itself():
    assert choose_audience(("openid", "profile"), None, SERVERS, own=OWN) == (OWN, ("openid", "profile"))


def test_a_resource_may_go_with_the_scopes_of_openid_connect_alone():
    assert choose_audience(("openid",), STOCK.identifier, SERVERS, own=OWN) == (STOCK, ("openid",))


@pytest.mark.parametrize("scope", ["nobody:knows", "stock:read"])
def test_a_scope_that_is_not_the_apis_is_not_granted_with_those_of_openid_connect(scope):
    assert choose_audience(("openid", scope), ORDERS.identifier, SERVERS, own=OWN) == (ORDERS, ("openid",))


def test_a_resource_without_any_scope_of_its_own_is_invalid_scope():
    with pytest.raises(InvalidScope):
        choose_audience(("orders:read",), STOCK.identifier, SERVERS)
