"""Pairs of requests at once, in every order of their steps: the invariants hold, whoever comes first."""

from __future__ import annotations

import pytest

from tests.integration.api_gateway import basic
from tests.integration.interleaving import interleavings
from tests.integration.operators_accounts import accounts_of
from tests.integration.registered import LEGACY, PASSWORD, SECRET, WEB
from tests.integration.stage import Stage, grant_items, require_sound, session_items, with_quick_passwords
from tests.integration.visitor import Page, Visitor, answer_to_client, redeem, request_for

REFUSED = (400, "invalid_grant")


@pytest.fixture
def stack(deployment):
    """Return a stack on which alice may sign in at c_web at next to no cost."""
    stack = with_quick_passwords(deployment)
    stack.put_client(WEB)
    return stack


@pytest.fixture
def browser(stack):
    """Return a browser in which alice is signed in."""
    visitor = Visitor(stack)
    visitor.sign_in(visitor.open("/account"))
    return visitor


@pytest.fixture
def code(browser):
    """Return a code that nobody has redeemed."""
    return browser.code(WEB)


@pytest.fixture
def token(stack, code):
    """Return a refresh token that nobody has used."""
    return redeem(stack, WEB, code).json["refresh_token"]


def redeeming(code):
    return lambda stack: redeem(stack, WEB, code)


def refreshing(token):
    return lambda stack: stack.refresh(WEB, SECRET, token)


def revoking(token):
    return lambda stack: stack.revoke(WEB, SECRET, token=token)


def disabling(stack):
    return accounts_of(stack).disable_user("u_alice")


def in_browser(browser, page, **fields):
    """Return what sends the form of a page as a browser would that has not seen any answer since."""
    cookies = dict(browser.cookies)

    def send(stack):
        visitor = Visitor(stack)
        visitor.cookies = dict(cookies)
        return visitor.submit(page, **fields)

    return send


def logging_out(browser):
    return in_browser(browser, browser.open("/oauth2/logout"), action="logout")


def in_account(browser, fields):
    """Return what sends a change of the account."""
    page, cookies = Page(browser.open("/account").body), dict(browser.cookies)

    def send(stack):
        visitor = Visitor(stack)
        visitor.cookies = dict(cookies)
        return visitor.open("/account", form={**page.forms[0].fields, **fields})

    return send


def ending_everything(browser):
    return in_account(browser, {"action": "end_all"})


def status_of(stack):
    (item,) = grant_items(stack)
    return item["status"]["S"], int(item["generation"]["N"])


def is_active(stack, token):
    """Ask the server about a refresh token. RFC 7662 §2.2"""
    headers = basic(WEB.client_id, SECRET)
    return stack.request("/oauth2/introspect", form={"token": token}, headers=headers).json["active"]


def require_dead(stack, answers):
    """Require that whatever was handed out is good for nothing."""
    require_sound(stack)
    assert {item["status"]["S"] for item in grant_items(stack)} <= {"revoked"}
    for answer in answers:
        if answer.status == 200 and "refresh_token" in answer.body:
            assert not is_active(stack, answer.json["refresh_token"])
        else:
            assert answer.status in {200, 303} or answer.error == REFUSED


@pytest.mark.attack("ATK-103")
def test_i1_of_two_redemptions_one_succeeds_and_the_grant_ends(stack, code):
    """I1: whoever comes second holds all that the first one holds. RFC 6749 §4.1.2"""
    for answers in interleavings(Stage(stack), redeeming(code), redeeming(code)):
        assert sorted(answer.status for answer in answers) == [200, 400]
        require_dead(stack, answers)


@pytest.mark.attack("ATK-167")
@pytest.mark.advisory("CVE-2026-1035")
def test_i2_two_refreshes_give_one_successor(stack, token):
    """I2: neither is reuse. RFC 9700 §4.14.2"""
    for answers in interleavings(Stage(stack), refreshing(token), refreshing(token)):
        assert [answer.status for answer in answers] == [200, 200]
        assert len({answer.json["refresh_token"] for answer in answers}) == 1
        assert status_of(stack) == ("active", 1)
        assert is_active(stack, answers[0].json["refresh_token"])
        assert stack.events() == []


def test_a_late_retry_beside_the_use_of_its_successor_is_answered_before_it_or_is_reuse(stack, token):
    """It gives the same successor as long as nobody has used that, and ends the grant from then on."""
    successor = refreshing(token)(stack).json["refresh_token"]
    for retry, refresh in interleavings(Stage(stack), refreshing(token), refreshing(successor)):
        require_sound(stack)
        if retry.status == 200:
            assert retry.json["refresh_token"] == successor
            assert (refresh.status, status_of(stack)) == (200, ("active", 2))
        else:
            require_dead(stack, [retry, refresh])


