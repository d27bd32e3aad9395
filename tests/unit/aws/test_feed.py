from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.aws.feed import FeedReader, FeedWriter
from gatelet.aws.table import Table
from gatelet.oauth.errors import TemporarilyUnavailable
from gatelet.oauth.revocation_list import RevocationEvent
from tests.unit.in_memory import DynamoDB
from tests.unit.tokens import KIDS, NOW, verified

START = 1_800_000_000.0
"""The first millisecond of a partition of five minutes."""
TOKEN = verified()
TYPES = {"token": "jti-1", "grant": "grant-1", "subject": "u_alice", "client": "c_app", "kid": KIDS["ES256"]}
LIMITED = ("subject", "client")
"""The types that carry a not_before."""


class World:
    """The feed table, a writer, and containers that read, all on one clock."""

    def __init__(self, time: float = START) -> None:
        self.time = time
        self.database = DynamoDB()
        self.alarms = 0
        self.revoked_kids = 0
        self._table = Table(self.database, "feed")  # type: ignore[arg-type]

    def container(self):
        def on_kid():
            self.revoked_kids += 1

        def on_unread():
            self.alarms += 1

        return FeedReader(self._table, on_kid=on_kid, on_unread=on_unread)

    def announce(self, kind="grant", name=None, *, ahead=0.0):
        """Announce an event with a clock that is ahead of ours, or behind."""
        not_before = int(self.time) if kind in LIMITED else None
        writer = FeedWriter(self._table, lambda: int((self.time + ahead) * 1000))
        writer.announce(RevocationEvent(type=kind, id=name or TYPES[kind], not_before=not_before))

    def revokes(self, container, *, fresh=False, token=TOKEN):
        """Ask a container about a token, in one request."""
        self.database.start_request()
        return container.revokes(token, now=int(self.time), fresh=fresh)


@pytest.fixture
def world():
    return World()


@pytest.mark.attack("ATK-049")
@settings(max_examples=60)
@given(
    st.sampled_from(sorted(TYPES)),
    st.floats(0, 600),
    st.lists(st.floats(0.001, 7), min_size=1, max_size=60),
    st.floats(0.01, 0.99),
)
def test_5_s_after_an_event_every_container_refuses_its_tokens(kind, offset, pauses, share):
    """Whatever its type, whenever requests come, wherever a partition ends."""
    world = World(START + offset)
    container = world.container()
    announced_at = world.time + sum(pauses) * share
    announced = False
    for pause in pauses:
        if not announced and world.time + pause > announced_at:
            pause -= announced_at - world.time  # noqa: PLW2901
            world.time, announced = announced_at, True
            world.announce(kind)
        world.time += pause
        revoked = world.revokes(container)
        assert not revoked or announced
        assert revoked or not announced or world.time < announced_at + 5


@pytest.mark.attack("ATK-049")
@pytest.mark.parametrize("kind", TYPES)
def test_a_container_is_at_most_5_s_behind(kind):
    """Tried at every tenth of a second, for every type of event."""
    for tenth in range(60):
        tried = World(START + 250 + tenth / 10)
        container = tried.container()
        assert not tried.revokes(container)
        tried.time += 0.1
        tried.announce(kind)
        tried.time += 5
        assert tried.revokes(container)


def test_between_two_reads_no_request_costs_a_call(world):
    """999 of 1,000 requests within 5 s are decided from memory."""
    container = world.container()
    world.revokes(container)
    costs = []
    for _ in range(1000):
        world.time += 0.005
        world.revokes(container)
        costs.append(world.database.calls)
    assert costs.count(0) >= 999
    assert sum(costs) <= 2


def test_a_read_in_the_middle_of_a_partition_is_one_call(world):
    """One page, unless there is more."""
    container = world.container()
    world.time += 100
    world.revokes(container)
    world.time += 5
    world.revokes(container)
    assert world.database.calls == 1


