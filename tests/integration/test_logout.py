"""Logout: who may end a session, and where that leads. OpenID Connect RP-Initiated Logout 1.0"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.integration.aws_wire import throttled, to
from tests.integration.registered import SECRET
from tests.integration.test_redirect_uri import ATTACKS
from tests.integration.tokens import claims_of, compact, ecdsa, foreign_key, header_of, hs256
from tests.integration.visitor import (
    BYE,
    SESSION,
    Page,
    Visitor,
    error_to_client,
    is_login,
    is_page,
    redeem,
    request_for,
)

PATH = "/oauth2/logout"


@pytest.fixture
def tokens_of_web(deployment, signed_in_visitor, web):
    """Return what the client got for alice's sign-in."""
    return redeem(deployment, web, signed_in_visitor.code(web)).json


@pytest.fixture
def id_token(tokens_of_web):
    return tokens_of_web["id_token"]


@pytest.fixture
def is_signed_in(deployment, signed_in_visitor):
    """Tell whether the session that alice had in the beginning lives, whatever her browser remembers."""
    cookie = f"{SESSION}={signed_in_visitor.cookies[SESSION]}"

    def is_signed_in():
        return not is_login(Visitor(deployment).open("/account", cookies=(cookie,)))

    assert is_signed_in()
    return is_signed_in


def logout(**parameters):
    return f"{PATH}?{urlencode(parameters)}"


def asks(answer):
    """Tell whether the answer asks the person, and redirects nowhere."""
    return is_page(answer, 200) and f'action="{PATH}"' in answer.body


@pytest.mark.attack("ATK-290")
@pytest.mark.parametrize("parameters", [{}, {"post_logout_redirect_uri": BYE}, {"client_id": "c_web"}, {"state": "x"}])
def test_without_a_hint_the_person_is_asked(signed_in_visitor, is_signed_in, parameters):
    """Else any page could sign people out. §2"""
    assert asks(signed_in_visitor.open(logout(**parameters)))
    assert is_signed_in()


def test_a_yes_ends_the_session_and_leads_nowhere(
    deployment, signed_in_visitor, tokens_of_web, web, is_signed_in, clock
):
    """Without a valid hint nothing is redirected. §3"""
    page = signed_in_visitor.open(logout(post_logout_redirect_uri=BYE, state="x"))

    answer = signed_in_visitor.submit(page, action="logout")

    assert is_page(answer, 200)
    assert not is_signed_in()
    assert SESSION not in signed_in_visitor.cookies
    assert deployment.refresh(web, SECRET, tokens_of_web["refresh_token"]).error == (400, "invalid_grant")
    clock.advance(5)
    assert not deployment.authorize(tokens_of_web["access_token"])


def test_a_no_ends_nothing(signed_in_visitor, is_signed_in):
    answer = signed_in_visitor.submit(signed_in_visitor.open(PATH), action="stay")

    assert answer.headers["location"] == "/account"
    assert is_signed_in()


def test_whoever_is_not_signed_in_is_told_so(visitor):
    answer = visitor.open(PATH)

    assert is_page(answer, 200)
    assert not asks(answer)


@pytest.mark.parametrize("more", [{}, {"state": "s&x=1 é"}, {"client_id": "c_web"}])
def test_a_hint_ends_the_session_and_leads_back_to_the_client(signed_in_visitor, id_token, is_signed_in, more):
    """§2, §3"""
    answer = signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE, **more))

    state = {"state": more["state"]} if "state" in more else {}
    assert answer.status == 303
    assert answer.headers["location"] == BYE + ("?" + urlencode(state) if state else "")
    assert SESSION not in signed_in_visitor.cookies
    assert not is_signed_in()


def test_a_hint_alone_ends_the_session_and_says_so(signed_in_visitor, id_token, is_signed_in):
    answer = signed_in_visitor.open(logout(id_token_hint=id_token))

    assert is_page(answer, 200)
    assert "Web" in answer.body
    assert not is_signed_in()


def test_a_hint_may_have_expired(signed_in_visitor, id_token, is_signed_in, clock):
    """§2"""
    clock.advance(3600)

    assert signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE)).status == 303
    assert not is_signed_in()


def test_a_hint_leads_back_where_nobody_is_signed_in_any_more(visitor, id_token):
    visitor.cookies.clear()

    answer = visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE, state="x"))

    assert answer.headers["location"] == BYE + "?state=x"


