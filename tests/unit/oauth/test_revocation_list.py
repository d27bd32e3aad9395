from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.revocation_list import KEPT, RevocationEvent, RevocationList
from tests.unit.tokens import ABSENT, KIDS, NOW, verified

NAMES = {"token": "jti-1", "grant": "grant-1", "subject": "u_alice", "client": "c_app", "kid": KIDS["ES256"]}
"""What the good token is called in an event of each type."""
TOKEN = verified()


def revocations(*events, now=NOW):
    known = RevocationList()
    for kind, name, *not_before in events:
        known.add(RevocationEvent(type=kind, id=name, not_before=not_before[0] if not_before else None), now)
    return known


def test_a_token_that_no_event_is_about_is_not_revoked():
    others = [(kind, "another") for kind in NAMES]
    assert not revocations(*others).revokes(TOKEN)


@pytest.mark.attack("ATK-049")
@pytest.mark.parametrize("kind", NAMES)
def test_each_type_of_event_reaches_its_token(kind):
    """jti, gid, sub, client_id and kid."""
    assert revocations((kind, NAMES[kind])).revokes(TOKEN)


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_an_event_of_one_type_is_not_taken_for_one_of_another(kind, other):
    """Somebody's jti may be called like another's grant."""
    if kind != other:
        assert not revocations((kind, NAMES[other])).revokes(TOKEN)


@pytest.mark.attack("ATK-050")
@pytest.mark.attack("ATK-051")
@pytest.mark.parametrize("kind", ["subject", "client"])
def test_a_token_of_the_very_second_of_a_revocation_is_revoked_and_a_later_one_is_not(kind):
    """The rule is iat <= not_before, never iat < not_before."""
    assert revocations((kind, NAMES[kind], NOW)).revokes(TOKEN)
    assert revocations((kind, NAMES[kind], NOW + 1)).revokes(TOKEN)
    assert not revocations((kind, NAMES[kind], NOW - 1)).revokes(TOKEN)


def test_an_event_about_a_subject_reaches_a_client_that_is_its_own_subject():
    """RFC 9068 §2.2"""
    token = verified(sub="c_app", gid=ABSENT, auth_time=ABSENT, acr=ABSENT, roles=ABSENT)
    assert revocations(("subject", "c_app")).revokes(token)
    assert revocations(("client", "c_app")).revokes(token)


@given(st.lists(st.one_of(st.none(), st.integers(NOW - 3, NOW + 3)), min_size=1, max_size=6))
def test_the_widest_of_several_events_about_one_thing_counts_in_any_order(limits):
    """A later, narrower one takes nothing back."""
    known = revocations(*[("subject", "u_alice", limit) for limit in limits])
    assert known.revokes(TOKEN) == any(limit is None or limit >= NOW for limit in limits)


@given(st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from(["another", "own"])), max_size=8))
def test_one_event_among_many_is_enough(events):
    known = revocations(*[(kind, NAMES[kind] if whose == "own" else whose) for kind, whose in events])
    assert known.revokes(TOKEN) == any(whose == "own" for _, whose in events)


def test_an_event_is_news_once():
    known = RevocationList()
    event = RevocationEvent(type="kid", id="k")
    assert known.add(event, NOW)
    assert not known.add(event, NOW + 1)


def test_an_event_is_kept_as_long_as_a_token_that_it_is_about_can_live():
    """The last one is issued by a container that still remembers the client, for 65 s, and lives an hour."""
    known = revocations(("client", "c_app", NOW + 65))
    known.forget_old(NOW + 65 + LONGEST_LIFETIME)
    assert known.revokes(TOKEN)


def test_an_event_is_forgotten_when_no_token_can_be_left():
    """A container that lives for days does not grow. The last second is a minute after that of a token."""
    known = revocations(*[("token", f"jti-{i}") for i in range(1000)])
    known.forget_old(NOW + 3600 + 65 + 60 - 1)
    assert known.revokes(TOKEN)
    known.forget_old(NOW + 3600 + 65 + 60)
    assert not known.revokes(TOKEN)
    assert len(known._events) == 0


def test_an_event_that_is_read_again_is_kept_from_then_on():
    known = revocations(("token", "jti-1"))
    known.add(RevocationEvent(type="token", id="jti-1"), NOW + 100)
    known.forget_old(NOW + KEPT + 50)
    assert known.revokes(TOKEN)