@pytest.mark.parametrize("ahead", [-14.9, -10, -1, 0, 1, 10, 14])
@pytest.mark.parametrize("offset", [100, 290, 299.9, 300, 301, 310])
def test_a_writer_whose_clock_differs_by_less_than_15_s_is_heard(ahead, offset):
    """Or whose write arrives late; on both sides of the end of a partition."""
    world = World(START + offset)
    container = world.container()
    world.revokes(container)
    world.announce("grant", ahead=ahead)
    world.time += 5
    assert world.revokes(container)


@pytest.mark.parametrize("offset", [-0.001, 0, 0.001])
def test_no_event_is_lost_at_the_end_of_a_partition(offset):
    world = World(START + 290)
    container = world.container()
    world.revokes(container)
    world.time = START + 300 + offset
    world.announce("grant")
    world.time = START + 306
    assert world.revokes(container)


@pytest.mark.attack("ATK-053")
def test_an_outage_is_borne_for_60_s_and_then_nothing_is_decided(world):
    """Neither allowed nor refused; and an alarm is raised from the first failure on."""
    container = world.container()
    world.revokes(container)
    world.database.reachable = False
    for _ in range(59):
        world.time += 1
        assert world.revokes(container) is False
    assert world.alarms >= 1
    world.time += 1
    with pytest.raises(TemporarilyUnavailable):
        world.revokes(container)
    world.database.reachable = True
    world.time += 5
    assert world.revokes(container) is False


@pytest.mark.attack("ATK-053")
def test_what_was_known_before_an_outage_is_refused_during_it(world):
    container = world.container()
    world.announce("grant")
    world.revokes(container)
    world.database.reachable = False
    world.time += 59
    assert world.revokes(container)


def test_an_event_of_an_outage_is_found_after_it(world):
    container = world.container()
    world.revokes(container)
    world.time += 5
    world.announce("grant")
    world.database.reachable = False
    world.time += 50
    world.revokes(container)
    world.database.reachable = True
    world.time += 5
    assert world.revokes(container)


@pytest.mark.attack("ATK-053")
def test_a_container_that_has_never_read_decides_nothing(world):
    world.database.reachable = False
    container = world.container()
    for _ in range(3):
        with pytest.raises(TemporarilyUnavailable):
            world.revokes(container)
        world.time += 1
    world.database.reachable = True
    assert world.revokes(container) is False


@pytest.mark.attack("ATK-066")
def test_a_container_that_was_frozen_reads_before_it_decides(world):
    """Its age is that of the wall clock."""
    container = world.container()
    world.revokes(container)
    world.time += 60
    world.announce("grant")
    world.time += 30 * 60
    assert world.revokes(container)


@pytest.mark.attack("ATK-066")
def test_a_container_that_was_frozen_and_cannot_read_decides_nothing(world):
    container = world.container()
    world.revokes(container)
    world.time += 30 * 60
    world.database.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.revokes(container)


@pytest.mark.attack("ATK-066")
@pytest.mark.parametrize("hours", [1, 12, 24 * 30])
def test_a_container_that_was_frozen_for_long_reads_no_more_than_a_new_one(world, hours):
    """A day would be 288 partitions, which no deadline allows, so that it could never decide again."""
    container = world.container()
    world.revokes(container)
    world.time += hours * 3600 - 100
    world.announce("grant")
    world.time += 100
    world.database.most_calls = 20
    assert world.revokes(container)


@pytest.mark.parametrize("ahead", [3600, 3 * 3600])
def test_a_clock_that_ran_ahead_and_was_set_back_leaves_no_hole(world, ahead):
    """What was revoked before stays so: for a container that knew, and for one that began in the future."""
    world.announce("grant")
    container, newcomer = world.container(), world.container()
    world.time += 600
    assert world.revokes(container)
    world.time += ahead
    world.revokes(container)
    world.revokes(newcomer)
    world.time -= ahead - 10
    assert world.revokes(container)
    assert world.revokes(newcomer)


