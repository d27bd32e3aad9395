"""What becomes of the session that a browser had, when somebody signs in there. RFC 9700 §4.12"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.accounts.session import Session, SessionEnded, SessionHandle
from gatelet.accounts.succession import begin_session
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.grant import ACTIVE, REVOKED
from tests.unit import in_memory
from tests.unit.accounts.alice import GRANT, LATER, NOW

BEFORE = SessionHandle(sub="u_alice", secret=bytes(16))
SESSION = Session(
    sub="u_alice",
    session_id="new",
    created_at=NOW,
    auth_time=NOW,
    acr="1",
    amr=("pwd",),
    idle_expires_at=LATER,
    expires_at=LATER,
)
OFFLINE = replace(GRANT, gid="o", scope=("openid", "offline_access"))
DEAD = replace(GRANT, gid="dead", status=REVOKED)
LISTED = {"g": LATER, "o": LATER, "dead": LATER, "old": NOW}


class World:
    """Implements what a sign-in needs of `gatelet.accounts.session.Sessions`, and writes down what is done."""

    def __init__(self, listed: dict[str, int] | None = None, *, was_ended: bool = False) -> None:
        self.grants = in_memory.Grants(GRANT, OFFLINE, DEAD)
        self.feed = in_memory.Feed()
        self.of = "u_alice"
        """Whose the session before is."""
        self.others: list[Session] = []
        self.done: list[str] = []
        self.created: Session | None = None
        self._listed = LISTED if listed is None else listed
        self._was_ended = was_ended

    def begin(self, before: SessionHandle | None = BEFORE) -> Session:
        begin_session(
            SESSION,
            before,
            sessions=self,  # type: ignore[arg-type]
            grants=self.grants,
            feed=self.feed,
            now=NOW,
        )
        assert self.created is not None
        return self.created

    def create(self, session):
        self.done.append("create")
        self.created = session

    def hand_over(self, sub, session_id):
        assert (sub, session_id) == ("u_alice", BEFORE.session_id)
        if self._was_ended:
            raise SessionEnded
        return self._listed or None

    def end(self, sub, session_id):
        assert (sub, session_id) == (self.of, BEFORE.session_id)
        self.done.append("end")
        return self._listed

    def drop(self, sub, session_id, grants):
        assert (sub, session_id) == (self.of, BEFORE.session_id)
        self.done.append(f"drop {' '.join(grants)}")

    def delete(self, sub, session_id):
        assert (sub, session_id) == (self.of, BEFORE.session_id)
        self.done.append("delete")

    def of_subject(self, sub):
        assert sub == "u_alice"
        return iter(self.others)


def test_in_a_browser_without_a_session_one_begins():
    world = World()
    assert world.begin(None) == SESSION
    assert world.done == ["create"]


def test_the_same_user_goes_on_with_the_grants_of_which_a_token_may_be_good():
    """And the session before is deleted once the new one lists them."""
    world = World()
    assert world.begin() == replace(SESSION, predecessor=BEFORE.session_id, grants={"g": LATER, "o": LATER})
    assert world.done == ["create", "delete"]
    assert world.feed.events == []


def test_of_another_user_the_session_ends_as_at_a_logout():
    """OpenID Connect Core §11: what has offline_access goes on."""
    world = World()
    world.of = "u_bob"
    assert world.begin(replace(BEFORE, sub="u_bob")) == SESSION
    assert world.done == ["end", "drop g dead old", "create"]
    assert (world.grants["g"].status, world.grants["o"].status) == (REVOKED, ACTIVE)


def test_what_a_logout_has_left_ends_before_the_new_session_begins():
    world = World({"g": LATER}, was_ended=True)
    assert world.begin() == SESSION
    assert world.done == ["end", "delete", "create"]
    assert [event.id for event in world.feed.events] == ["g"]


def test_no_session_begins_before_the_one_of_another_user_is_over():
    world = World()
    world.feed.reachable = False
    world.of = "u_bob"
    with pytest.raises(TemporarilyUnavailable):
        world.begin(replace(BEFORE, sub="u_bob"))
    assert world.created is None


def test_a_form_that_is_sent_twice_makes_two_sessions_that_list_the_grants():
    """Where the session before is gone by then, its successor lists what it handed over."""
    world = World({})
    successor = replace(SESSION, session_id="first", predecessor=BEFORE.session_id, grants={"g": LATER})
    world.others = [
        replace(SESSION, session_id="stranger", predecessor="another", grants={"o": LATER}),
        replace(successor, session_id="ended", expires_at=0, grants={"o": LATER}),
        successor,
    ]
    assert world.begin() == replace(SESSION, predecessor=BEFORE.session_id, grants={"g": LATER})


def test_where_nothing_is_left_of_the_session_before_the_new_one_lists_nothing():
    assert World({}).begin() == replace(SESSION, predecessor=BEFORE.session_id)
