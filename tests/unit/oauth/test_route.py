from __future__ import annotations

import json

import pytest

from gatelet.oauth.errors import InvalidScope
from gatelet.oauth.route import ANY_ROUTE, Route, parse_routes


def test_a_route_asks_for_each_of_its_scopes():
    routes = parse_routes(
        '{"GET /orders":{"scope":"orders:read"},"DELETE /orders/{id}":{"scope":"a b","sensitive":true}}'
    )
    assert routes == {
        "GET /orders": Route(scope=frozenset({"orders:read"})),
        "DELETE /orders/{id}": Route(scope=frozenset({"a", "b"}), sensitive=True),
    }


def test_a_route_is_sensitive_only_where_that_is_said():
    assert not parse_routes('{"*":{"scope":"a"}}')["*"].sensitive
    assert not parse_routes('{"*":{"scope":"a","sensitive":false}}')["*"].sensitive


@pytest.mark.parametrize("scope", ["", " ", "a  b", 'a"b'])
def test_a_route_without_a_scope_is_a_fault_and_not_an_open_door(scope):
    """A token with any scope at all would pass."""
    with pytest.raises(InvalidScope):
        parse_routes(json.dumps({"GET /": {"scope": scope}}))


def test_a_route_that_names_no_scope_at_all_is_a_fault():
    with pytest.raises(KeyError):
        parse_routes('{"GET /":{}}')


def test_the_one_route_of_a_rest_api_is_an_asterisk_in_the_map_of_the_stack():
    """A TOKEN authorizer sees no route, and looks up this one."""
    assert parse_routes('{"*":{"scope":"orders:read"}}').get(ANY_ROUTE) == Route(scope=frozenset({"orders:read"}))