@pytest.mark.parametrize("registered", [BYE + "?a=b"])
def test_a_registered_query_is_kept(deployment, signed_in_visitor, web, id_token, registered):
    deployment.put_client(replace(web, post_logout_redirect_uris=(registered,)))

    answer = signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=registered, state="x"))

    assert answer.headers["location"] == registered + "&state=x"


@pytest.mark.attack("ATK-275")
@pytest.mark.clause("RFC9700-2.1-2")
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/", "https://app.example/callback", "https://app.example/",
        *(uri.replace("callback", "bye") for uris in ATTACKS.values() for uri in uris),
    ],
)  # fmt: skip
def test_a_uri_that_was_not_registered_as_it_is_leads_nowhere_and_ends_nothing(
    signed_in_visitor, id_token, is_signed_in, uri
):
    """§3"""
    assert is_page(signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=uri)))
    assert is_signed_in()


@pytest.mark.attack("ATK-275")
def test_the_uri_of_another_client_leads_nowhere(deployment, signed_in_visitor, web, id_token, is_signed_in):
    other = "https://other.example/bye"
    deployment.put_client(replace(web, client_id="c_other", post_logout_redirect_uris=(other,)))
    for more in ({}, {"client_id": "c_other"}):
        assert is_page(signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=other, **more)))
    assert is_signed_in()


@pytest.mark.attack("ATK-291")
@pytest.mark.parametrize("client_id", ["c_other", "nobody", "C_WEB"])
def test_a_client_that_is_not_the_hints_leads_nowhere(signed_in_visitor, id_token, is_signed_in, client_id):
    """§2"""
    url = logout(id_token_hint=id_token, client_id=client_id, post_logout_redirect_uri=BYE)

    assert is_page(signed_in_visitor.open(url))
    assert is_signed_in()


@pytest.mark.attack("ATK-291")
def test_a_forged_hint_is_none(signed_in_visitor, id_token, tokens_of_web, is_signed_in):
    header, claims = header_of(id_token), claims_of(id_token)
    head, body, signature = id_token.split(".")
    hints = [
        "x", "a.b.c", tokens_of_web["access_token"], f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA",
        compact(header, claims, ecdsa(foreign_key())),
        compact({**header, "alg": "none"}, claims, lambda _: b""),
        compact({**header, "alg": "HS256"}, claims, hs256(SECRET.encode())),
    ]  # fmt: skip
    for hint in hints:
        assert asks(signed_in_visitor.open(logout(id_token_hint=hint, post_logout_redirect_uri=BYE))), hint
    assert is_signed_in()


def test_a_hint_at_another_user_asks_the_person(deployment, id_token, bob):  # noqa: ARG001 - he must be there
    """§2"""
    other = Visitor(deployment)
    other.sign_in(other.open("/account"), username="bob")

    assert asks(other.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE)))
    assert SESSION in other.cookies


def test_a_hint_of_a_client_that_is_gone_leads_nowhere(deployment, signed_in_visitor, id_token):
    deployment.dynamodb.delete_item(TableName="directory", Key={"pk": {"S": "CLIENT#c_web"}, "sk": {"S": "CLIENT"}})
    deployment.restart()

    assert is_page(signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE)))


def test_a_post_from_the_clients_page_ends_the_session_too(signed_in_visitor, id_token, is_signed_in):
    """It comes without our cookies, which are SameSite=Lax: a GET brings them. §2"""
    form = {"id_token_hint": id_token, "post_logout_redirect_uri": BYE, "state": "x"}

    answer = signed_in_visitor.follow(signed_in_visitor.post_from_elsewhere(PATH, form))

    assert answer.headers["location"] == BYE + "?state=x"
    assert not is_signed_in()


@pytest.mark.attack("ATK-290")
def test_a_form_of_another_site_signs_nobody_out(deployment, signed_in_visitor, is_signed_in):
    """Neither without what the page holds, nor with that of another browser."""
    stranger = Visitor(deployment)
    stranger.sign_in(stranger.open("/account"))
    sealed = Page(stranger.open(PATH).body).forms[0].fields["logout"]
    for form in ({"action": "logout"}, {"logout": "x", "action": "logout"}, {"logout": sealed, "action": "logout"}):
        for answer in (signed_in_visitor.open(PATH, form=form), signed_in_visitor.post_from_elsewhere(PATH, form)):
            assert "location" not in answer.headers or answer.headers["location"].startswith(f"{PATH}?")
            assert not [cookie for cookie in answer.cookies if cookie.startswith(SESSION)]
    assert is_signed_in()


