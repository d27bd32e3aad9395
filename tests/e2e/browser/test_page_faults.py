"""Pages that expired, were left open or are sent twice: what the person is told, and the way on from there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gatelet.accounts.sign_in import LIFETIME, unseal_sign_in
from gatelet.oauth.key_set import KeySet
from gatelet.oauth.seal import SEALS, Seals
from tests.e2e.browser.steps import press, sign_in, type_password
from tests.e2e.person import parameters

FIELD = "document.querySelector('input[name=sign_in]')"


@pytest.fixture(scope="session")
def seals(stack) -> Seals:
    """Return the stack's own keys of forms."""
    secrets = stack.emulator.session.client("secretsmanager")
    document = secrets.get_secret_value(SecretId=stack.outputs["GateletGrantSecret"])["SecretString"]
    return Seals(KeySet.from_json(document).rings[SEALS])


@pytest.fixture
def expire(seals):
    """Let the form of a page have been made so long ago that it is not taken any more."""

    def expire(page):
        sign_in = unseal_sign_in(seals, page.evaluate(f"{FIELD}.value"))
        expired = replace(sign_in, started_at=sign_in.started_at - LIFETIME).seal(seals)
        page.evaluate(f"value => {{ {FIELD}.value = value }}", expired)

    return expire


def tells(page, title):
    """Tell whether this is the page of that name, and it has a request id."""
    assert page.get_by_role("heading", level=1).inner_text() == title
    return re.fullmatch(r"[\w=-]+", page.locator("dd code").inner_text()) is not None


def start_again(page, name="Start again"):
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).click()


def test_expired_login_page_begins_again_with_the_same_request(page, application, person, expire):
    page.goto(application.sign_in_url())
    expire(page)
    type_password(page, person)
    assert tells(page, "This page has expired")

    start_again(page)

    type_password(page, person)
    press(page, "Allow")
    assert application.redeem(page.url)["id_token"]


def test_expired_consent_page_asks_again(page, application, person, expire):
    page.goto(application.sign_in_url())
    type_password(page, person)
    expire(page)
    press(page, "Allow")
    assert tells(page, "This page has expired")

    start_again(page)

    press(page, "Allow")
    assert application.redeem(page.url)["id_token"]


def test_consent_sent_again_after_the_code_was_redeemed_is_done(page, application, person):
    """It neither sends a code that was used nor ends what was granted."""
    page.goto(application.sign_in_url())
    type_password(page, person)
    form = page.evaluate(f"{FIELD}.value")
    press(page, "Allow")
    tokens = application.redeem(page.url)
    page.goto("/login")
    page.evaluate(
        """value => {
            const form = Object.assign(document.createElement("form"), {action: "/consent", method: "post"});
            for (const [name, text] of [["sign_in", value], ["action", "allow"]])
                form.append(Object.assign(document.createElement("input"), {name, value: text, type: "hidden"}));
            form.append(Object.assign(document.createElement("button"), {textContent: "Once more"}));
            document.body.append(form);
        }""",
        form,
    )
    press(page, "Once more")
    assert tells(page, "This step is already done")

    start_again(page)

    assert application.redeem(page.url)["id_token"] != tokens["id_token"]


@pytest.mark.parametrize("answer", ["Allow", "Do not allow"])
def test_session_ended_in_another_tab(page, application, person, answer):
    page.goto(application.sign_in_url())
    type_password(page, person)
    other = page.context.new_page()
    other.goto("/oauth2/logout")
    press(other, "Sign out")

    press(page, answer)
    assert tells(page, "You are not signed in any more")
    start_again(page)

    type_password(page, person)
    press(page, "Allow")
    assert "code" in parameters(page.url)


def test_another_user_signed_in_in_another_tab(page, application, person, registration):
    """Whoever is signed in now is the one who is asked."""
    somebody = registration.person("reader")
    page.goto(application.sign_in_url())
    type_password(page, person)
    other = page.context.new_page()
    other.goto(application.sign_in_url(prompt="login"))
    type_password(other, somebody)

    press(page, "Allow")
    assert tells(page, "Somebody signed in meanwhile")
    start_again(page)

    assert page.get_by_text(f"You are signed in as {somebody.username}.").is_visible()


def test_logout_page_left_open_while_somebody_else_signed_in(page, person, registration):
    somebody = registration.person("reader")
    page.goto("/account")
    type_password(page, person)
    page.goto("/oauth2/logout")
    other = page.context.new_page()
    other.context.clear_cookies(name="__Host-session")
    other.goto("/account")
    type_password(other, somebody)

    press(page, "Sign out")
    assert tells(page, "Somebody signed in meanwhile")
    start_again(page)

    press(page, "Sign out")
    assert page.get_by_role("heading", level=1).inner_text() == "You are signed out"


def test_logout_sent_twice_says_the_same(page, person):
    page.goto("/account")
    type_password(page, person)
    page.goto("/oauth2/logout")
    page.get_by_role("button", name="Sign out", exact=True).dblclick()
    page.get_by_role("heading", level=1, name="You are signed out", exact=True).wait_for()


def test_account_page_of_a_session_that_ended_in_another_tab(page, person):
    page.goto("/account")
    type_password(page, person)
    other = page.context.new_page()
    other.goto("/oauth2/logout")
    press(other, "Sign out")

    press(page, "Sign out everywhere")

    assert "You are not signed in any more, so nothing was changed." in page.get_by_role("alert").inner_text()
    type_password(page, person)
    assert page.get_by_role("heading", level=1).inner_text() == "Your account"


def test_new_password_sent_twice_is_changed(page, person):
    page.goto("/account")
    type_password(page, person)
    page.get_by_label("Current password").fill(person.password)
    page.get_by_label("New password").fill("a new and better password")
    page.get_by_role("button", name="Change password", exact=True).dblclick()
    page.wait_for_url("**/account?notice=password_changed")
    assert page.get_by_role("status").inner_text() == "Your password has been changed."


def test_account_without_cookies(page, person):
    page.goto("/account")
    type_password(page, person)
    page.context.clear_cookies()

    press(page, "Sign out everywhere")
    assert tells(page, "Cookies are switched off")
    start_again(page)

    type_password(page, person)
    assert page.get_by_role("heading", level=1).inner_text() == "Your account"


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({"client_id": "nobody"}, "This application is not known here"),
        ({"redirect_uri": "https://evil.example/"}, "This application is set up wrongly"),
    ],
)
def test_bad_client_or_redirect_uri_stays_on_a_page_of_ours(page, application, stack, changed, title):
    page.goto(application.sign_in_url(**changed))
    assert tells(page, title)
    assert page.url.startswith(stack.issuer)


def test_signing_in_as_somebody_else_ends_the_session_before(page, application, person, registration, server):
    sign_in(page, application.sign_in_url(scope="openid whoami:read"), person)
    refresh_token = application.redeem(page.url)["refresh_token"]
    sign_in(page, application.sign_in_url(prompt="login"), registration.person("reader"))

    answer = server.token(application.client, grant_type="refresh_token", refresh_token=refresh_token)

    assert answer.json()["error"] == "invalid_grant"