@pytest.mark.attack("ATK-167")
@pytest.mark.parametrize("end", ["revocation", "logout", "removal", "disabled user"])
@pytest.mark.parametrize("request_", ["redemption", "refresh"])
def test_i4_nothing_outlives_an_end_that_was_acknowledged(stack, browser, code, end, request_):
    """I3, I4: neither a code nor a refresh token that is used meanwhile."""
    token = None
    if request_ == "refresh" or end == "revocation":
        token = redeem(stack, WEB, code).json["refresh_token"]
    removal = {"action": "remove_application", "client_id": "c_web"}
    if end == "revocation":
        ending = revoking(token)
    elif end == "logout":
        ending = logging_out(browser)
    elif end == "removal":
        ending = in_account(browser, removal)
    else:
        ending = disabling
    sending = refreshing(token) if token else redeeming(code)
    for answer, ended in interleavings(Stage(stack), sending, ending):
        assert end == "disabled user" or ended.status in {200, 303}
        require_dead(stack, [answer])


@pytest.mark.attack("ATK-253")
def test_a_consent_that_is_sent_twice_gives_one_code(stack, browser):
    """It is one grant, whoever writes it."""
    consenting = in_browser(browser, browser.open(request_for(WEB)), action="allow")
    for answers in interleavings(Stage(stack), consenting, consenting):
        (code,) = {answer_to_client(answer)["code"] for answer in answers}
        assert status_of(stack) == ("pending", 0)
        require_sound(stack)
        assert redeem(stack, WEB, code).status == 200


@pytest.mark.attack("ATK-107")
@pytest.mark.parametrize(
    "ending",
    [logging_out, ending_everything, lambda _browser: disabling],
    ids=["logout", "end of everything", "disabled user"],
)
def test_a_consent_beside_the_end_of_its_session_leaves_nothing(stack, browser, ending):
    """Either the session has ended before the grant joins it, or whoever ends it finds the grant."""
    consenting = in_browser(browser, browser.open(request_for(WEB)), action="allow")
    for answer, _ in interleavings(Stage(stack), consenting, ending(browser)):
        require_dead(stack, [])
        if answer.status == 303 and "code=" in answer.headers["location"]:
            assert redeem(stack, WEB, answer_to_client(answer)["code"]).error == REFUSED
        assert not session_items(stack)


def test_a_password_grant_beside_the_end_of_its_user_leaves_nothing(stack):
    """A token that is signed after the user was read is refused by its time. RFC 9700 §2.2"""

    def signing_in(stack):
        return stack.token(LEGACY, SECRET, grant_type="password", username="alice", password=PASSWORD)

    for answer, _ in interleavings(Stage(stack), signing_in, disabling):
        now = int(stack.clock())
        (event,) = [item for item in stack.items("feed") if item["type"]["S"] == "subject"]
        assert int(event["not_before"]["N"]) >= now
        if answer.status == 200:
            assert stack.refresh(LEGACY, SECRET, answer.json["refresh_token"]).error == REFUSED


def test_two_sign_ins_in_one_browser_take_over_the_same_grants(stack, browser, token):
    """Whichever session the browser keeps lists what the one before listed; and no guess stays counted."""
    login = browser.open(request_for(WEB, prompt="login"))
    signing_in = in_browser(browser, login, username="alice", password=PASSWORD)
    for answers in interleavings(Stage(stack), signing_in, signing_in, whole=True):
        assert [answer.status for answer in answers] == [303, 303]
        require_sound(stack)
        assert is_active(stack, token)
        listing = [item.get("grants") for item in session_items(stack) if item["expires_at"]["N"] != "0"]
        assert listing == [{"SS": [grant_items(stack)[0]["gid"]["S"]]}] * 2
        assert {item["tries"]["N"] for item in stack.items("limits")} == {"0"}


def test_a_sign_in_beside_a_logout_of_the_same_browser_lets_no_grant_out_of_sight(stack, browser, token):
    """It goes over into the new session, or it ends."""
    login = browser.open(request_for(WEB, prompt="login"))
    signing_in = in_browser(browser, login, username="alice", password=PASSWORD)
    for answer, _ in interleavings(Stage(stack), signing_in, logging_out(browser)):
        assert answer.status == 303
        require_sound(stack)
        assert is_active(stack, token) == (status_of(stack)[0] == "active")


def test_two_rotations_of_keys_shift_them_once(stack):
    """The younger `next` key may not sign yet, and a rotation that is under way is not disturbed."""
    stack.clock.advance(100)
    before = stack.secret_document("signing_secret")

    def rotating(stack):
        return stack.rotate_keys({"action": "rotate", "secret": "signing"})

    for answers in interleavings(Stage(stack), rotating, rotating, whole=True):
        after = stack.secret_document("signing_secret")
        assert True in [answer["rotated"] for answer in answers]
        assert after["version"] == before["version"] + 1
        assert after["rings"]["ES256"]["current"]["kid"] == before["rings"]["ES256"]["next"]["kid"]
        published = str(stack.items("keys"))
        assert all(after["rings"]["ES256"][name]["kid"] in published for name in ("current", "next"))
