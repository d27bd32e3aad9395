"""The browser's door: the refresh token travels in a cookie that no script reads. RFC 6749 §6, RFC 6265bis §4.1.3"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.api_gateway import Answer

ORIGIN = "https://app.example"
ASKED = {"origin": ORIGIN, "x-requested-with": "fetch"}


def name_of(client_id: str) -> str:
    digest = hashlib.sha256(client_id.encode()).digest()[:12]
    return "__Host-rt-" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def pair(answer: Answer) -> str:
    """Return name and value as a browser would send them back."""
    (cookie,) = answer.cookies
    return cookie.partition(";")[0]


@pytest.fixture
def cookie(signed_in, browser) -> str:
    """Return name and value of the cookie of a sign-in by the browser's client."""
    return pair(signed_in(browser))


@pytest.fixture
def refresh(deployment, browser):
    """Knock at the browser's door."""

    def refresh(*cookies: str, headers=ASKED, client=browser, **form: str):
        form = {"client_id": client.client_id, **form}
        return deployment.request("/oauth2/refresh", form=form, headers=headers, cookies=cookies)

    return refresh


def test_the_refresh_token_is_a_cookie_out_of_scripts_reach(signed_in, browser):
    """RFC 6265bis §4.1.3.2: `__Host-` asks for Secure, Path=/ and no Domain."""
    (cookie,) = signed_in(browser).cookies
    first, *attributes = cookie.split("; ")

    assert first.startswith(f"{name_of(browser.client_id)}=gr1_")
    assert sorted(attributes) == ["HttpOnly", f"Max-Age={14 * 86_400}", "Path=/", "SameSite=Strict", "Secure"]


def test_the_refresh_token_never_stands_in_the_body_or_a_header(signed_in, browser, refresh):
    for answer in (signed_in(browser), refresh(pair(signed_in(browser)))):
        assert answer.status == 200
        assert "refresh_token" not in answer.json
        assert "gr1_" not in answer.body + str(answer.headers)


@pytest.mark.clause("RFC9700-2.2.2-1")
def test_the_cookie_is_exchanged_for_an_access_token_and_a_new_cookie(deployment, cookie, refresh):
    answer = refresh(cookie)

    assert answer.json["token_type"] == "Bearer"
    assert deployment.authorize(answer.json["access_token"])
    assert pair(answer) != cookie
    assert refresh(pair(answer)).status == 200


def test_other_cookies_do_not_matter(cookie, refresh):
    assert refresh("theme=dark", cookie, "__Host-rt-other=x").status == 200


def test_a_cookie_header_is_read_where_the_gateway_made_no_list(deployment, cookie, browser):
    headers = {**ASKED, "cookie": f"theme=dark; {cookie}"}

    answer = deployment.request("/oauth2/refresh", form={"client_id": browser.client_id}, headers=headers)

    assert answer.status == 200


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "https://app.example.evil.example",
        "http://app.example",
        "",
        "HTTPS://APP.EXAMPLE",
    ],
)
def test_another_origin_gets_nothing_and_moves_nothing(deployment, cookie, refresh, origin):
    """A cross-site form cannot set Origin to what it is not."""
    headers = {"x-requested-with": "fetch", **({} if origin is None else {"origin": origin})}

    answer = refresh(cookie, headers=headers)

    assert answer.error == (400, "invalid_request")
    assert answer.cookies == []
    assert deployment.grant()["generation"] == {"N": "0"}


@pytest.mark.parametrize("headers", [{"origin": ORIGIN}, {"origin": ORIGIN, "x-requested-with": ""}])
def test_a_header_that_only_script_can_set_is_required(deployment, cookie, refresh, headers):
    """A form cannot set it, and it makes a cross-origin request one with a preflight. Fetch §2.2.2"""
    assert refresh(cookie, headers=headers).error == (400, "invalid_request")
    assert deployment.grant()["generation"] == {"N": "0"}


