from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from gatelet.accounts.session import (
    SESSION_ABSOLUTE,
    SESSION_ID,
    SESSION_IDLE,
    Session,
    SessionHandle,
    end_every_session,
    end_session,
    of_no_account_from,
    open_session_handle,
)
from gatelet.oauth import base64url
from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.grant import ACTIVE, REVOKED, Grant
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.seal import SEALS, Seals
from tests.unit import in_memory
from tests.unit.accounts.alice import GRANT, LATER, NOW

KEY_SEALS = Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0)))
SESSION = Session(
    sub="u_alice",
    session_id="s",
    created_at=NOW,
    auth_time=NOW,
    acr="1",
    amr=("pwd",),
    idle_expires_at=NOW + 10,
    expires_at=NOW + 20,
)


class Sessions:
    """Implements what logout needs of `gatelet.accounts.session.Sessions`, for one session."""

    def __init__(self, listed: dict[str, int] | None) -> None:
        self.listed = listed
        self.deleted = False
        self.drops: list[list[str]] = []

    def end(self, sub, session_id):
        assert (sub, session_id) == ("u_alice", "s")
        return None if self.listed is None else dict(self.listed)

    def drop(self, sub, session_id, grants):
        assert (sub, session_id) == ("u_alice", "s")
        self.drops.append(list(grants))
        for gid, until in grants.items():
            assert self.listed is not None
            assert self.listed.pop(gid) == until

    def delete(self, sub, session_id):
        assert (sub, session_id) == ("u_alice", "s")
        self.deleted = True


class World:
    def __init__(self, *grants: Grant, listed: dict[str, int] | None = None) -> None:
        self.grants = in_memory.Grants(*grants)
        self.feed = in_memory.Feed()
        self.sessions = Sessions({grant.gid: LATER for grant in grants} if listed is None else listed)
        self.buried: dict[str, int] = {}
        bury = self.grants.bury
        self.grants.bury = lambda gid, ttl: (self.buried.update({gid: ttl}), bury(gid, ttl))[1]  # type: ignore[method-assign]

    def end(self, *, everything=False):
        end_session(
            "u_alice",
            "s",
            sessions=self.sessions,  # type: ignore[arg-type]
            grants=self.grants,
            feed=self.feed,
            now=NOW,
            everything=everything,
        )

    @property
    def announced(self) -> list[str]:
        assert {event.type for event in self.feed.events} <= {"grant"}
        return [event.id for event in self.feed.events]


def offline(gid: str) -> Grant:
    return replace(GRANT, gid=gid, scope=("openid", "offline_access"))


def several(count: int) -> list[Grant]:
    return [replace(GRANT, gid=f"g{number}") for number in range(count)]


@pytest.mark.parametrize(("idle", "absolute", "lives"), [(1, 1, True), (0, 1, False), (1, 0, False), (-1, 1, False)])
def test_a_session_lives_until_it_has_idled_or_lasted_too_long(idle, absolute, lives):
    assert replace(SESSION, idle_expires_at=NOW + idle, expires_at=NOW + absolute).lives(NOW) is lives


def test_a_session_that_somebody_ended_expires_at_zero():
    assert replace(SESSION, expires_at=0).has_ended
    assert not SESSION.has_ended


def test_a_session_begins_with_no_grant():
    assert (SESSION.grants, SESSION.predecessor) == ({}, None)


def test_a_session_rests_for_half_a_day_and_lasts_for_a_week():
    """How long a provider's own session lasts, is left to it. OpenID Connect Core §3.1.2.3"""
    assert (SESSION_IDLE, SESSION_ABSOLUTE) == (12 * 3600, 7 * 86_400)


def test_a_grant_counts_until_the_last_token_of_it_has_expired():
    assert of_no_account_from(GRANT) == NOW + 200 + LONGEST_LIFETIME


def test_a_cookie_says_whose_session_it_names_by_the_hash_of_a_secret():
    handle = SessionHandle(sub="u_\u00e4lice", secret=bytes(range(16)))
    cookie = handle.seal(KEY_SEALS)
    assert cookie.startswith("gs1_")
    assert open_session_handle(KEY_SEALS, cookie) == handle
    assert handle.session_id == base64url.encode(hashlib.sha256(bytes(range(16))).digest()[:16])


def test_the_name_of_a_session_is_known_by_its_form():
    """The account page looks up no other."""
    names = [SessionHandle(sub="u_alice", secret=bytes([number] * 16)).session_id for number in range(32)]
    assert {"-", "_"} < set("".join(names))
    assert all(SESSION_ID.fullmatch(name) for name in names)
    for other in (names[0][:-1], names[0] + "A", names[0][:-1] + "=", names[0][:-1] + "\n", ""):
        assert not SESSION_ID.fullmatch(other)


@pytest.mark.parametrize("cookie", ["", "x", "gs1_", KEY_SEALS.seal("gr1_", bytes(20))])
def test_a_cookie_that_we_did_not_make_is_no_session(cookie):
    assert open_session_handle(KEY_SEALS, cookie) is None