@pytest.mark.attack("ATK-290")
def test_a_page_that_asked_about_one_session_ends_no_other(signed_in_visitor, deployment, web):
    """Somebody signed in anew meanwhile."""
    page = signed_in_visitor.open(PATH)
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(web, prompt="login")))
    cookie = f"{SESSION}={signed_in_visitor.cookies[SESSION]}"

    signed_in_visitor.submit(page, action="logout")

    assert not is_login(Visitor(deployment).open("/account", cookies=(cookie,)))


@pytest.mark.parametrize("repeated", ["id_token_hint", "post_logout_redirect_uri", "state"])
def test_a_repeated_parameter_leads_nowhere(signed_in_visitor, id_token, is_signed_in, repeated):
    url = logout(id_token_hint=id_token, post_logout_redirect_uri=BYE, state="x") + f"&{repeated}=x"

    assert is_page(signed_in_visitor.open(url))
    assert is_signed_in()


def test_ending_a_session_ends_the_grants_made_in_it_and_no_others(deployment, signed_in_visitor, own_web):
    """OpenID Connect Back-Channel Logout 1.0 §2.7 keeps offline_access."""
    offline = redeem(
        deployment, own_web, signed_in_visitor.code(own_web, scope="openid orders:read offline_access")
    ).json
    online = redeem(deployment, own_web, signed_in_visitor.code(own_web)).json
    elsewhere = Visitor(deployment)
    other = redeem(deployment, own_web, elsewhere.code(own_web)).json

    signed_in_visitor.submit(signed_in_visitor.open(PATH), action="logout")

    statuses = [deployment.refresh(own_web, SECRET, t["refresh_token"]).status for t in (offline, online, other)]
    assert statuses == [200, 400, 200]
    deployment.clock.advance(5)
    assert [deployment.authorize(t["access_token"]) for t in (offline, online, other)] == [True, False, True]


def test_an_ended_session_is_not_brought_back_by_its_cookie(signed_in_visitor, own_web):
    cookie = signed_in_visitor.cookies[SESSION]
    signed_in_visitor.submit(signed_in_visitor.open(PATH), action="logout")
    signed_in_visitor.cookies[SESSION] = cookie

    assert is_login(signed_in_visitor.open("/account"))
    assert error_to_client(signed_in_visitor.open(request_for(own_web, prompt="none"))) == "login_required"


@pytest.mark.attack("ATK-107")
def test_a_code_that_is_being_made_while_the_session_ends_gives_nothing(deployment, signed_in_visitor, own_web, wire):
    """The grant has joined the session and is not written yet: its place is taken."""
    leaver = Visitor(deployment)
    leaver.cookies = dict(signed_in_visitor.cookies)
    page = leaver.open(PATH)

    def leave_first(send):
        wire.clear()
        leaver.submit(page, action="logout")
        return send()

    wire.clear()
    wire.fail(leave_first, to("PutItem grants"), times=1)
    answer = signed_in_visitor.open(request_for(own_web))

    assert is_login(answer)
    assert {item["status"]["S"] for item in deployment.items("grants") if item["sk"]["S"] == "GRANT"} == {"revoked"}


def test_a_session_that_ends_before_a_grant_joins_it_asks_for_the_password(
    deployment, signed_in_visitor, own_web, wire
):
    leaver = Visitor(deployment)
    leaver.cookies = dict(signed_in_visitor.cookies)
    page = leaver.open(PATH)

    def leave_first(send):
        wire.clear()
        leaver.submit(page, action="logout")
        return send()

    wire.clear()
    wire.fail(leave_first, to("UpdateItem grants"), times=1)

    assert is_login(signed_in_visitor.open(request_for(own_web)))
    assert not [item for item in deployment.items("grants") if item["sk"]["S"] == "GRANT"]


@pytest.mark.attack("ATK-396")
@pytest.mark.parametrize("target", ["UpdateItem grants", "PutItem feed", "GetItem grants", "DeleteItem grants"])
def test_a_logout_that_failed_half_way_is_made_up_for(deployment, signed_in_visitor, tokens_of_web, web, wire, target):
    page = signed_in_visitor.open(PATH)
    wire.clear()
    wire.fail(throttled, to(target))
    assert is_page(signed_in_visitor.submit(page, action="logout"), 503)
    wire.clear()

    signed_in_visitor.submit(page, action="logout")
    signed_in_visitor.follow(signed_in_visitor.open("/account"))

    assert deployment.refresh(web, SECRET, tokens_of_web["refresh_token"]).error == (400, "invalid_grant")


