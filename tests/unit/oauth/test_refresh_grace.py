"""What the item that stood in the way of a rotation means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.client import Client
from gatelet.oauth.errors import InvalidGrant
from gatelet.oauth.grant import REVOKED, Grant
from gatelet.oauth.refresh_token import is_repeated, require_usable

NOW = 1_800_000_000
APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("refresh_token",),
    scope=("orders:read", "orders:write"),
)
GRANT = Grant(
    gid="grant-1",
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("orders:read",),
    audience="https://orders.example",
    auth_time=NOW - 500,
    acr="1",
    amr=("pwd",),
    generation=0,
    rotated_at=NOW - 500,
    idle_expires_at=NOW + 10**6,
    absolute_expires_at=NOW + 2 * 10**6,
    attempt="sign-in",
)


@pytest.mark.attack("ATK-174")
@pytest.mark.parametrize(
    "grant", [replace(GRANT, idle_expires_at=NOW + 10), replace(GRANT, absolute_expires_at=NOW + 10)]
)
def test_a_grant_is_usable_until_the_second_before_it_expires(grant):
    """Whether its item is still there or not."""
    assert require_usable(grant, APP, NOW + 9) == grant
    with pytest.raises(InvalidGrant):
        require_usable(grant, APP, NOW + 10)


@pytest.mark.parametrize(
    "grant",
    [None, replace(GRANT, client_id="c_other"), replace(GRANT, status=REVOKED), replace(GRANT, status="pending")],
)
def test_a_grant_that_is_not_there_not_ours_or_not_active_is_of_no_use(grant):
    with pytest.raises(InvalidGrant):
        require_usable(grant, APP, NOW)


@pytest.mark.parametrize("grace", [1, 30, 60])
def test_a_retry_is_honest_to_the_last_second_of_the_grace(grace):
    rotated = replace(GRANT, generation=1, rotated_at=NOW)
    assert is_repeated(rotated, 0, "other", grace, NOW + grace)
    assert not is_repeated(rotated, 0, "other", grace, NOW + grace + 1)


@pytest.mark.attack("ATK-401")
@pytest.mark.parametrize("skew", [-5, -1, 0, 1, 5])
def test_a_clock_that_differs_by_5_s_makes_no_retry_dishonest(skew):
    rotated = replace(GRANT, generation=1, rotated_at=NOW)
    assert is_repeated(rotated, 0, "other", 30, NOW + 20 + skew)
    assert is_repeated(rotated, 0, "other", 30, NOW + skew)


@pytest.mark.attack("ATK-163")
@pytest.mark.parametrize("now", [NOW - 5, NOW, NOW + 1])
def test_a_grace_of_0_is_none_even_in_the_same_second(now):
    rotated = replace(GRANT, generation=1, rotated_at=NOW, attempt="first")
    assert not is_repeated(rotated, 0, "second", 0, now)
    assert is_repeated(rotated, 0, "first", 0, now)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(-5, 100), st.integers(0, 60), st.booleans())
def test_only_the_rotation_to_the_next_generation_is_ever_repeated(stored, presented, age, grace, own):
    """Whatever the clock says."""
    rotated = replace(GRANT, generation=stored, rotated_at=NOW - age)
    repeated = is_repeated(rotated, presented, "sign-in" if own else "other", grace, NOW)
    assert not repeated or stored == presented + 1
    assert repeated == (stored == presented + 1 and (own or (grace > 0 and age <= grace)))
