"""The grants that a session lists: none that counts is forgotten, and however many there are, logout ends them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.integration.api_gateway import basic
from tests.integration.aws_wire import from_, throttled, to
from tests.integration.registered import SECRET
from tests.integration.visitor import (
    BYE,
    SESSION,
    Page,
    Visitor,
    answer_to_client,
    is_login,
    is_page,
    redeem,
    request_for,
)

MINUTES = 60
TOKEN_LIFETIME, LONGEST_TOKEN_LIFETIME, CODE_LIFETIME = 900, 3600, 60


@pytest.fixture
def spa(deployment, own_web):
    """Return a client that renews by asking again without prompt, since it has no refresh token."""
    return deployment.put_client(replace(own_web, client_id="c_spa", grant_types=("authorization_code",)))


@pytest.fixture
def listed(deployment):
    """Return the grants that alice's one session lists."""

    def listed():
        (session,) = deployment.server("authorize").sessions.of_subject("u_alice")
        return set(session.grants)

    return listed


def sign_in_again(visitor, client, **more):
    return visitor.sign_in(visitor.open(request_for(client, prompt="login")), **more)


def many_grants(visitor, client, number):
    """Let a session list this many grants, as years of sign-ins would."""
    for _ in range(number):
        answer_to_client(visitor.open(request_for(client)))


def test_a_client_that_renews_for_hours_leaves_a_short_list(deployment, signed_in_visitor, spa, clock, listed, wire):
    """One call more for every sixteen."""
    for _ in range(40):
        wire.clear()
        redeem(deployment, spa, answer_to_client(signed_in_visitor.open(request_for(spa)))["code"])
        assert wire.names.count("UpdateItem grants") <= 3
        clock.advance(15 * MINUTES)

    assert len(listed()) <= 16 + (LONGEST_TOKEN_LIFETIME + CODE_LIFETIME) // (15 * MINUTES) + 2
    fresh = redeem(deployment, spa, answer_to_client(signed_in_visitor.open(request_for(spa)))["code"]).json
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")
    clock.advance(5)
    assert not deployment.authorize(fresh["access_token"])


def test_a_fault_while_a_list_is_shortened_is_none_of_the_clients(signed_in_visitor, spa, clock, listed, wire):
    many_grants(signed_in_visitor, spa, 20)
    clock.advance(2 * 3600)
    wire.clear()
    wire.fail(throttled, lambda call: "DELETE" in call.parameters.get("UpdateExpression", ""))

    assert "code" in answer_to_client(signed_in_visitor.open(request_for(spa)))
    assert len(listed()) == 21
    wire.clear()
    answer_to_client(signed_in_visitor.open(request_for(spa)))
    assert len(listed()) == 2


def test_signing_in_again_takes_over_what_may_still_count(deployment, signed_in_visitor, own_web, spa, listed, clock):
    """Not what is revoked, has expired, or was never fetched."""
    answer_to_client(signed_in_visitor.open(request_for(own_web)))
    expired = listed()
    redeem(deployment, spa, answer_to_client(signed_in_visitor.open(request_for(spa)))["code"])
    clock.advance(CODE_LIFETIME + TOKEN_LIFETIME + LONGEST_TOKEN_LIFETIME)
    revoked = redeem(deployment, own_web, answer_to_client(signed_in_visitor.open(request_for(own_web)))["code"]).json
    deployment.request("/oauth2/revoke", form={"token": revoked["refresh_token"]}, headers=basic("c_own", SECRET))
    before = listed()
    living = redeem(deployment, own_web, answer_to_client(signed_in_visitor.open(request_for(own_web)))["code"]).json
    (kept,) = listed() - before
    answer_to_client(signed_in_visitor.open(request_for(own_web)))
    (pending,) = listed() - before - {kept}

    sign_in_again(signed_in_visitor, own_web)

    carried = listed()
    assert carried >= {kept, pending}
    assert not carried & (before | expired)
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")
    assert deployment.refresh(own_web, SECRET, living["refresh_token"]).error == (400, "invalid_grant")


