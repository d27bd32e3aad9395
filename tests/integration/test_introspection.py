"""The introspection endpoint. RFC 7662"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.aws.feed import FeedWriter
from gatelet.aws.table import Table
from gatelet.oauth.revocation_list import RevocationEvent
from tests.integration.api_gateway import basic
from tests.integration.aws_wire import access_denied, at, internal_error, throttled, to, unreachable
from tests.integration.registered import ORDERS
from tests.integration.tokens import OurKey, claims_of, compact, ecdsa, foreign_key, header_of, hs256

PATH = "/oauth2/introspect"
INACTIVE = {"active": False}


@pytest.fixture
def api(deployment, service):
    """Register the client that the orders API introspects with."""
    client = deployment.put_client(replace(service, client_id="c_orders_api"))
    deployment.put_resource_server(replace(ORDERS, introspection_client_id="c_orders_api"))
    return client


@pytest.fixture
def introspect(deployment, api, secret):
    """Introspect as the orders API, or as another confidential client."""

    def introspect(token, client=api, **form):
        headers = basic(client.client_id, secret)
        answer = deployment.request(PATH, form={"token": token, **form}, headers=headers)
        assert answer.status == 200, answer.body
        return answer.json

    return introspect


@pytest.fixture
def warm(introspect, tokens, clock, wire):
    """Let the container remember what it may, away from the edge of a partition of the feed; then count from 0."""
    clock.advance(100)
    assert introspect(tokens["access_token"])["active"]
    introspect("gr1_" + "A" * 96)  # a key that nobody knows is asked for at most every 30 s
    wire.clear()
    return wire


@pytest.mark.clause("RFC7662-2.2-1")
def test_an_active_access_token_is_described_to_its_api(introspect, tokens, clock):
    """RFC 7662 §2.2, RFC 9068 §2.2"""
    token = tokens["access_token"]

    assert introspect(token) == {
        "active": True,
        "token_type": "Bearer",
        "iss": "https://auth.example",
        "sub": "u_alice",
        "aud": "https://orders.example",
        "client_id": "c_legacy",
        "scope": "orders:read orders:write",
        "iat": int(clock()),
        "exp": int(clock()) + 900,
        "jti": claims_of(token)["jti"],
        "gid": claims_of(token)["gid"],
        "auth_time": int(clock()),
        "acr": "1",
        "roles": ["clerk"],
    }


def test_a_token_of_a_client_itself_has_no_member_of_a_user(deployment, introspect, service, secret):
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]

    members = introspect(token)

    assert members["active"] is True
    assert members["sub"] == members["client_id"] == "c_service"
    assert not {"gid", "auth_time", "acr", "roles"} & set(members)


def test_a_refresh_token_is_described_to_its_own_client_and_looks_like_no_access_token(
    introspect, legacy, tokens, clock
):
    """No `aud` and no `token_type`: an API whose client has refresh tokens too must not take one for access."""
    assert introspect(tokens["refresh_token"], legacy) == {
        "active": True,
        "iss": "https://auth.example",
        "sub": "u_alice",
        "client_id": "c_legacy",
        "scope": "orders:read orders:write",
        "iat": int(clock()),
        "exp": int(clock()) + 14 * 86_400,
        "gid": claims_of(tokens["access_token"])["gid"],
        "auth_time": int(clock()),
        "acr": "1",
    }


@pytest.mark.clause("RFC7662-2.1-2")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "saml", ""])
def test_a_wrong_or_unknown_hint_does_not_matter(introspect, legacy, tokens, hint):
    """RFC 7662 §2.1"""
    assert introspect(tokens["access_token"], token_type_hint=hint)["active"]
    assert introspect(tokens["refresh_token"], legacy, token_type_hint=hint)["active"]


@pytest.mark.attack("ATK-199")
@pytest.mark.clause("RFC7662-2.1-3", "RFC7662-4-6")
@pytest.mark.parametrize("presented", ["none", "wrong", "bearer"])
def test_the_caller_must_authenticate(deployment, api, tokens, presented):
    """RFC 7662 §2.1"""
    headers = {
        "none": {},
        "wrong": basic(api.client_id, "wrong"),
        "bearer": {"authorization": f"Bearer {tokens['access_token']}"},
    }[presented]

    answer = deployment.request(PATH, form={"token": tokens["access_token"]}, headers=headers)

    assert answer.error == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.attack("ATK-199")
@pytest.mark.clause("RFC6749-2.3-1", "RFC7662-4-6")
def test_a_public_client_may_not_introspect(deployment, browser, signed_in):
    """Anybody can say that it is one."""
    cookie = signed_in(browser).cookies[0].partition("=")[2].partition(";")[0]
    for token in (cookie, "x"):
        answer = deployment.request(PATH, form={"client_id": browser.client_id, "token": token})
        assert answer.error == (401, "invalid_client")


@pytest.mark.attack("ATK-199")
def test_a_disabled_client_may_not_introspect(deployment, api, tokens, secret):
    deployment.put_client(replace(api, enabled=False))

    answer = deployment.request(PATH, form={"token": tokens["access_token"]}, headers=basic(api.client_id, secret))

    assert answer.error == (401, "invalid_client")


def test_a_secret_in_the_body_is_as_good(deployment, api, tokens, secret):
    form = {"client_id": api.client_id, "client_secret": secret, "token": tokens["access_token"]}

    assert deployment.request(PATH, form=form).json["active"]


@pytest.mark.attack("ATK-200")
@pytest.mark.clause("RFC7662-2.2-2", "RFC7662-4-5", "RFC7662-5-1")
@pytest.mark.advisory("CVE-2026-37979")
@pytest.mark.parametrize("asks", ["own", "other"])
def test_an_access_token_is_the_business_of_its_api_alone(deployment, introspect, service, legacy, tokens, asks):
    """RFC 7662 §4: not of the client that it was issued to, and not of another API's"""
    other = deployment.put_client(replace(service, client_id="c_stock_api"))
    client = {"own": legacy, "other": other}[asks]

    assert introspect(tokens["access_token"], client) == INACTIVE


