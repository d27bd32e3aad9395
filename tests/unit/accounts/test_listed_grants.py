"""Which grants a session goes on listing, and which leave a list that is full."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.accounts.listed_grants import make_room, worth_keeping
from gatelet.accounts.session import Session
from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.grant import ACTIVE, PENDING, REVOKED, Grant
from tests.unit import in_memory
from tests.unit.accounts.alice import GRANT, LATER, NOW


class Full:
    """A session that lists as many grants as it may, or any other number; implements `drop` of `Sessions`."""

    def __init__(self, *grants: Grant, others: int | None = None, listed: dict[str, int] | None = None) -> None:
        """`others` are on their way: nothing is known of them."""
        known = {grant.gid: LATER for grant in grants} | (listed or {})
        others = 500 - len(known) if others is None else others
        self.listed = known | {f"z{number:03}": LATER for number in range(others)}
        self.grants = in_memory.Grants(*grants)
        self.feed = in_memory.Feed()
        self.drops: list[list[str]] = []

    def make_room(self, gid: str = "a") -> None:
        session = Session(
            sub="u_alice",
            session_id="s",
            created_at=NOW,
            auth_time=NOW,
            acr="1",
            amr=("pwd",),
            idle_expires_at=LATER,
            expires_at=LATER,
            grants=self.listed,
        )
        make_room(session, gid, sessions=self, grants=self.grants, feed=self.feed, now=NOW)  # type: ignore[arg-type]

    def drop(self, sub: str, session_id: str, grants: dict[str, int]) -> None:
        assert (sub, session_id) == ("u_alice", "s")
        assert grants.items() <= self.listed.items()
        self.drops.append(sorted(grants))

    @property
    def ended(self) -> list[str]:
        """The grants that were announced as revoked, and are."""
        gids = [event.id for event in self.feed.events]
        assert {self.grants[gid].status for gid in gids} <= {REVOKED}
        return gids


def several(count: int, letter: str = "g", **changes: object) -> list[Grant]:
    return [replace(GRANT, gid=f"{letter}{number:03}", **changes) for number in range(count)]  # type: ignore[arg-type]


def gids(grants: list[Grant]) -> list[str]:
    return [grant.gid for grant in grants]


@pytest.mark.parametrize(
    ("grant", "kept"),
    [
        (GRANT, True),
        (replace(GRANT, status=REVOKED), False),
        (replace(GRANT, idle_expires_at=NOW - LONGEST_LIFETIME), False),
        (replace(GRANT, idle_expires_at=NOW - LONGEST_LIFETIME + 1), True),
        (replace(GRANT, status=PENDING, code_expires_at=NOW), False),
        (replace(GRANT, status=PENDING, code_expires_at=NOW + 1, idle_expires_at=0), True),
    ],
)
def test_a_grant_is_worth_keeping_while_a_token_of_it_may_be_good(grant, kept):
    assert worth_keeping({"g": LATER}, in_memory.Grants(grant), NOW) == ({"g": LATER} if kept else {})


def test_a_grant_that_is_not_there_may_be_on_its_way():
    assert worth_keeping({"new": LATER, "old": NOW}, in_memory.Grants(), NOW) == {"new": LATER}


def test_of_many_grants_a_hundred_are_read_and_the_others_kept():
    """OpenID Connect Core §3.1.2.3: a sign-in must come to its end."""
    dead = [replace(grant, status=REVOKED) for grant in several(102)]
    grants = in_memory.Grants(*dead)
    assert worth_keeping({grant.gid: LATER for grant in dead}, grants, NOW) == {"g100": LATER, "g101": LATER}
    assert grants.calls == 100


def test_where_there_is_room_nothing_is_read_and_nothing_leaves():
    world = Full(*several(10, status=REVOKED), others=489)
    world.make_room()
    assert (world.grants.calls, world.drops) == (0, [])


def test_the_dead_leave_a_full_list_and_nobody_loses_a_grant_where_they_are_enough():
    for count in (16, 20):
        dead = several(count, status=REVOKED)
        world = Full(*dead, *several(30, "h"))
        world.make_room()
        assert (world.drops, world.ended) == ([gids(dead)], [])


def test_a_grant_of_no_account_leaves_whatever_is_known_of_it():
    old = {f"b{number:03}": NOW - number for number in range(16)}
    world = Full(*several(1, "b", status=ACTIVE), listed={**old, "c": NOW + 1})
    world.make_room()
    assert (world.drops, world.ended) == ([sorted(old)], [])


def test_of_a_list_that_is_full_the_hundred_next_to_the_new_one_are_read():
    """Its id is random, so that every grant is looked at some day."""
    dead = several(100, "b", status=REVOKED)
    for gid, leaving in (("b050", gids(dead)[51:]), ("b099", []), ("y", []), ("zz", gids(dead)), ("", gids(dead))):
        world = Full(*dead)
        world.make_room(gid)
        assert world.grants.calls == 100
        assert world.drops == ([leaving] if leaving else [])


def test_too_few_dead_are_made_sixteen_by_the_client_that_has_most():
    dead = several(10, "b", client_id="c_dead", status=REVOKED)
    few, most = several(8, "c", client_id="c_few"), several(9, "d", client_id="c_most")
    world = Full(*dead, *few, *most)
    world.make_room()
    assert world.ended == gids(most)[:6]
    assert world.drops == [sorted([*gids(dead), *gids(most)[:6]])]


def test_nobody_ends_a_grant_of_another_client_to_make_it_sixteen():
    most, few = several(3, "d", client_id="c_most"), several(2, "c", client_id="c_few")
    world = Full(*most, *few)
    world.make_room()
    assert world.ended == gids(most)
    assert world.drops == [gids(most)]


def test_those_that_rest_longest_end_first_and_those_that_go_on_without_the_user_last():
    """OpenID Connect Core §11"""
    rested = [replace(grant, rotated_at=NOW - n % 7) for n, grant in enumerate(several(14, "d"))]
    offline = [replace(grant, rotated_at=NOW - 10, scope=("openid", "offline_access")) for grant in several(4, "c")]
    world = Full(*offline, *rested)
    world.make_room()
    in_order = sorted(rested, key=lambda grant: grant.rotated_at)
    assert world.ended == [*gids(in_order), "c000", "c001"]


def test_what_is_on_its_way_keeps_its_place():
    world = Full()
    world.make_room()
    assert (world.drops, world.ended) == ([], [])