def test_a_sign_in_does_not_read_hundreds_of_grants(signed_in_visitor, own_web, listed, wire):
    """The others go over unread."""
    many_grants(signed_in_visitor, own_web, 120)
    before = listed()
    page = signed_in_visitor.open(request_for(own_web, prompt="login"))
    wire.clear()

    signed_in_visitor.submit(page, username="alice", password="correct horse battery staple")

    assert wire.names.count("GetItem grants") == 100
    assert listed() == before


def list_many(deployment, *grants):
    """Let alice's session list grants of these clients, in these states; the first has rested longest."""
    (session,) = [item for item in deployment.items("grants") if item["sk"]["S"].startswith("SESSION#")]
    model = next(item for item in deployment.items("grants") if item["sk"]["S"] == "GRANT")
    gids = [hashlib.sha256(b"%d" % number).hexdigest()[:22] for number in range(len(grants))]
    items = []
    for number, (gid, (client_id, status)) in enumerate(zip(gids, grants, strict=True)):
        rotated_at = str(int(model["rotated_at"]["N"]) - 100_000 + number)
        values = {"gid": gid, "pk": f"GRANT#{gid}", "client_id": client_id, "status": status}
        items.append(
            {**model, **{name: {"S": value} for name, value in values.items()}, "rotated_at": {"N": rotated_at}}
        )
    for some in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[some : some + 25]]
        deployment.dynamodb.batch_write_item(RequestItems={"grants": requests})
    until = session["good_until"]["SS"][0].partition(":")[2]
    session |= {"grants": {"SS": gids}, "good_until": {"SS": [f"{gid}:{until}" for gid in gids]}}
    deployment.dynamodb.put_item(TableName="grants", Item=session)
    return gids


def revoked(deployment):
    grants = [item for item in deployment.items("grants") if item["sk"]["S"] == "GRANT"]
    return {item["gid"]["S"] for item in grants if item["status"]["S"] == "revoked"}


@pytest.mark.attack("ATK-185")
def test_a_list_that_is_full_loses_what_is_dead_before_anything_that_lives(
    deployment, signed_in_visitor, own_web, listed, wire
):
    """At the price of some reads, once in a while."""
    redeem(deployment, own_web, signed_in_visitor.code(own_web))
    gids = list_many(deployment, *[("c_own", "revoked"), ("c_own", "active")] * 250)
    wire.clear()

    assert "code" in answer_to_client(signed_in_visitor.open(request_for(own_web)))

    assert wire.names.count("GetItem grants") == 1 + 100
    assert revoked(deployment) == set(gids[::2])
    left = listed()
    assert left > set(gids[1::2])
    assert 16 < len(set(gids) - left) <= 100
    wire.clear()
    answer_to_client(signed_in_visitor.open(request_for(own_web)))
    assert wire.names.count("GetItem grants") == 1


@pytest.mark.attack("ATK-185")
def test_of_a_full_list_those_end_that_rest_longest_at_the_client_that_has_most(
    deployment, signed_in_visitor, own_web, listed
):
    """A client that makes grants by the hundred loses its own, and whoever leaves a list has ended."""
    redeem(deployment, own_web, signed_in_visitor.code(own_web))
    gids = list_many(deployment, *[("c_few", "active")] * 200, *[("c_many", "active")] * 300)

    assert "code" in answer_to_client(signed_in_visitor.arrive(request_for(own_web)))

    ended, left = revoked(deployment), listed()
    assert len(ended) == 16
    assert ended == set(gids) - left
    assert ended <= set(gids[200:])
    assert len(left) == 500 - 16 + 1


@pytest.mark.attack("ATK-185")
def test_an_outage_while_room_is_made_is_told_as_one(deployment, signed_in_visitor, own_web, listed, wire):
    redeem(deployment, own_web, signed_in_visitor.code(own_web))
    gids = list_many(deployment, *[("c_own", "active")] * 500)
    wire.clear()
    wire.fail(throttled, lambda call: "DELETE" in call.parameters.get("UpdateExpression", ""))

    assert is_page(signed_in_visitor.open(request_for(own_web)), 503)
    assert listed() == set(gids)


