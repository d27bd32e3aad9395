"""What a sign-in costs: every call that leaves a warm process."""

from __future__ import annotations

import pytest

from tests.integration import sign_in_calls as steps
from tests.integration.registered import PASSWORD
from tests.integration.sign_in_calls import CALLS
from tests.integration.visitor import (
    BYE,
    SESSION,
    Page,
    Visitor,
    answer_to_client,
    is_consent,
    is_login,
    redeem,
    request_for,
)


@pytest.fixture
def warm(deployment, web, own_web, wire):
    """Let the containers remember what they may; then count from 0."""
    somebody = Visitor(deployment)
    code = somebody.code(web)
    redeem(deployment, web, code)
    somebody.open(request_for(own_web))
    hint = redeem(deployment, own_web, somebody.code(own_web)).json["id_token"]
    somebody.open(f"/oauth2/logout?id_token_hint={hint}")
    deployment.server("authorize").consents.forget("u_alice", "c_web")
    wire.clear()
    return wire


@pytest.fixture
def calls(warm):
    """Return what was called since this was asked last."""

    def calls():
        names = warm.names
        warm.clear()
        return names

    return calls


@pytest.mark.attack("ATK-405")
def test_a_strangers_page_views_cost_nothing(deployment, web, calls):
    """Client, APIs and keys are remembered for 60 s."""
    for number in range(50):
        stranger = Visitor(deployment)
        assert is_login(stranger.open(request_for(web, state=str(number))))
        for url in ("/login", "/account", "/oauth2/logout", "/assets/x.css"):
            stranger.open(url)

    assert calls() == CALLS[steps.LOGIN_PAGE]


@pytest.mark.attack("ATK-405")
def test_a_cold_container_reads_the_client_the_apis_and_the_secret(deployment, web, calls):
    deployment.restart()
    Visitor(deployment).open(request_for(web))

    assert sorted(calls()) == ["GetItem directory", "GetSecretValue grant_secret", "Query directory"]


@pytest.mark.attack("ATK-405")
def test_an_unknown_client_costs_one_read(deployment, web, calls):
    stranger = Visitor(deployment)
    stranger.open(request_for(web, client_id="nobody"))

    assert calls() == CALLS[steps.UNKNOWN_CLIENT]


@pytest.mark.attack("ATK-405")
@pytest.mark.parametrize("cookie", ["x", "gs1_x", "gs1_" + "A" * 100])
def test_a_forged_session_costs_no_read_of_the_table(deployment, web, calls, cookie):
    stranger = Visitor(deployment)
    for _ in range(3):
        stranger.cookies[SESSION] = cookie
        stranger.open(request_for(web))

    assert set(calls()) <= {"GetSecretValue grant_secret"}


@pytest.mark.attack("ATK-405")
def test_what_is_forged_costs_nothing(deployment, web, calls):
    stranger = Visitor(deployment)
    stranger.open(request_for(web))
    for path, field in (("/login", "sign_in"), ("/consent", "sign_in"), ("/oauth2/logout", "logout")):
        for text in ("x", "gf1_x", ""):
            stranger.open(path, form={field: text, "username": "alice", "password": PASSWORD, "action": "allow"})
    redeem(deployment, web, "gc1_x")

    assert calls() == CALLS[steps.FORGED]


def test_a_wrong_password_is_counted_twice_and_looked_up(deployment, web, calls):
    """Per account and per address."""
    visitor = Visitor(deployment)
    login = visitor.open(request_for(web))
    calls()
    visitor.submit(login, username="alice", password="wrong")

    assert calls() == CALLS[steps.WRONG_PASSWORD]


def test_a_whole_sign_in(deployment, web, calls):
    """Seventeen calls from the request to the tokens, for a client that must ask."""
    visitor = Visitor(deployment)
    login = visitor.open(request_for(web))
    assert calls() == CALLS[steps.LOGIN_PAGE]

    answer = visitor.submit(login, username="alice", password=PASSWORD)
    assert answer.status == 303
    assert calls() == CALLS[steps.PASSWORD]

    consent = visitor.follow(answer)
    assert is_consent(consent)
    assert calls() == CALLS[steps.CONSENT_PAGE]

    told = answer_to_client(visitor.submit(consent, action="allow"))
    assert calls() == CALLS[steps.CONSENT]

    assert redeem(deployment, web, told["code"]).status == 200
    assert calls() == CALLS[steps.TOKENS]
    assert sum(len(CALLS[step]) for step in steps.WHOLE) == 17


def test_a_sign_in_with_a_known_browser_is_counted_once(deployment, web, calls):
    """It has a counter of its own."""
    visitor = Visitor(deployment)
    visitor.sign_in(visitor.open("/account"))
    login = visitor.open(request_for(web, prompt="login"))
    calls()
    del visitor.cookies[SESSION]

    visitor.submit(login, username="alice", password=PASSWORD)

    assert calls() == CALLS[steps.KNOWN_BROWSER]