def test_the_end_of_a_session_ends_its_grants():
    """OpenID Connect RP-Initiated Logout 1.0 §2"""
    world = World(*several(3))
    world.end()
    assert world.announced == ["g0", "g1", "g2"]
    assert {world.grants[gid].status for gid in world.announced} == {REVOKED}
    assert world.sessions.deleted
    assert world.sessions.drops == []


def test_of_a_session_that_is_not_there_nothing_ends():
    world = World(GRANT)
    world.sessions.listed = None
    world.end()
    assert world.announced == []
    assert world.sessions.deleted


def test_a_grant_with_offline_access_goes_on_and_the_session_goes_on_listing_it():
    """OpenID Connect Core §11"""
    world = World(*several(2), offline("o"), replace(GRANT, gid="last"))
    world.end()
    assert world.announced == ["g0", "g1", "last"]
    assert world.grants["o"].status == ACTIVE
    assert world.sessions.listed == {"o": LATER}
    assert not world.sessions.deleted


def test_where_everything_ends_offline_access_does_too():
    world = World(offline("o"))
    world.end(everything=True)
    assert world.announced == ["o"]
    assert world.sessions.deleted


def test_a_grant_of_no_account_is_not_looked_at():
    world = World(GRANT, listed={"g": NOW, "h": NOW - 1})
    world.end()
    assert world.grants.calls == 0
    assert world.sessions.deleted


def test_a_session_that_keeps_a_grant_forgets_those_of_no_account():
    world = World(offline("o"), listed={"o": LATER, "h": NOW})
    world.end()
    assert world.sessions.listed == {"o": LATER}


def test_where_all_go_on_nothing_is_written():
    world = World(offline("o"))
    world.end()
    assert world.sessions.drops == []
    assert not world.sessions.deleted


@pytest.mark.parametrize("count", [24, 25, 26, 50])
def test_what_has_ended_is_written_down_every_twenty_five_grants(count):
    """A logout that is tried again goes on from there."""
    world = World(*several(count))
    world.end()
    assert [len(drop) for drop in world.sessions.drops] == [25] * (count // 25)
    assert len(world.announced) == count


def test_an_outage_in_the_midst_of_it_leaves_the_session_to_be_ended_again():
    world = World(*several(3))
    world.feed.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.end()
    assert not world.sessions.deleted


def test_the_place_of_a_grant_that_is_on_its_way_is_taken():
    world = World(listed={"new": LATER})
    world.end()
    assert world.feed.events == [RevocationEvent(type="grant", id="new")]
    assert world.buried == {"new": NOW + 90 * 86_400}
    assert world.sessions.deleted


class Several:
    """Implements what the end of everything needs of `gatelet.accounts.session.Sessions`."""

    def __init__(self, **sessions: dict[str, int]) -> None:
        self.listed = sessions
        self.drops: list[int] = []
        self.deleted: list[str] = []

    def of_subject(self, sub):
        assert sub == "u_alice"
        return (replace(SESSION, session_id=name, grants=listed) for name, listed in self.listed.items())

    def end(self, sub, session_id):
        assert (sub, session_id != "present") == ("u_alice", True)
        return dict(self.listed[session_id])

    def end_empty(self, sub, session_id):
        assert (sub, session_id) == ("u_alice", "present")
        if not self.listed[session_id]:
            self.deleted.append(session_id)
        return dict(self.listed[session_id])

    def drop(self, sub, session_id, grants):
        assert sub == "u_alice"
        self.drops.append(len(grants))
        for gid, until in grants.items():
            assert self.listed[session_id].pop(gid) == until

    def delete(self, sub, session_id):
        assert sub == "u_alice"
        self.deleted.append(session_id)

    def end_all(self, *grants: Grant) -> tuple[in_memory.Grants, in_memory.Feed]:
        store, feed = in_memory.Grants(*grants), in_memory.Feed()
        end_every_session("u_alice", "present", sessions=self, grants=store, feed=feed, now=NOW)  # type: ignore[arg-type]
        return store, feed


def test_the_end_of_everything_ends_every_session_and_the_present_one_last():
    """With offline_access too; what has joined and is not written yet finds its place taken."""
    sessions = Several(present={"g0": LATER, "new": LATER, "old": NOW}, other={"o": LATER}, third={"g1": LATER})
    grants, feed = sessions.end_all(*several(2), offline("o"), replace(GRANT, gid="old"))
    assert [event.id for event in feed.events] == ["o", "g1", "g0", "new"]
    assert {grants[gid].status for gid in ("o", "g0", "g1")} == {REVOKED}
    assert grants["old"].status == ACTIVE  # nothing can be done with it any more
    assert sessions.deleted == ["other", "third", "present"]


def test_with_offline_access_a_grant_of_the_present_session_ends_too():
    sessions = Several(present={"o": LATER})
    grants, _ = sessions.end_all(offline("o"))
    assert grants["o"].status == REVOKED
    assert sessions.deleted == ["present"]


def test_the_present_session_lists_no_more_than_is_left_to_end():
    """Whoever was cut off in the midst of it can go on."""
    sessions = Several(present={grant.gid: LATER for grant in several(60)})
    sessions.end_all(*several(60))
    assert sessions.drops == [25, 25, 10]
    assert sessions.deleted == ["present"]