@pytest.mark.attack("ATK-185")
@pytest.mark.attack("ATK-396")
@pytest.mark.parametrize("how", ["page", "hint"])
def test_a_logout_of_more_grants_than_one_request_can_end_is_gone_on_with(
    deployment, signed_in_visitor, own_web, wire, how
):
    """What has ended is not looked at again, and the person is told to try again until it is done."""
    token = redeem(deployment, own_web, answer_to_client(signed_in_visitor.open(request_for(own_web)))["code"]).json
    many_grants(signed_in_visitor, own_web, 90)
    url = "/oauth2/logout"
    if how == "hint":
        url += f"?id_token_hint={token['id_token']}&post_logout_redirect_uri={BYE}&state=x"
    answers, revoked = [], []
    for _ in range(4):
        page = None if how == "hint" else signed_in_visitor.open(url)
        wire.clear()
        wire.fail(throttled, from_(3 * 40))  # the time of a request is over
        answers.append(signed_in_visitor.open(url) if page is None else signed_in_visitor.submit(page, action="logout"))
        wire.clear()
        revoked.append(sum(item.get("status", {}).get("S") == "revoked" for item in deployment.items("grants")))
        if answers[-1].status != 503:
            break
        assert "Signing out is not finished" in answers[-1].body
        assert SESSION in signed_in_visitor.cookies
        assert is_login(signed_in_visitor.open("/account"))
        (link,) = [given["href"] for tag, given in Page(answers[-1].body).tags if tag == "a"]
        assert link == url

    assert [answer.status for answer in answers][:-1] == [503, 503]
    assert revoked[0] >= 38
    assert revoked[-1] == 91
    assert answers[-1].status == (200 if how == "page" else 303)
    assert SESSION not in signed_in_visitor.cookies
    assert not [item for item in deployment.items("grants") if item["sk"]["S"].startswith("SESSION#")]


@pytest.mark.attack("ATK-396")
def test_signing_in_after_a_logout_that_failed_half_way_ends_what_is_left(deployment, signed_in_visitor, own_web, wire):
    """It does not go over into the new session."""
    token = redeem(deployment, own_web, answer_to_client(signed_in_visitor.open(request_for(own_web)))["code"]).json
    page = signed_in_visitor.open("/oauth2/logout")
    wire.clear()
    wire.fail(throttled, to("PutItem feed"))
    assert signed_in_visitor.submit(page, action="logout").status == 503
    wire.clear()

    assert is_page(signed_in_visitor.sign_in(signed_in_visitor.open("/account")), 200)

    assert deployment.refresh(own_web, SECRET, token["refresh_token"]).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-279")
def test_whoever_signs_in_as_somebody_else_ends_the_session_before(deployment, signed_in_visitor, own_web, bob):
    """As at a logout: nobody could end it later, since the browser forgets it."""
    cookie = f"{SESSION}={signed_in_visitor.cookies[SESSION]}"
    online = redeem(deployment, own_web, signed_in_visitor.code(own_web)).json["refresh_token"]
    offline = redeem(deployment, own_web, signed_in_visitor.code(own_web, scope="openid offline_access")).json

    sign_in_again(signed_in_visitor, own_web, username=bob.username)

    assert is_login(Visitor(deployment).open("/account", cookies=(cookie,)))
    assert deployment.refresh(own_web, SECRET, online).error == (400, "invalid_grant")
    assert deployment.refresh(own_web, SECRET, offline["refresh_token"]).status == 200
    assert "bob" in signed_in_visitor.open("/account").body


@pytest.mark.attack("ATK-279")
def test_a_wrong_password_ends_nobodys_session(signed_in_visitor, own_web, bob):
    sign_in_again(signed_in_visitor, own_web, username=bob.username, password="wrong")

    assert "alice" in signed_in_visitor.open("/account").body