@pytest.mark.attack("ATK-200")
def test_an_api_that_names_no_client_has_none_that_introspects(deployment, introspect, api, tokens):
    assert introspect(tokens["access_token"])["active"]
    deployment.put_resource_server(ORDERS)

    assert introspect(tokens["access_token"]) == INACTIVE
    assert introspect(tokens["access_token"], api) == INACTIVE


@pytest.mark.attack("ATK-200")
def test_another_clients_refresh_token_is_inactive_even_to_the_api(introspect, api, service, tokens):
    assert introspect(tokens["refresh_token"], api) == INACTIVE
    assert introspect(tokens["refresh_token"], service) == INACTIVE


def test_a_refresh_token_is_inactive_when_its_client_may_refresh_no_more(deployment, introspect, legacy, tokens):
    deployment.put_client(replace(legacy, grant_types=("password",)))

    assert introspect(tokens["refresh_token"], legacy) == INACTIVE


@pytest.mark.attack("ATK-201")
@pytest.mark.clause("RFC7662-2.3-1", "RFC7662-4-2")
@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_800_000_000},
        {"iat": 1_800_000_060, "exp": 1_800_000_960},
        {"exp": 1_800_000_000 + 3601},
        {"iss": "https://other.example"},
        {"aud": ["https://orders.example"]},
        {"aud": "https://nowhere.example"},
        {"scope": None},
        {"gid": None},
        {"gid": "unknown"},
        {"cnf": {"jkt": "x"}},
    ],
)
def test_a_token_that_is_not_as_it_should_be_is_inactive_and_nothing_more(deployment, introspect, claims):
    """RFC 7662 §2.2"""
    assert introspect(OurKey(deployment).token(claims=claims)) == INACTIVE


@pytest.mark.attack("ATK-201")
@pytest.mark.clause("RFC7662-4-4")
@pytest.mark.parametrize("forgery", ["unsigned", "foreign", "hmac", "tampered"])
def test_a_forged_token_is_inactive(introspect, tokens, forgery):
    token = tokens["access_token"]
    header, claims = header_of(token), claims_of(token)
    forged = {
        "unsigned": compact({**header, "alg": "none"}, claims, lambda _message: b"x").rpartition(".")[0] + ".",
        "foreign": compact(header, claims, ecdsa(foreign_key())),
        "hmac": compact({**header, "alg": "HS256"}, claims, hs256(b"x")),
        "tampered": compact(header, {**claims, "scope": "orders:admin"}, lambda _message: b"x" * 64),
    }[forgery]

    assert introspect(forged) == INACTIVE


@pytest.mark.attack("ATK-201")
@pytest.mark.clause("RFC7662-2.2-2", "RFC7662-2.3-1")
@pytest.mark.parametrize(
    "token",
    ["x", "gr1_", "gr1_" + "A" * 96, "gc1_" + "A" * 96, "a.b.c", "\N{SNOWMAN}", "x" * 60_000, "..", "e30.e30.e30"],
)
def test_garbage_is_inactive_and_costs_nothing(introspect, warm, token):
    assert introspect(token) == INACTIVE
    assert warm.calls == []


@pytest.mark.attack("ATK-201")
@pytest.mark.clause("RFC7662-4-1")
def test_an_expired_token_is_inactive(introspect, legacy, tokens, clock):
    clock.advance(899)
    assert introspect(tokens["access_token"])["active"]
    clock.advance(1)
    assert introspect(tokens["access_token"]) == INACTIVE

    clock.advance(14 * 86_400 - 901)
    assert introspect(tokens["refresh_token"], legacy)["active"]
    clock.advance(1)
    assert introspect(tokens["refresh_token"], legacy) == INACTIVE


