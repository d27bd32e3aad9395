from __future__ import annotations

from gatelet.oauth.role import Role, Roles

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