@pytest.mark.attack("ATK-396")
def test_an_outage_while_the_session_before_is_ended_lets_nobody_in_half(
    deployment, signed_in_visitor, own_web, bob, wire
):
    token = redeem(deployment, own_web, signed_in_visitor.code(own_web)).json["refresh_token"]
    login = signed_in_visitor.open(request_for(own_web, prompt="login"))
    wire.clear()
    wire.fail(throttled, to("PutItem feed"))
    assert is_page(signed_in_visitor.submit(login, username="bob", password="correct horse battery staple"), 503)
    wire.clear()
    assert is_login(signed_in_visitor.open("/account"))

    signed_in_visitor.sign_in(login, username=bob.username)

    assert deployment.refresh(own_web, SECRET, token).error == (400, "invalid_grant")
    assert "bob" in signed_in_visitor.open("/account").body


@pytest.mark.attack("ATK-396")
@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_signing_out_everywhere_is_gone_on_with_by_the_same_button(deployment, signed_in_visitor, own_web, wire, scope):
    """Nobody has to sign in for that, and every grant has ended by the time that the person is signed out."""
    for _ in range(3):
        redeem(deployment, own_web, signed_in_visitor.code(own_web, scope=scope))
    everything = {**Page(signed_in_visitor.open("/account").body).forms[0].fields, "action": "end_all"}
    wire.clear()
    wire.fail(throttled, from_(7))

    assert is_page(signed_in_visitor.open("/account", form=everything), 503)

    wire.clear()
    assert len(revoked(deployment)) == 1
    assert signed_in_visitor.open("/account", form=everything).headers["location"] == "/account"
    assert len(revoked(deployment)) == 3
    assert is_login(signed_in_visitor.open("/account"))


@pytest.mark.attack("ATK-396")
@pytest.mark.attack("ATK-107")
def test_a_grant_that_joins_while_everything_is_ended_ends_too(deployment, signed_in_visitor, own_web, wire):
    redeem(deployment, own_web, signed_in_visitor.code(own_web))
    account = Page(signed_in_visitor.open("/account").body).forms[0].fields
    joined = []

    def join_first(send):
        answer = send()
        joined.append(signed_in_visitor.code(own_web, scope="openid offline_access"))
        return answer

    wire.clear()
    wire.fail(join_first, to("PutItem feed"), times=1)

    assert signed_in_visitor.open("/account", form={**account, "action": "end_all"}).status == 303

    assert redeem(deployment, own_web, *joined).error == (400, "invalid_grant")
    assert not [item for item in deployment.items("grants") if item["sk"]["S"].startswith("SESSION#")]


@pytest.mark.attack("ATK-396")
def test_signing_out_everywhere_ends_this_session_last(deployment, signed_in_visitor, wire):
    """Where a fault comes in between, the person can try again."""
    elsewhere = [Visitor(deployment) for _ in range(3)]
    for browser in elsewhere:
        browser.sign_in(browser.open("/account"))
    page = signed_in_visitor.open("/account")
    everything = {**Page(page.body).forms[0].fields, "action": "end_all"}
    deletions = []

    def third(call):
        if call.name == "DeleteItem grants":
            deletions.append(call.position)
        return call.position in set(deletions[2:])

    wire.clear()
    wire.fail(throttled, third)

    signed_in_visitor.open("/account", form=everything)

    wire.clear()
    assert not is_login(signed_in_visitor.open("/account"))
    signed_in_visitor.open("/account", form=everything)
    assert is_login(signed_in_visitor.open("/account"))
    assert all(is_login(browser.open("/account")) for browser in elsewhere)


def test_a_list_of_a_release_that_wrote_no_times_is_ended_whole(deployment, signed_in_visitor, own_web):
    """Two releases may run side by side."""
    token = redeem(deployment, own_web, signed_in_visitor.code(own_web)).json["refresh_token"]
    (item,) = [item for item in deployment.items("grants") if item["sk"]["S"].startswith("SESSION#")]
    del item["good_until"]
    deployment.dynamodb.put_item(TableName="grants", Item=item)

    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")

    assert deployment.refresh(own_web, SECRET, token).error == (400, "invalid_grant")