def test_cookie_and_body_together_are_refused(deployment, cookie, refresh):
    """Which of the two would count? RFC 6749 §3.2"""
    token = cookie.partition("=")[2]

    assert refresh(cookie, refresh_token=token).error == (400, "invalid_request")
    assert deployment.grant()["generation"] == {"N": "0"}


def test_two_cookies_of_one_name_are_none(deployment, cookie, refresh, browser):
    """A neighbour under the same site may have planted one."""
    planted = f"{name_of(browser.client_id)}=gr1_planted"

    for cookies in ((cookie, planted), (planted, cookie), (cookie, cookie)):
        assert refresh(*cookies).status == 400
    assert deployment.grant()["generation"] == {"N": "0"}


def test_two_cookies_of_one_name_and_a_body_are_refused_too(deployment, cookie, refresh):
    token = cookie.partition("=")[2]

    assert refresh(cookie, cookie, refresh_token=token).error == (400, "invalid_request")
    assert deployment.grant()["generation"] == {"N": "0"}


def test_a_name_without_the_prefix_or_in_another_case_is_another_cookie(cookie, refresh):
    for name in (cookie.replace("__Host-", ""), cookie.replace("__Host-", "__host-")):
        assert refresh(name).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-168")
def test_another_clients_cookie_is_not_found(deployment, browser, cookie, refresh):
    """Its name is made of the client_id; renamed, its token is still bound to its client."""
    other = deployment.put_client(replace(browser, client_id="c_other"))

    assert refresh(cookie, client=other).error == (400, "invalid_grant")
    renamed = f"{name_of('c_other')}={cookie.partition('=')[2]}"
    assert refresh(renamed, client=other).error == (400, "invalid_grant")
    assert deployment.grant()["generation"] == {"N": "0"}
    assert refresh(cookie).status == 200


def test_the_form_body_works_here_too_and_is_answered_with_a_cookie(cookie, refresh):
    """A native shell around the page holds the token itself; it has no cookie that another site could use."""
    answer = refresh(headers={}, refresh_token=cookie.partition("=")[2])

    assert answer.status == 200
    assert "refresh_token" not in answer.json
    assert pair(answer).startswith("__Host-rt-")


def test_a_client_without_the_cookie_has_none_read(deployment, browser, cookie, refresh):
    deployment.put_client(replace(browser, refresh_token_cookie=False))

    assert refresh(cookie).error == (400, "invalid_request")


def test_a_client_without_the_cookie_gets_its_token_in_the_body(deployment, browser, password):
    deployment.put_client(replace(browser, refresh_token_cookie=False))

    answer = deployment.token(browser, grant_type="password", username="alice", password=password)

    assert answer.json["refresh_token"].startswith("gr1_")
    assert answer.cookies == []


def test_the_token_endpoint_reads_no_cookie(deployment, browser, cookie):
    form = {"grant_type": "refresh_token", "client_id": browser.client_id}

    answer = deployment.request("/oauth2/token", form=form, headers=ASKED, cookies=(cookie,))

    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize("grant_type", ["password", "client_credentials", "authorization_code"])
def test_this_door_knows_one_grant(cookie, refresh, grant_type):
    assert refresh(cookie, grant_type=grant_type).error == (400, "invalid_request")


def test_the_cookie_ends_with_the_grant(cookie, refresh, clock):
    """Max-Age is what is left of idle or absolute expiry."""
    for _ in range(8):
        clock.advance(10 * 86_400)
        answer = refresh(cookie)
        cookie = pair(answer)

    assert "; Max-Age=864000;" in answer.cookies[0]


def test_a_retry_gets_the_same_cookie(cookie, refresh):
    """Two tabs may race: whichever answer comes last leaves a good cookie."""
    assert pair(refresh(cookie)) == pair(refresh(cookie))


def test_a_foreign_page_cannot_plant_its_own_session(deployment, browser, password):
    """Login CSRF: a form of another site that signs the browser in as somebody else must leave no cookie."""
    answer = deployment.token(
        browser, grant_type="password", username="alice", password=password, headers={"origin": "https://evil.example"}
    )

    assert answer.cookies == []
