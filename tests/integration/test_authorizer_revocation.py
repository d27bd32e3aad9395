"""A revoked token is refused everywhere within five seconds, and no request pays for it. RFC 7009 §2.1"""

from __future__ import annotations

import pytest

from gatelet.aws.feed import FeedWriter
from gatelet.aws.table import Table
from gatelet.oauth.revocation_list import RevocationEvent
from tests.integration.aws_wire import to
from tests.integration.tokens import OurKey, claims_of, header_of


@pytest.fixture
def token(tokens) -> str:
    value: str = tokens["access_token"]
    return value


@pytest.fixture
def announce(deployment):
    """Put an event into the feed, as any writer would, whose clock may be wrong by some seconds."""

    def announce(kind: str, name: str, not_before: int | None = None, *, skew: float = 0) -> None:
        table = Table(deployment.server("writer").connection, "feed")
        writer = FeedWriter(table, lambda: int((deployment.clock() + skew) * 1000))
        writer.announce(RevocationEvent(type=kind, id=name, not_before=not_before))

    return announce


@pytest.mark.attack("ATK-049")
def test_every_kind_of_event_is_heeded_within_5_s(deployment, announce, clock):
    ours = OurKey(deployment)
    for kind, claim in (("grant", "gid"), ("token", "jti"), ("subject", "sub"), ("client", "client_id")):
        token = ours.token(claims={claim: f"the-{kind}"})
        assert deployment.authorize(token)

        announce(kind, f"the-{kind}")
        clock.advance(5)

        assert not deployment.authorize(token)
        assert deployment.authorize(ours.token())


@pytest.mark.attack("ATK-341")
def test_a_revoked_key_signs_nothing_that_is_taken(deployment, announce, token, clock):
    assert deployment.authorize(token)

    announce("kid", header_of(token)["kid"])
    clock.advance(5)

    assert not deployment.authorize(token)


def test_an_event_of_one_kind_does_not_hit_another(deployment, announce, token, clock):
    """A grant id that equals somebody's `sub` revokes no user."""
    claims = claims_of(token)
    for kind, name in (("grant", claims["sub"]), ("token", claims["gid"]), ("subject", claims["client_id"])):
        announce(kind, name)
    clock.advance(5)

    assert deployment.authorize(token)


@pytest.mark.attack("ATK-050")
@pytest.mark.attack("ATK-051")
@pytest.mark.parametrize("kind", ["subject", "client"])
@pytest.mark.parametrize(("iat", "accepted"), [(-1, False), (0, False), (1, True)])
def test_not_before_spares_what_was_issued_later(deployment, announce, clock, kind, iat, accepted):
    """`iat <= not_before`: a token of that very second is refused."""
    ours = OurKey(deployment)
    name = {"subject": "u_alice", "client": "c_legacy"}[kind]
    announce(kind, name, not_before=ours.now)
    clock.advance(5)

    assert deployment.authorize(ours.token(claims={"iat": ours.now + iat, "exp": ours.now + 900})) is accepted


@pytest.mark.parametrize("order", [(0, 60), (60, 0)])
def test_of_two_events_about_one_name_the_wider_one_counts(deployment, announce, clock, order):
    ours = OurKey(deployment)
    for not_before in order:
        announce("subject", "u_alice", not_before=ours.now + not_before)
        clock.advance(5)
        deployment.authorize(ours.token())

    token = ours.token(claims={"iat": ours.now + 5, "exp": ours.now + 900})
    assert not deployment.authorize(token)


def test_between_two_reads_nothing_is_read(deployment, token, wire, clock):
    """The lag is the price of a decision without a call."""
    clock.advance(100)
    deployment.authorize(token)
    wire.clear()
    for _ in range(4):
        clock.advance(1)
        assert deployment.authorize(token)
    assert wire.calls == []

    clock.advance(1)
    deployment.authorize(token)
    assert wire.names == ["Query feed"]


def test_a_sensitive_route_bears_no_lag(deployment, announce, token, wire, clock):
    clock.advance(100)
    assert deployment.authorize(token, "DELETE /orders")
    announce("grant", claims_of(token)["gid"])
    wire.clear()

    assert deployment.authorize(token, "GET /orders")
    assert wire.calls == []
    assert not deployment.authorize(token, "DELETE /orders")
    assert wire.names == ["Query feed"]


def test_what_a_sensitive_route_has_read_counts_everywhere(deployment, announce, token):
    deployment.authorize(token)
    announce("grant", claims_of(token)["gid"])
    deployment.authorize(token, "DELETE /orders")

    assert not deployment.authorize(token, "GET /orders")


def test_a_cold_container_knows_the_last_hour(deployment, announce, clock):
    """As long as the longest access token may live."""
    deployment.authorize(OurKey(deployment).token())
    announce("grant", "a-gid-of-ours")
    clock.advance(3599)

    fresh = OurKey(deployment)
    assert not deployment.authorize(fresh.token(), container="authorizer-cold")


@pytest.mark.parametrize("skew", [-9, -5, 5])
def test_a_writer_whose_clock_is_off_is_heard(deployment, announce, token, clock, skew):
    """Fifteen seconds are read again each time."""
    deployment.authorize(token)
    clock.advance(4)
    announce("grant", claims_of(token)["gid"], skew=skew)
    clock.advance(1)

    assert not deployment.authorize(token)


def test_an_event_at_the_edge_of_a_partition_is_found(deployment, announce, token, clock):
    """Partitions are five minutes long."""
    clock.advance(300 - clock() % 300 - 6)
    deployment.authorize(token)
    for seconds in (5.9, 0.2):
        clock.advance(seconds)
        announce("grant", f"other-{seconds}")
    announce("grant", claims_of(token)["gid"], skew=3)
    clock.advance(5)

    assert not deployment.authorize(token)


@pytest.mark.attack("ATK-066")
@pytest.mark.parametrize("minutes", [1, 30, 24 * 60])
def test_a_container_that_was_frozen_reads_before_it_decides(deployment, announce, clock, minutes):
    """Ages are the wall clock's."""
    deployment.authorize(OurKey(deployment).token())
    clock.advance(minutes * 60)
    announce("grant", "a-gid-of-ours")
    clock.advance(1)

    assert not deployment.authorize(OurKey(deployment).token())
    assert deployment.authorize(OurKey(deployment).token(claims={"gid": "another"}))


def test_every_page_of_a_partition_is_read(deployment, announce, token, wire, clock):
    """DynamoDB answers 1 MB at most at once."""
    deployment.authorize(token)
    for number in range(5):
        announce("grant", f"other-{number}")
    announce("grant", claims_of(token)["gid"])
    clock.advance(5)
    wire.clear()
    pages = []

    def one_by_one(send):
        pages.append(1)
        return send()

    wire.fail(one_by_one, to("Query feed"))
    wire.page = 2

    assert not deployment.authorize(token)
    assert len(pages) >= 3


def test_after_a_revocation_was_acknowledged_every_container_refuses(deployment, legacy, secret, tokens, clock):
    """I4: within the bound of the feed."""
    containers = [f"authorizer-{number}" for number in range(3)]
    for container in containers:
        assert deployment.authorize(tokens["access_token"], container=container)
        clock.advance(1)
    assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200

    clock.advance(5)

    assert not any(deployment.authorize(tokens["access_token"], container=container) for container in containers)
    assert not deployment.authorize(tokens["access_token"], container="authorizer-new")