def test_a_token_ends_with_its_grant_at_the_latest(deployment, introspect, legacy, tokens, clock):
    """Expiry is compared in every decision: the table's TTL only cleans up."""
    change_grant(deployment, absolute_expires_at={"N": str(int(clock()) + 10)})
    assert introspect(tokens["access_token"])["active"]

    clock.advance(10)

    assert introspect(tokens["access_token"]) == INACTIVE
    assert introspect(tokens["refresh_token"], legacy) == INACTIVE


@pytest.mark.attack("ATK-203")
@pytest.mark.clause("RFC7662-2.2-2", "RFC7662-4-3")
@pytest.mark.parametrize("revoked", ["access_token", "refresh_token"])
def test_a_revoked_token_is_inactive_at_once(deployment, introspect, legacy, secret, tokens, revoked, clock):
    """A container that read the feed a moment ago reads it anew. RFC 7009 §2"""
    assert introspect(tokens["access_token"])["active"]
    before = clock()

    deployment.revoke(legacy, secret, token=tokens[revoked])

    assert introspect(tokens["access_token"]) == INACTIVE
    assert introspect(tokens["refresh_token"], legacy)["active"] is (revoked == "access_token")
    assert clock() == before


@pytest.mark.attack("ATK-203")
@pytest.mark.clause("RFC7662-4-3")
@pytest.mark.parametrize(
    ("kind", "member", "not_before"),
    [("subject", "sub", True), ("client", "client_id", True), ("token", "jti", False), ("grant", "gid", False)],
)
def test_every_kind_of_event_is_seen_at_once(deployment, introspect, tokens, kind, member, not_before, clock):
    token = tokens["access_token"]
    assert introspect(token)["active"]

    announce(deployment, kind, claims_of(token)[member], int(clock()) if not_before else None)

    assert introspect(token) == INACTIVE


@pytest.mark.attack("ATK-203")
def test_a_token_of_a_revoked_key_is_inactive_at_once(deployment, introspect, tokens):
    assert introspect(tokens["access_token"])["active"]

    announce(deployment, "kid", header_of(tokens["access_token"])["kid"])

    assert introspect(tokens["access_token"]) == INACTIVE


@pytest.mark.attack("ATK-203")
def test_a_grant_that_was_revoked_without_an_event_is_seen(deployment, introspect, tokens):
    """A grant that has rested for long is revoked without one."""
    change_grant(deployment, status={"S": "revoked"})

    assert introspect(tokens["access_token"]) == INACTIVE


@pytest.mark.attack("ATK-203")
def test_what_decides_is_read_strongly_consistent(introspect, tokens, legacy, warm):
    introspect(tokens["access_token"])
    introspect(tokens["refresh_token"], legacy)

    assert warm.calls
    assert all(call.parameters["ConsistentRead"] for call in warm.calls)


@pytest.mark.attack("ATK-204")
@pytest.mark.parametrize("seconds", [0, 10, 31])
def test_a_rotated_refresh_token_is_inactive_within_its_grace_too(
    deployment, introspect, legacy, secret, tokens, seconds, clock
):
    """An honest retry still has its answer, but the token's time is over."""
    answer = deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(seconds)

    assert introspect(tokens["refresh_token"], legacy) == INACTIVE
    assert introspect(answer.json["refresh_token"], legacy)["active"]
    assert deployment.grant()["status"] == {"S": "active"}


def test_a_refresh_token_that_is_ahead_of_a_restored_grant_is_inactive(deployment, introspect, legacy, secret, tokens):
    successor = deployment.refresh(legacy, secret, tokens["refresh_token"]).json["refresh_token"]
    change_grant(deployment, generation={"N": "0"})

    assert introspect(successor, legacy) == INACTIVE


@pytest.mark.attack("ATK-205")
def test_an_id_token_is_inactive(deployment, introspect, tokens):
    """It tells a client who signed in and opens nothing."""
    id_token = OurKey(deployment).token({"typ": "JWT"}, claims_of(tokens["access_token"]))

    assert introspect(id_token) == INACTIVE


@pytest.mark.attack("ATK-206")
@pytest.mark.clause("RFC7662-5-1")
@pytest.mark.parametrize("token", ["good", "bad"])
def test_the_answer_is_not_stored(deployment, api, secret, tokens, token):
    form = {"token": tokens["access_token"] if token == "good" else "x"}

    answer = deployment.request(PATH, form=form, headers=basic(api.client_id, secret))

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.clause("RFC7662-2.1-1")
@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token_type_hint": "access_token"}])
def test_a_token_must_be_there(deployment, api, secret, form):
    """RFC 7662 §2.1"""
    answer = deployment.request(PATH, form=form, headers=basic(api.client_id, secret))

    assert answer.error == (400, "invalid_request")
    assert "token" in answer.json["error_description"]