def test_the_refresh_token_cookie_of_a_browser_application_is_forgotten(deployment, signed_in_visitor, native):
    client = deployment.put_client(
        replace(native, refresh_token_cookie=True, allowed_origins=("https://app.example",), first_party=True)
    )
    code = signed_in_visitor.code(client)
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": "v" * 43}
    answer = deployment.token(client, None, headers={"origin": "https://app.example"}, **form)
    name = answer.cookies[0].partition("=")[0]
    assert name.startswith("__Host-rt-")

    url = logout(id_token_hint=answer.json["id_token"], post_logout_redirect_uri=BYE)
    (forgotten,) = [cookie for cookie in signed_in_visitor.open(url).cookies if cookie.startswith(name)]

    assert forgotten == f"{name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"


def test_two_logouts_at_once_are_no_fault(deployment, signed_in_visitor, own_web, wire):
    """One keeps what has offline_access while the other ends everything."""
    token = redeem(deployment, own_web, signed_in_visitor.code(own_web, scope="openid offline_access")).json[
        "refresh_token"
    ]
    redeem(deployment, own_web, signed_in_visitor.code(own_web))
    other = Visitor(deployment)
    account = other.sign_in(other.open("/account"))
    everything = {**Page(account.body).forms[0].fields, "action": "end_all"}
    page = signed_in_visitor.open(PATH)

    met = []

    def end_everything_first(send):
        wire.clear()
        met.append(other.open("/account", form=everything).status)
        return send()

    wire.clear()
    wire.fail(end_everything_first, lambda call: ":grants" in str(call.parameters), times=1)

    assert is_page(signed_in_visitor.submit(page, action="logout"), 200)
    assert met == [303]
    assert deployment.refresh(own_web, SECRET, token).error == (400, "invalid_grant")


def test_a_post_that_fits_into_no_address_is_told_on_a_page(signed_in_visitor, id_token, is_signed_in):
    """API Gateway would refuse the GET that brings the cookies, without a page of ours."""
    form = {"id_token_hint": id_token, "post_logout_redirect_uri": BYE, "state": "x" * 8000}

    answer = signed_in_visitor.post_from_elsewhere(PATH, form)

    assert is_page(answer)
    assert "7168 bytes" in answer.body
    assert is_signed_in()


@pytest.mark.attack("ATK-290")
@pytest.mark.parametrize("whose", ["alice", "bob"])
def test_a_hint_of_an_earlier_sign_in_or_another_user_asks_and_then_leads_back(
    deployment,
    signed_in_visitor,
    id_token,
    web,
    bob,  # noqa: ARG001 - he must be there
    whose,
):
    """It may have got into wrong hands: the person decides. §2 (sid)"""
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(web, prompt="login")), username=whose)
    cookie = f"{SESSION}={signed_in_visitor.cookies[SESSION]}"
    page = signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE, state="x"))
    assert asks(page)
    assert "Web</bdi> asks you to sign out" in page.body
    assert not is_login(Visitor(deployment).open("/account", cookies=(cookie,)))

    answer = signed_in_visitor.submit(page, action="logout")

    assert answer.headers["location"] == BYE + "?state=x"
    assert is_login(Visitor(deployment).open("/account", cookies=(cookie,)))


def test_a_uri_that_was_taken_away_while_the_page_asked_leads_nowhere(deployment, signed_in_visitor, id_token, web):
    signed_in_visitor.sign_in(signed_in_visitor.open(request_for(web, prompt="login")))
    page = signed_in_visitor.open(logout(id_token_hint=id_token, post_logout_redirect_uri=BYE))
    deployment.put_client(replace(web, post_logout_redirect_uris=()))

    assert is_page(signed_in_visitor.submit(page, action="logout"), 200)
    assert SESSION not in signed_in_visitor.cookies


def test_a_session_that_has_idled_is_asked_about_too(deployment, signed_in_visitor, tokens_of_web, web, clock):
    """Its applications are still signed in."""
    clock.advance(12 * 3600)
    page = signed_in_visitor.open(PATH)
    assert asks(page)

    signed_in_visitor.submit(page, action="logout")

    assert deployment.refresh(web, SECRET, tokens_of_web["refresh_token"]).error == (400, "invalid_grant")


@pytest.mark.parametrize(("locales", "language"), [("de", "de"), ("xx de en", "de"), ("en", "en")])
def test_the_page_speaks_the_language_that_was_asked_for(signed_in_visitor, id_token, locales, language):
    """§2 (ui_locales)"""
    assert signed_in_visitor.open(logout(ui_locales=locales)).headers["content-language"] == language
    said = signed_in_visitor.open(logout(ui_locales=locales, id_token_hint=id_token))
    assert said.headers["content-language"] == language