@pytest.mark.attack("ATK-053")
def test_a_list_that_was_read_in_the_future_is_not_fresh(world):
    container = world.container()
    world.time += 3600
    world.revokes(container)
    world.time -= 3600
    world.database.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.revokes(container)


@pytest.mark.attack("ATK-049")
@pytest.mark.parametrize("kind", TYPES)
def test_a_new_container_knows_of_every_event_whose_tokens_may_live(world, kind):
    """The longest token was issued in the second of the event and lives an hour."""
    world.announce(kind)
    world.time += 3599
    assert world.revokes(world.container())


@pytest.mark.attack("ATK-049")
def test_a_new_container_knows_of_a_client_that_was_disabled_an_hour_ago(world):
    """Its record was remembered for 60 s more, so that its last token is younger than the event."""
    writer = FeedWriter(Table(world.database, "feed"), lambda: int(world.time * 1000))
    writer.announce(RevocationEvent(type="client", id="c_app", not_before=NOW + 65))
    last = verified(iat=NOW + 5, exp=NOW + 3605)
    world.time += 65 + 3599
    assert world.revokes(world.container(), token=last)


def test_an_event_is_not_cleaned_up_before_its_tokens_are_gone(world):
    """TTL deletes it at the earliest when the last token has expired."""
    world.announce("client")
    (item,) = world.database.items.values()
    assert int(item["ttl"]["N"]) >= NOW + 65 + 3600


@pytest.mark.parametrize("page", [1, 3, 100])
def test_every_page_of_a_partition_is_read(world, page):
    world.database.page = page
    for i in range(7):
        world.announce("token", f"another-{i}")
        world.time += 1
    world.announce("grant")
    assert world.revokes(world.container())


def test_a_read_costs_what_is_new_and_not_the_whole_partition(world):
    """However much was revoked some minutes ago."""
    world.database.page = 10
    for i in range(100):
        world.announce("token", f"another-{i}")
    container = world.container()
    world.time += 100
    world.revokes(container)
    world.time += 5
    world.revokes(container)
    assert world.database.calls == 1


def test_two_events_of_one_millisecond_are_two_events(world):
    world.announce("token", "another")
    world.announce("grant")
    assert len(world.database.items) == 2
    assert world.revokes(world.container())


def test_a_sensitive_route_sees_an_event_of_the_same_moment(world):
    """It reads the feed before each decision: no lag."""
    container = world.container()
    assert not world.revokes(container)
    world.announce("grant")
    assert not world.revokes(container)
    assert world.revokes(container, fresh=True)
    assert world.revokes(container)


@pytest.mark.attack("ATK-053")
def test_a_sensitive_route_bears_no_outage(world):
    container = world.container()
    world.revokes(container)
    world.database.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        world.revokes(container, fresh=True)
    assert world.revokes(container) is False


@pytest.mark.attack("ATK-341")
def test_a_revoked_signing_key_is_told_once(world):
    """The keys are read again, so that the new ones are known."""
    container = world.container()
    world.announce("kid")
    for _ in range(3):
        world.revokes(container)
        world.time += 5
    assert world.revoked_kids == 1


@pytest.mark.attack("ATK-050")
@pytest.mark.parametrize("kind", LIMITED)
def test_a_token_of_a_later_second_than_the_event_is_good(world, kind):
    world.announce(kind)
    container = world.container()
    assert world.revokes(container, token=verified(iat=NOW))
    assert not world.revokes(container, token=verified(iat=NOW + 1))


def test_a_container_that_lives_for_a_day_forgets(world):
    """Its memory holds the events of an hour, not of its life."""
    container = world.container()
    for hour in range(24):
        for i in range(50):
            world.announce("token", f"{hour}-{i}")
        world.revokes(container)
        world.time += 3600
    assert len(container._list._events) <= 150