def test_a_token_in_the_query_is_not_read(deployment, api, secret, tokens):
    """RFC 7662 §4: query strings stand in logs."""
    answer = deployment.request(
        PATH, form={}, headers=basic(api.client_id, secret), query=f"token={tokens['access_token']}"
    )

    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post_is_taken(deployment, method):
    """RFC 7662 §2.1"""
    answer = deployment.request(PATH, method=method)

    assert answer.status == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


def test_no_page_of_another_origin_may_ask(deployment):
    """It is a matter between servers."""
    answer = deployment.request(PATH, method="OPTIONS", headers={"origin": "https://app.example"})

    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_log_says_why_and_holds_no_token(introspect, legacy, tokens, log):
    introspect(tokens["access_token"])
    introspect(tokens["refresh_token"])
    introspect(tokens["refresh_token"], legacy)

    good, foreign, own = (line for line in log.lines if line.get("message") == "introspect")
    assert (good["active"], good["jti"]) == (True, claims_of(tokens["access_token"])["jti"])
    assert foreign["active"] is False
    assert "cannot use" in foreign["detail"]
    assert own["gid"] == good["gid"]
    for token in tokens.values():
        assert str(token) not in log.text


def test_it_works_with_the_settings_that_the_stack_gives_it(deployment, introspect, legacy, tokens):
    """It holds no key that signs, and no password."""
    deployment.change_settings(signing_secret=None, credentials_table=None, audience=None, routes=None)

    assert introspect(tokens["access_token"])["active"]
    assert introspect(tokens["refresh_token"], legacy)["active"]


# Cost


def test_an_access_token_costs_one_read_of_its_grant_and_one_of_the_feed(introspect, tokens, warm):
    assert introspect(tokens["access_token"])["active"]

    assert warm.names == ["GetItem grants", "Query feed"]


def test_a_refresh_token_costs_one_read_of_its_grant(introspect, legacy, tokens, warm):
    introspect(tokens["refresh_token"], legacy)
    warm.clear()

    assert introspect(tokens["refresh_token"], legacy)["active"]

    assert warm.names == ["GetItem grants"]


def test_a_token_of_a_client_itself_costs_one_read_of_the_feed(deployment, introspect, service, secret, warm):
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]
    warm.clear()

    assert introspect(token)["active"]

    assert warm.names == ["Query feed"]


def test_what_is_not_the_callers_business_costs_nothing(introspect, legacy, api, tokens, warm):
    introspect(tokens["access_token"], legacy)
    warm.clear()

    assert introspect(tokens["access_token"], legacy) == INACTIVE
    assert introspect(tokens["refresh_token"], api) == INACTIVE

    assert warm.calls == []


# Faults


@pytest.mark.parametrize("fault", [throttled, unreachable, internal_error, access_denied])
@pytest.mark.parametrize("table", ["grants", "feed"])
def test_what_cannot_be_known_is_an_outage_and_never_inactive(deployment, api, secret, tokens, warm, table, fault):
    """An API that was told `inactive` would refuse a good token, and `active` a bad one."""
    warm.fail(fault, to(table))

    answer = deployment.request(PATH, form={"token": tokens["access_token"]}, headers=basic(api.client_id, secret))

    assert answer.status in ({500, 503} if fault is access_denied else {503})
    assert "active" not in answer.json
    if answer.status == 503:
        assert answer.error == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("position", range(6))
def test_a_fault_of_any_call_of_a_cold_container_is_an_outage(deployment, api, secret, tokens, wire, position):
    deployment.restart()
    wire.clear()
    wire.fail(unreachable, at(position))

    answer = deployment.request(PATH, form={"token": tokens["access_token"]}, headers=basic(api.client_id, secret))

    assert answer.error == (503, "temporarily_unavailable")


def test_a_throttled_read_is_repeated(introspect, tokens, warm):
    warm.fail(throttled, to("GetItem grants"), times=1)

    assert introspect(tokens["access_token"])["active"]


def change_grant(deployment, **attributes):
    """Change the one grant that there is, as nobody but a test would."""
    deployment.dynamodb.put_item(TableName="grants", Item={**deployment.grant(), **attributes})


def announce(deployment, kind, name, not_before=None):
    server = deployment.server("operator")
    feed = FeedWriter(Table(server.connection, "feed"), lambda: int(deployment.clock() * 1000))
    feed.announce(RevocationEvent(type=kind, id=name, not_before=not_before))
