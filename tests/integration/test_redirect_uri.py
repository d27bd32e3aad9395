"""Redirect URIs are compared as they are. RFC 9700 §4.1.3, RFC 8252 §7"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.visitor import CALLBACK, answer_to_client, is_login, is_page, redeem, request_for

ATTACKS = {
    "ATK-257": ["https://app.example@evil.example/callback", "https://app.example%40evil.example/callback",
                "https://app.example:443@evil.example/callback", "https://app.example@a@evil.example/callback"],
    "ATK-258": ["https://app.example\\@evil.example/callback", "https://evil.example\\.app.example/callback",
                "https:\\\\app.example\\callback"],
    "ATK-259": [CALLBACK + "/../admin", CALLBACK + "/..%2f", CALLBACK + "/..;/x", CALLBACK + "/%2e%2e/x",
                "https://app.example/./callback", "https://app.example//callback"],
    "ATK-260": [CALLBACK + "%252f..%252f", "https://app.example/%63allback", "https://app.example/callbac%6b"],
    "ATK-261": [CALLBACK + "/", CALLBACK + "?x=1", CALLBACK + "?", CALLBACK + "&", CALLBACK + ";x", CALLBACK + "x",
                "https://app.example/", "https://app.example", "https://app.example/callbac"],
    "ATK-263": ["HTTPS://APP.EXAMPLE/callback", "https://APP.example/callback", "https://app.example/Callback"],
    "ATK-264": ["https://app.example:443/callback", "http://app.example/callback", "https://app.example:8443/callback"],
    "ATK-265": [CALLBACK + "#x", CALLBACK + "#", CALLBACK + "%23x"],
    "ATK-269": ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//evil.example",
                "/relative", "https:/app.example/callback", "https:app.example/callback", "callback", "about:blank"],
    "ATK-270": [" " + CALLBACK, CALLBACK + " ", CALLBACK + "\t", CALLBACK + "\n", CALLBACK + "\r\n", CALLBACK + "\0",
                CALLBACK + "\N{ZERO WIDTH SPACE}", "https://app.exam\N{SOFT HYPHEN}ple/callback",
                "https://app.example/call\nback"],
    "ATK-271": ["https://\N{CYRILLIC SMALL LETTER A}pp.example/callback",
                "https://app\N{IDEOGRAPHIC FULL STOP}example/callback",
                "https://app\N{FULLWIDTH FULL STOP}example/callback", "https://xn--pp-6kc.example/callback"],
    "ATK-272": ["https://*.example/callback", "https://app.example/.*", "https://appXexample/callback"],
    "ATK-273": [CALLBACK + "?code=x", CALLBACK + "?state=x&iss=y"],
}  # fmt: skip


@pytest.fixture(scope="module")
def deployment(shared_deployment):
    return shared_deployment


@pytest.mark.clause("RFC6749-3.1.2.3-1", "RFC6749-3.1.2.3-2", "RFC6749-10.6-3", "RFC9700-2.1-1", "RFC9700-4.1.3-1")
@pytest.mark.clause("OIDC-3.1.2.1-3")
@pytest.mark.advisory(
    "CVE-2022-3782",
    "CVE-2023-6291",
    "CVE-2024-1132",
    "CVE-2026-3872",
    "CVE-2026-7504",
    "CVE-2026-9689",
    "CVE-2026-18209",
    "CVE-2020-15234",
    "CVE-2024-52289",
    "CVE-2025-4143",
)
@pytest.mark.parametrize(
    "uri", [pytest.param(uri, marks=pytest.mark.attack(name)) for name, uris in ATTACKS.items() for uri in uris]
)
def test_a_redirect_uri_that_was_not_registered_as_it_is_leads_nowhere(visitor, web, uri):
    """RFC 6749 §3.1.2.4"""
    assert is_page(visitor.open(request_for(web, redirect_uri=uri)))


@pytest.mark.attack("ATK-257")
@pytest.mark.clause("RFC6749-3.1.2.3-1", "RFC9700-4.11.2-1")
def test_a_registered_redirect_uri_is_one_of_its_client_alone(deployment, visitor, web):
    deployment.put_client(replace(web, client_id="c_other", redirect_uris=("https://other.example/callback",)))

    assert is_page(visitor.open(request_for(web, redirect_uri="https://other.example/callback")))


def test_each_of_several_redirect_uris_is_good(deployment, visitor, own_web):
    other = "https://app.example/other"
    client = deployment.put_client(replace(own_web, redirect_uris=(CALLBACK, other)))

    answer = visitor.arrive(request_for(client, redirect_uri=other))

    code = answer_to_client(answer, other)["code"]
    assert redeem(deployment, client, code).error == (400, "invalid_grant")
    assert redeem(deployment, client, code, redirect_uri=other).status == 200


@pytest.mark.clause("RFC6749-3.1.2-2")
def test_a_registered_query_is_kept(deployment, visitor, own_web):
    """RFC 6749 §3.1.2"""
    uri = CALLBACK + "?tenant=a%20b"
    client = deployment.put_client(replace(own_web, redirect_uris=(uri,)))

    answer = visitor.arrive(request_for(client, redirect_uri=uri))

    assert answer.headers["location"].startswith(uri + "&code=")


@pytest.mark.attack("ATK-261")
@pytest.mark.clause("RFC6749-3.1.2.3-2")
@pytest.mark.parametrize("query", ["?b=2&a=1", "?a=1&b=2&c=3", "?a=1", "?a=1&amp;b=2", "?A=1&b=2"])
def test_another_query_than_the_registered_one_leads_nowhere(deployment, visitor, web, query):
    client = deployment.put_client(replace(web, redirect_uris=(CALLBACK + "?a=1&b=2",)))

    assert is_page(visitor.open(request_for(client, redirect_uri=CALLBACK + query)))


@pytest.mark.attack("ATK-266")
@pytest.mark.clause("RFC8252-7-1", "RFC8252-7.3-1", "RFC9700-4.1.3-2")
@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:51234/callback",
        "http://127.0.0.1:1/callback",
        "http://[::1]:51234/callback",
    ],
)
def test_the_port_of_a_loopback_address_may_be_any(deployment, visitor, native, uri):
    """The code is then bound to the very port. RFC 8252 §7.3"""
    answer = visitor.arrive(request_for(native, redirect_uri=uri))

    code = answer_to_client(answer, uri)["code"]
    assert redeem(deployment, native, code, redirect_uri="http://127.0.0.1:9/callback").error == (400, "invalid_grant")
    assert redeem(deployment, native, code, redirect_uri=uri).status == 200


@pytest.mark.attack("ATK-267")
@pytest.mark.clause("RFC8252-8.4-3")
@pytest.mark.advisory("CVE-2024-8883", "CVE-2020-15233")
@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:51234/other", "http://127.0.0.1:51234/callback/", "http://127.0.0.1:51234/callback?x=1",
        "http://127.0.0.1.evil.example/callback", "http://127.0.0.1@evil.example/callback", "http://0x7f.1/callback",
        "http://127.0.0.1:80@evil.example/callback", "http://127.1/callback", "http://2130706433/callback",
        "http://localhost/callback", "http://localhost:1/callback", "https://127.0.0.1/callback", "http://127.0.0.2/callback",
        "http://127.0.0.1:/callback", "http://127.0.0.1:x/callback", "http://127.0.0.1:123456/callback",
        "http://127.0.0.1:\N{ARABIC-INDIC DIGIT ONE}/callback", "http://127.0.0.1:1/callback\n", "http://[::2]/callback",
        "http://[0:0:0:0:0:0:0:1]/callback", "http://127.0.0.1:1/callback#x",
    ],
)  # fmt: skip
def test_nothing_but_the_port_of_a_loopback_address_may_differ(visitor, native, uri):
    """RFC 9700 §2.1"""
    assert is_page(visitor.open(request_for(native, redirect_uri=uri)))


@pytest.mark.attack("ATK-264")
@pytest.mark.clause("RFC9700-2.1-1")
@pytest.mark.parametrize("uri", ["http://localhost:3000/callback", "https://app.example:8443/callback"])
@pytest.mark.parametrize("port", ["", ":3001", ":443"])
def test_the_port_of_any_other_host_is_compared(deployment, visitor, web, uri, port):
    client = deployment.put_client(replace(web, redirect_uris=(uri,)))
    host, _, path = uri.removeprefix("http").removeprefix("s").removeprefix("://").partition("/")
    other = uri.partition("://")[0] + "://" + host.partition(":")[0] + port + "/" + path

    assert is_page(visitor.open(request_for(client, redirect_uri=other)))
    assert is_login(visitor.open(request_for(client, redirect_uri=uri)))


@pytest.mark.clause("RFC8252-7-1")
def test_a_native_application_may_have_a_scheme_of_its_own(deployment, visitor, native):
    """RFC 8252 §7.1"""
    uri = "com.example.app:/callback"
    answer = visitor.arrive(request_for(native, redirect_uri=uri))

    assert redeem(deployment, native, answer_to_client(answer, uri)["code"], redirect_uri=uri).status == 200


@pytest.mark.clause("RFC8252-8.4-3")
@pytest.mark.parametrize("uri", ["com.example.app:/other", "com.example.app://callback", "com.example.other:/callback"])
def test_a_scheme_of_ones_own_is_compared_as_it_is(visitor, native, uri):
    assert is_page(visitor.open(request_for(native, redirect_uri=uri)))


@pytest.mark.parametrize(
    ("uri", "sources"),
    [
        (CALLBACK, "'self' https:"),
        ("http://127.0.0.1:51234/callback", "'self' http:"),
        ("com.example.app:/callback", "'self' com.example.app:"),
    ],
)
def test_the_login_form_may_lead_to_where_the_client_wants_its_answer(visitor, native, uri, sources):
    """Else a browser would stop the redirect after the form."""
    policy = visitor.open(request_for(native, redirect_uri=uri)).headers["content-security-policy"]

    assert f"; form-action {sources};" in policy