def test_a_sign_in_over_a_session_looks_at_each_grant_of_it(deployment, own_web, calls):
    """What is over does not go over into the new one."""
    visitor = Visitor(deployment)
    visitor.code(own_web)
    login = visitor.open(request_for(own_web, prompt="login"))
    calls()

    visitor.submit(login, username="alice", password=PASSWORD)

    assert calls() == CALLS[steps.AGAIN]


def test_a_code_from_a_session_that_is_there(deployment, own_web, calls):
    """Single sign-on of a client of our own: four calls, and two for the tokens."""
    visitor = Visitor(deployment)
    visitor.sign_in(visitor.open("/account"))
    calls()

    told = answer_to_client(visitor.open(request_for(own_web)))
    assert calls() == CALLS[steps.FIRST_PARTY]

    redeem(deployment, own_web, told["code"])
    assert calls() == CALLS[steps.TOKENS]


def test_a_code_that_was_consented_to_before(deployment, web, calls):
    visitor = Visitor(deployment)
    visitor.code(web)
    calls()

    assert "code" in answer_to_client(visitor.open(request_for(web)))
    assert calls() == CALLS[steps.CONSENTED]


def test_prompt_none_without_a_session_costs_nothing(deployment, own_web, calls):
    for _ in range(10):
        Visitor(deployment).open(request_for(own_web, prompt="none"))

    assert calls() == []


@pytest.mark.attack("ATK-095")
def test_a_replay_costs_a_failed_write_an_event_and_a_write(deployment, own_web, calls):
    visitor = Visitor(deployment)
    code = visitor.code(own_web)
    redeem(deployment, own_web, code)
    calls()

    redeem(deployment, own_web, code)

    assert calls() == ["UpdateItem grants", "PutItem feed", "UpdateItem grants"]


@pytest.mark.attack("ATK-098")
def test_a_wrong_verifier_costs_a_failed_write(deployment, own_web, calls):
    code = Visitor(deployment).code(own_web)
    calls()

    redeem(deployment, own_web, code, code_verifier="w" * 43)

    assert calls() == ["UpdateItem grants"]


def test_a_logout_costs_three_calls_and_three_for_each_grant(deployment, own_web, calls):
    visitor = Visitor(deployment)
    grants = 2
    tokens = [redeem(deployment, own_web, visitor.code(own_web)).json for _ in range(grants)]
    calls()

    url = f"/oauth2/logout?id_token_hint={tokens[0]['id_token']}&post_logout_redirect_uri={BYE}"
    assert visitor.open(url).status == 303

    assert calls() == CALLS[steps.LOGOUT]


def test_the_account_page_costs_four_reads(deployment, calls):
    visitor = Visitor(deployment)
    visitor.sign_in(visitor.open("/account"))
    calls()

    assert Page(visitor.open("/account").body).forms
    assert calls() == CALLS[steps.ACCOUNT]


@pytest.mark.attack("ATK-398")
def test_every_read_is_strongly_consistent_and_by_key(deployment, web, warm):
    visitor = Visitor(deployment)
    redeem(deployment, web, visitor.code(web))
    visitor.open("/account")
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")

    reads = [call for call in warm.calls if call.operation in {"GetItem", "Query", "Scan", "BatchGetItem"}]
    assert {call.target for call in reads} == {"directory", "credentials", "grants"}
    assert all(call.parameters.get("ConsistentRead") is True for call in reads)
    assert not any("IndexName" in call.parameters or call.operation == "Scan" for call in warm.calls)


def test_the_pages_touch_their_own_tables_and_the_grant_secret_alone(deployment, own_web, web, wire):
    """What the privileges of the function's role will be."""
    visitor = Visitor(deployment)
    hint = redeem(deployment, own_web, visitor.code(own_web)).json["id_token"]
    deployment.restart()
    wire.clear()
    visitor = Visitor(deployment)
    visitor.code(web)
    token = Page(visitor.open("/account").body).forms[0].fields["token"]
    passwords = {"current_password": PASSWORD, "new_password": "a new password"}
    for form in ({"action": "change_password", **passwords}, {"action": "remove_application", "client_id": "c_web"}):
        assert visitor.open("/account", form={"token": token, **form}).status == 303
    visitor.submit(visitor.open(f"/oauth2/logout?id_token_hint={hint}"), action="logout")

    assert {call.name for call in wire.calls} == {
        "GetItem directory", "Query directory", "UpdateItem limits",
        "GetItem credentials", "PutItem credentials", "UpdateItem credentials", "DeleteItem credentials",
        "Query credentials",
        "GetItem grants", "PutItem grants", "UpdateItem grants", "DeleteItem grants", "Query grants",
        "PutItem feed", "GetItem keys", "GetSecretValue grant_secret",
    }  # fmt: skip
