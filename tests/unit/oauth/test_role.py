from __future__ import annotations

import pytest

from gatelet.oauth.role import ROLE_NAME, Role, Roles

ROLES = Roles(
    (
        Role(name="clerk", permissions=frozenset({"orders:read", "orders:write"})),
        Role(name="storeman", permissions=frozenset({"stock:read"})),
        Role(name="idle", permissions=frozenset()),
    )
)


def test_a_user_may_what_any_of_the_roles_permits():
    assert ROLES.permissions(["clerk", "storeman"]) == {"orders:read", "orders:write", "stock:read"}


def test_a_role_that_is_gone_permits_nothing():
    assert ROLES.permissions(["director", "storeman"]) == {"stock:read"}
    assert ROLES.permissions([]) == frozenset()


def test_a_token_names_the_roles_that_permit_something_in_its_audience():
    """An API learns nothing of what a user is elsewhere. RFC 9068 §2.2.3.1"""
    assert ROLES.within(["storeman", "clerk", "idle", "director"], {"orders:read": "", "x": ""}) == ("clerk",)
    assert ROLES.within(["storeman", "clerk"], ["orders:write", "stock:read"]) == ("clerk", "storeman")


@pytest.mark.parametrize("name", ["clerk", "Clerk/2", "!", "~", "x" * 128])
def test_the_name_of_a_role_is_visible_ascii(name):
    assert ROLE_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "a b", "clerk\n", "\x7f", "\u00e9", "x" * 129])
def test_what_would_be_two_roles_or_none_once_they_are_joined_is_no_name(name):
    """RFC 9068 §2.2.3.1"""
    assert not ROLE_NAME.fullmatch(name)


def test_a_role_needs_no_description():
    assert Role(name="clerk", permissions=frozenset()).description == ""
