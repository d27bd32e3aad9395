"""What a person is asked to allow, and what comes of it. OpenID Connect Core §3.1.2.4"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.aws_wire import throttled, to
from tests.integration.registered import CLERK, ORDERS, PASSWORD
from tests.integration.visitor import (
    CALLBACK,
    Page,
    Visitor,
    answer_to_client,
    error_to_client,
    is_consent,
    is_login,
    is_page,
    redeem,
    request_for,
)

LOGO = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
def consent(signed_in_visitor, web):
    """Return the page that asks alice what c_web may do."""
    page = signed_in_visitor.open(request_for(web))
    assert is_consent(page)
    return page


@pytest.fixture
def consented(deployment):
    """Return the scopes that alice has allowed a client."""

    def consented(client):
        known = deployment.server("authorize").consents.get("u_alice", client.client_id)
        return known and known.scope

    return consented


@pytest.mark.clause("RFC9700-4.11.2-2")
def test_the_page_says_who_asks_for_what_and_where_it_leads(deployment, signed_in_visitor, web):
    client = replace(
        web, client_name="Order book", logo_uri=LOGO,
        client_uri="https://app.example/about", policy_uri="https://app.example/privacy", tos_uri="https://app.example/terms",
    )  # fmt: skip
    deployment.put_client(client)
    page = signed_in_visitor.open(request_for(client))

    for text in ("Order book", "app.example", "alice", "See orders", "Recognise you", LOGO):
        assert text in page.body, text
    links = {given["href"] for tag, given in Page(page.body).tags if tag == "a"}
    assert links == {client.client_uri, client.policy_uri, client.tos_uri}
    assert set(Page(page.body).forms[0].buttons) == {("action", "allow"), ("action", "deny")}


@pytest.mark.attack("ATK-295")
def test_what_a_client_says_about_itself_is_text_and_its_links_are_https(deployment, signed_in_visitor, web):
    evil = '<script>alert(1)</script>"><a href=x>'
    client = replace(
        web, client_name=evil, client_uri="javascript:alert(1)", policy_uri='https://a.example/"onclick="x', tos_uri="http://a",
        logo_uri="https://tracker.example/pixel.png",
    )  # fmt: skip
    deployment.put_client(client)
    deployment.put_resource_server(replace(ORDERS, scopes={**ORDERS.scopes, "orders:read": evil}))

    body = signed_in_visitor.open(request_for(client)).body

    assert evil not in body
    assert "javascript:" not in body
    assert "tracker" not in body
    tags = Page(body).tags
    assert not [tag for tag, given in tags if tag == "script" or "onclick" in given]
    assert all(given["href"].startswith("https://") for tag, given in tags if tag == "a")


@pytest.mark.clause("RFC6749-4.1.2-1", "OIDC-3.1.2.5-1", "OIDC-16.22-1")
def test_a_yes_gives_the_code(signed_in_visitor, consent, consented, web):
    told = answer_to_client(signed_in_visitor.submit(consent, action="allow"))

    assert set(told) == {"code", "state", "iss"}
    assert consented(web) == {"openid", "orders:read"}


@pytest.mark.attack("ATK-251")
@pytest.mark.clause("RFC6749-4.1.2.1-2", "RFC6749-10.12-1", "OIDC-3.1.2.1-6", "OIDC-3.1.2.4-1")
@pytest.mark.parametrize("action", ["deny", "", "ALLOW", "yes"])
def test_anything_but_a_yes_is_a_no(deployment, signed_in_visitor, consent, consented, web, action):
    """RFC 6749 §4.1.2.1"""
    assert error_to_client(signed_in_visitor.submit(consent, action=action)) == "access_denied"

    assert consented(web) is None
    assert not [item for item in deployment.items("grants") if item["sk"]["S"] == "GRANT"]
    assert is_consent(signed_in_visitor.open(request_for(web)))


def test_a_yes_is_remembered(signed_in_visitor, consent, web):
    signed_in_visitor.submit(consent, action="allow")

    assert "code" in answer_to_client(signed_in_visitor.open(request_for(web)))
    assert "code" in answer_to_client(signed_in_visitor.open(request_for(web, scope="openid")))


def test_a_yes_is_remembered_in_any_browser(deployment, signed_in_visitor, consent, web):
    signed_in_visitor.submit(consent, action="allow")
    other = Visitor(deployment)

    assert "code" in answer_to_client(other.sign_in(other.open(request_for(web))))


@pytest.mark.attack("ATK-252")
def test_more_than_was_allowed_is_asked_for_again(signed_in_visitor, consent, consented, web):
    signed_in_visitor.submit(consent, action="allow")

    more = signed_in_visitor.open(request_for(web, scope="openid orders:read orders:write"))

    assert is_consent(more)
    signed_in_visitor.submit(more, action="allow")
    assert consented(web) == {"openid", "orders:read", "orders:write"}
    assert "code" in answer_to_client(signed_in_visitor.open(request_for(web, scope="openid orders:write")))


@pytest.mark.clause("OIDC-11-1", "OIDC-11-2")
def test_access_while_the_user_is_away_is_asked_for(signed_in_visitor, consent, consented, web):
    """OpenID Connect Core §11"""
    signed_in_visitor.submit(consent, action="allow")

    page = signed_in_visitor.open(request_for(web, scope="openid orders:read offline_access"))

    assert is_consent(page)
    assert "Keep this access while you are away" in page.body
    assert "offline_access" not in consented(web)


def test_a_yes_to_one_client_is_none_to_another(deployment, signed_in_visitor, consent, web):
    signed_in_visitor.submit(consent, action="allow")
    other = deployment.put_client(replace(web, client_id="c_other"))

    assert is_consent(signed_in_visitor.open(request_for(other)))


def test_a_yes_of_one_user_is_none_of_another(deployment, signed_in_visitor, consent, web, bob):  # noqa: ARG001 - he must be there
    signed_in_visitor.submit(consent, action="allow")
    other = Visitor(deployment)

    assert is_consent(other.sign_in(other.open(request_for(web)), username="bob"))


def test_our_own_client_asks_for_no_consent_unless_it_wants_to(signed_in_visitor, own_web):
    assert "code" in answer_to_client(signed_in_visitor.open(request_for(own_web)))
    assert is_consent(signed_in_visitor.open(request_for(own_web, prompt="consent")))


@pytest.mark.attack("ATK-246")
@pytest.mark.advisory("CVE-2026-7571")
def test_what_the_form_sends_along_changes_nothing(deployment, signed_in_visitor, consent, web):
    """Client, scope and redirect URI are in the seal."""
    deployment.put_client(replace(web, client_id="c_evil", redirect_uris=("https://evil.example/",)))

    answer = signed_in_visitor.submit(
        consent,
        action="allow",
        scope="orders:write",
        redirect_uri="https://evil.example/",
        client_id="c_evil",
        state="x",
    )

    told = answer_to_client(answer)
    assert told["state"] == "s1"
    assert redeem(deployment, web, told["code"]).json["scope"] == "openid orders:read"


@pytest.mark.attack("ATK-248")
@pytest.mark.clause("RFC6749-10.12-1")
@pytest.mark.advisory("CVE-2026-7507")
def test_a_form_is_of_no_use_in_another_browser(deployment, consent, bob):  # noqa: ARG001 - he must be there
    """The attacker begins, the victim clicks."""
    victim = Visitor(deployment)
    victim.sign_in(victim.open("/account"), username="bob")

    answer = victim.submit(consent, action="allow")

    assert is_page(answer)
    assert not [item for item in deployment.items("grants") if item["sk"]["S"] == "GRANT"]


@pytest.mark.attack("ATK-248")
@pytest.mark.clause("RFC6749-10.12-1", "OIDC-3.1.2.3-4")
def test_a_form_of_another_site_allows_nothing(signed_in_visitor, consent, consented, web):
    form = Page(consent.body).forms[0].fields

    assert is_page(signed_in_visitor.post_from_elsewhere("/consent", {**form, "action": "allow"}))
    assert consented(web) is None


@pytest.mark.attack("ATK-249")
def test_a_form_of_one_user_allows_nothing_for_another(signed_in_visitor, consent, consented, bob, web):  # noqa: ARG001 - he must be there
    """Somebody else signed in meanwhile, in another tab."""
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(web, prompt="login")), username="bob")

    assert is_page(signed_in_visitor.submit(consent, action="allow"))
    assert consented(web) is None


@pytest.mark.attack("ATK-249")
@pytest.mark.parametrize("action", ["allow", "deny"])
def test_a_form_of_a_session_that_ended_allows_nothing(signed_in_visitor, consent, consented, web, action):
    signed_in_visitor.submit(signed_in_visitor.open("/oauth2/logout"), action="logout")

    assert is_page(signed_in_visitor.submit(consent, action=action))
    assert consented(web) is None


@pytest.mark.attack("ATK-247")
def test_a_login_form_is_no_consent_form(signed_in_visitor, web):
    """There the password was not right yet."""
    login = signed_in_visitor.open(request_for(web, prompt="login"))
    field = Page(login.body).forms[0].fields["sign_in"]

    assert is_page(signed_in_visitor.open("/consent", form={"sign_in": field, "action": "allow"}))


def test_a_form_that_lay_around_for_half_an_hour_has_expired(signed_in_visitor, consent, clock):
    clock.advance(1800)

    answer = signed_in_visitor.submit(consent, action="allow")

    assert is_page(answer)
    assert "This page has expired" in answer.body


@pytest.mark.attack("ATK-253")
def test_a_form_that_is_sent_twice_gives_one_code(deployment, signed_in_visitor, consent, web):
    """A double click, or the back button."""
    first, second = (answer_to_client(signed_in_visitor.submit(consent, action="allow")) for _ in range(2))

    assert first["code"] == second["code"]
    assert deployment.grant()["status"]["S"] == "pending"
    assert redeem(deployment, web, first["code"]).status == 200
    assert redeem(deployment, web, second["code"]).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-247")
def test_a_form_that_is_sent_again_later_brings_no_ended_grant_back(deployment, signed_in_visitor, consent, web, clock):
    code = answer_to_client(signed_in_visitor.submit(consent, action="allow"))["code"]
    redeem(deployment, web, code)
    redeem(deployment, web, code)
    assert deployment.grant()["status"]["S"] == "revoked"
    clock.advance(30)

    again = signed_in_visitor.submit(consent, action="allow")

    assert is_page(again)
    assert "This step is already done" in again.body
    assert deployment.grant()["status"]["S"] == "revoked"


@pytest.mark.attack("ATK-252")
def test_a_yes_allows_no_more_than_the_page_showed(deployment, signed_in_visitor, web, alice, consented):
    """What user and client may have grew while the page was open."""
    deployment.put_user(replace(alice, roles=()))
    deployment.put_client(replace(web, scope=("openid", "orders:read")))
    page = signed_in_visitor.open(request_for(web, scope=None))
    assert "See orders" not in page.body
    deployment.put_user(alice)
    deployment.put_client(web)

    answer = signed_in_visitor.submit(page, action="allow")

    assert redeem(deployment, web, answer_to_client(answer)["code"]).json["scope"] == "openid"
    assert consented(web) == {"openid"}


def test_what_was_taken_away_while_the_page_was_open_is_not_granted(deployment, signed_in_visitor, consent, web):
    deployment.put_role(CLERK._replace(permissions=frozenset()))

    code = answer_to_client(signed_in_visitor.submit(consent, action="allow"))["code"]

    assert redeem(deployment, web, code).json["scope"] == "openid"


def test_if_nothing_is_left_to_be_granted_the_client_is_told(deployment, signed_in_visitor, web):
    """RFC 6749 §4.1.2.1"""
    page = signed_in_visitor.open(request_for(web, scope="orders:read"))
    assert is_consent(page)
    deployment.put_role(CLERK._replace(permissions=frozenset()))

    assert error_to_client(signed_in_visitor.submit(page, action="allow")) == "invalid_scope"


def test_a_user_who_was_disabled_while_the_page_was_open_gives_nothing(deployment, signed_in_visitor, consent, alice):
    deployment.put_user(replace(alice, enabled=False))

    assert is_page(signed_in_visitor.submit(consent, action="allow"))


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("target", ["credentials", "grants", "directory"])
def test_an_outage_is_a_page_and_the_form_may_be_sent_again(deployment, signed_in_visitor, consent, wire, web, target):
    wire.clear()
    wire.fail(throttled, to(target))
    assert is_page(signed_in_visitor.submit(consent, action="allow"), 503)
    wire.clear()

    code = answer_to_client(signed_in_visitor.submit(consent, action="allow"))["code"]
    assert redeem(deployment, web, code).status == 200


def test_consent_is_asked_for_by_a_form_alone(signed_in_visitor, consent):
    field = Page(consent.body).forms[0].fields["sign_in"]

    answer = signed_in_visitor.open(f"/consent?sign_in={field}&action=allow")

    assert is_page(answer, 405)
    assert answer.headers["allow"] == "POST, OPTIONS"


def test_whoever_signs_in_anew_is_asked_right_after(visitor, web):
    consent = visitor.sign_in(visitor.open(request_for(web)))

    assert is_consent(consent)
    assert not is_login(consent)
    assert answer_to_client(visitor.submit(consent, action="allow"))["state"] == "s1"
    assert PASSWORD not in consent.body
    assert CALLBACK not in consent.body
