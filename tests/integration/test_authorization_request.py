"""Requests to the authorization endpoint. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from tests.integration.aws_wire import throttled, to
from tests.integration.tokens import claims_of
from tests.integration.visitor import (
    CALLBACK,
    Page,
    answer_to_client,
    error_to_client,
    is_login,
    is_page,
    redeem,
    request_for,
)


@pytest.mark.attack("ATK-217")
@pytest.mark.clause("RFC6749-4.1.1-1", "RFC6749-4.1.2.1-1", "OIDC-3.1.2.2-1")
@pytest.mark.parametrize("client_id", ["nobody", None, "", "C_WEB", "c_web ", "c_web\0", "é", "x" * 5000])
def test_an_unknown_client_is_told_on_a_page(visitor, web, client_id):
    """RFC 6749 §4.1.2.1"""
    assert is_page(visitor.open(request_for(web, client_id=client_id)))


@pytest.mark.attack("ATK-217")
def test_a_disabled_client_is_told_on_a_page(deployment, visitor, web):
    deployment.put_client(replace(web, enabled=False))

    assert is_page(visitor.open(request_for(web)))


@pytest.mark.attack("ATK-218")
@pytest.mark.clause("RFC6749-10.14-1")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "login_hint", "ui_locales", "scope", "state", "nonce"])
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "'--"])
def test_nothing_of_a_request_stands_in_a_page_as_markup(visitor, web, name, text):
    answer = visitor.open(request_for(web, **{name: text}))

    page = Page(answer.body)
    assert [tag for tag, given in page.tags if tag == "script" or "onerror" in given] == []
    if name == "login_hint":
        assert page.forms[0].fields["username"] == text
    else:
        assert text not in answer.body


@pytest.mark.attack("ATK-219")
@pytest.mark.clause("RFC6749-3.1.2.4-1", "OIDC-3.1.2.1-2", "OIDC-3.1.2.2-2")
@pytest.mark.parametrize("uris", [(CALLBACK,), (CALLBACK, "https://app.example/other")])
def test_the_redirect_uri_must_be_named(deployment, visitor, web, uris):
    """OpenID Connect Core §3.1.2.1"""
    deployment.put_client(replace(web, redirect_uris=uris))

    assert is_page(visitor.open(request_for(web, redirect_uri=None)))


@pytest.mark.attack("ATK-221")
@pytest.mark.clause("RFC6749-3.1.2.4-1", "RFC9700-4.11.2-1", "OIDC-3.1.2.6-1")
@pytest.mark.advisory("CVE-2026-41479", "CVE-2026-44681", "CVE-2025-4143")
@pytest.mark.parametrize(
    "fault",
    [
        {"scope": None}, {"scope": "nobody:knows"}, {"response_type": "token"}, {"response_type": None},
        {"prompt": "x"}, {"code_challenge": None}, {"request": "a.b.c"}, {"max_age": "x"},
        {"claims": "{"}, {"resource": "urn:x"},
    ],
)  # fmt: skip
def test_no_other_fault_makes_an_unregistered_redirect_uri_a_good_one(visitor, web, fault):
    assert is_page(visitor.open(request_for(web, redirect_uri="https://evil.example/", **fault)))
    assert is_page(visitor.open(request_for(web, client_id="nobody", **fault)))


@pytest.mark.attack("ATK-222")
@pytest.mark.clause("RFC6749-3.1.1-1", "RFC6749-4.1.2.1-2", "OIDC-3.1.2.2-1", "OIDC-11-3")
@pytest.mark.parametrize(
    "kind", ["token", "id_token", "code token", "code id_token", "code id_token token", "none", "code code", "CODE"]
)
def test_any_other_response_type_is_unsupported(visitor, web, kind):
    """RFC 6749 §4.1.2.1; no implicit grant: RFC 9700 §2.1.2"""
    assert error_to_client(visitor.open(request_for(web, response_type=kind))) == "unsupported_response_type"


@pytest.mark.attack("ATK-223")
@pytest.mark.clause("RFC6749-3.1-6", "RFC6749-3.1.1-1", "RFC6749-4.1.1-1", "OIDC-3.1.2.2-2")
@pytest.mark.parametrize("kind", [None, ""])
def test_the_response_type_is_required(visitor, web, kind):
    assert error_to_client(visitor.open(request_for(web, response_type=kind))) == "invalid_request"


@pytest.mark.attack("ATK-224")
@pytest.mark.advisory("CVE-2023-6927")
@pytest.mark.parametrize("mode", ["fragment", "web_message", "form_post.jwt", "query.jwt", "jwt", "QUERY"])
def test_any_other_response_mode_is_refused(visitor, web, mode):
    assert error_to_client(visitor.open(request_for(web, response_mode=mode))) == "invalid_request"


@pytest.mark.attack("ATK-225")
@pytest.mark.clause("RFC6749-3.1-8")
@pytest.mark.parametrize("parameter", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_two_clients_or_redirect_uris_are_none(visitor, web, parameter, place):
    """API Gateway joins what is repeated with a comma: it shows in the raw query alone. RFC 6749 §3.1"""
    path, _, query = request_for(web).partition("?")
    other = f"{parameter}={quote('https://evil.example/')}"

    assert is_page(visitor.open(f"{path}?{other}&{query}" if place == "before" else f"{path}?{query}&{other}"))


@pytest.mark.attack("ATK-225")
@pytest.mark.clause("RFC6749-3.1-8", "OIDC-3.1.2.2-5")
@pytest.mark.parametrize(
    "parameter",
    ["response_type", "scope", "nonce", "code_challenge", "prompt", "resource", "claims", "unknown", "max_age"],
)
def test_any_other_repeated_parameter_is_an_error_for_the_client(visitor, web, parameter):
    """RFC 6749 §3.1"""
    url = f"{request_for(web)}&{parameter}=x&{parameter}=x"

    assert error_to_client(visitor.open(url)) == "invalid_request"


@pytest.mark.attack("ATK-225")
def test_a_repeated_state_is_not_sent_back(visitor, web):
    """Nobody knows which of them is the client's."""
    told = answer_to_client(visitor.open(request_for(web) + "&state=other"))

    assert set(told) == {"error", "error_description", "iss"}
    assert told["error"] == "invalid_request"


@pytest.mark.clause("OIDC-3.1.2.2-5")
@pytest.mark.parametrize("query", ["&x=%", "&x=%zz", "&x=%ff", "&" + "&".join(f"a{n}=1" for n in range(60))])
def test_a_query_that_is_not_well_formed_is_an_error_for_the_client(visitor, web, query):
    told = answer_to_client(visitor.open(request_for(web) + query))

    assert told["error"] == "invalid_request"
    assert "body" not in told["error_description"]


@pytest.mark.attack("ATK-227")
@pytest.mark.clause("RFC6749-4.1.2-4", "RFC6749-4.1.2.1-6", "OIDC-3.1.2.6-2")
@pytest.mark.parametrize(
    "state",
    ["\r\nSet-Cookie: a=b", "é\N{SNOWMAN}\U0001f600", "\"'<>&", "a b+c%20d", "a=b&c=d#e", "x" * 2048, "{}", "\t"],
)
@pytest.mark.parametrize("how", ["code", "error"])
def test_the_state_comes_back_as_it_was(visitor, own_web, state, how):
    """Percent-encoded, and in the query alone."""
    more = {} if how == "code" else {"prompt": "none"}
    answer = visitor.arrive(request_for(own_web, state=state, **more))

    assert answer_to_client(answer)["state"] == state
    location = answer.headers["location"]
    assert location.isascii()
    assert location.isprintable()
    assert "#" not in location
    assert "set-cookie" not in {name.lower() for name in answer.headers}


@pytest.mark.attack("ATK-228")
def test_a_state_without_measure_is_refused_and_never_cut(visitor, web):
    answer = visitor.open(request_for(web, state="x" * 4097))

    told = answer_to_client(answer)
    assert told["error"] == "invalid_request"
    assert told.get("state") in {None, "x" * 4097}


@pytest.mark.attack("ATK-229")
@pytest.mark.clause("OIDC-2-6")
@pytest.mark.parametrize("length", [1, 64, 384, 1024])
def test_a_nonce_comes_back_as_it_was(deployment, visitor, own_web, length):
    nonce = ("n\N{SNOWMAN}+ " * length)[:length]
    tokens = redeem(deployment, own_web, visitor.code(own_web, nonce=nonce)).json

    assert claims_of(tokens["id_token"])["nonce"] == nonce


@pytest.mark.attack("ATK-229")
def test_a_nonce_without_measure_is_refused_and_never_cut(visitor, web):
    assert error_to_client(visitor.open(request_for(web, nonce="n" * 1025))) == "invalid_request"


@pytest.mark.attack("ATK-230")
@pytest.mark.clause("RFC6749-3.1-6")
@pytest.mark.parametrize("absent", [None, ""])
def test_without_state_and_nonce_neither_comes_back(deployment, visitor, own_web, absent):
    """An empty parameter counts as absent. RFC 6749 §3.1"""
    told = answer_to_client(visitor.arrive(request_for(own_web, state=absent, nonce=absent)))

    assert set(told) == {"code", "iss"}
    assert "nonce" not in claims_of(redeem(deployment, own_web, told["code"]).json["id_token"])


@pytest.mark.attack("ATK-231")
@pytest.mark.clause("RFC9207-2-1", "RFC9207-2-2", "RFC9207-2.3-2")
def test_every_answer_names_the_issuer(visitor, own_web):
    """RFC 9207 §2"""
    answers = [visitor.open(request_for(own_web, prompt="none")), visitor.arrive(request_for(own_web))]

    assert ["error" in answer_to_client(answer) for answer in answers] == [True, False]
    assert {answer_to_client(answer)["iss"] for answer in answers} == {"https://auth.example"}


@pytest.mark.attack("ATK-294")
@pytest.mark.clause("RFC9700-4.13-1")
@pytest.mark.advisory("CVE-2026-33495")
@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-original-url"])
def test_the_issuer_is_configuration_whatever_the_headers_say(visitor, own_web, header):
    visitor.arrive(request_for(own_web))
    answer = visitor.open(request_for(own_web), headers={header: "evil.example"})

    assert answer_to_client(answer)["iss"] == "https://auth.example"
    assert "evil" not in answer.headers["location"]


@pytest.mark.attack("ATK-239")
@pytest.mark.clause("OIDC-6.1-1", "OIDC-6.2-1")
@pytest.mark.advisory("CVE-2020-10770")
@pytest.mark.parametrize(
    ("parameter", "error"), [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")]
)
def test_request_objects_are_not_supported(visitor, web, parameter, error):
    """And nothing is fetched. OpenID Connect Core §6"""
    assert error_to_client(visitor.open(request_for(web, **{parameter: "https://evil.example/object"}))) == error


@pytest.mark.attack("ATK-240")
@pytest.mark.parametrize(
    "claims",
    [
        "{", "[]", "null", "1", '"x"', '{"id_token":[]}', '{"userinfo":{"email":1}}', '{"id_token":{"a":[]}}', "NaN",
        "[" * 2000, '{"a":' * 800, "x" * 6000, '{"id_token":"email"}',
    ],
)  # fmt: skip
def test_malformed_claims_are_refused_at_once(visitor, web, claims):
    """OpenID Connect Core §5.5"""
    begin = time.process_time()
    assert error_to_client(visitor.open(request_for(web, claims=claims))) == "invalid_request"
    assert time.process_time() - begin < 0.5


@pytest.mark.clause("OIDC-5.5-1", "OIDC-5.5.1-1", "OIDC-5.5.1-3")
@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"userinfo": None},
        {"id_token": {"email": None, "acr": {"essential": True}}},
        {"other": {"x": None}},
        {"id_token": {"birthdate": {"essential": True}}},
        {"userinfo": {"email": {"essential": True, "purpose": "x"}}},
    ],
)
def test_well_formed_claims_are_taken(visitor, own_web, claims):
    """Whatever else is asked for is ignored. OpenID Connect Core §5.5"""
    assert "code" in answer_to_client(visitor.arrive(request_for(own_web, claims=json.dumps(claims))))


@pytest.mark.attack("ATK-241")
@pytest.mark.clause("RFC6749-3.1-7", "OIDC-15.1-3", "OIDC-15.1-4", "OIDC-15.1-7")
@pytest.mark.parametrize(
    "more",
    [
        {"unknown": "x"}, {"ui_locales": "xx-YY de"}, {"acr_values": "urn:x 1"}, {"display": "popup"},
        {"display": "none"}, {"claims_locales": "de"}, {"registration": "{}"},
        {"next": "https://evil.example"}, {"return_to": "//evil.example"},
    ],
)  # fmt: skip
def test_what_is_unknown_is_ignored(visitor, own_web, more):
    """RFC 6749 §3.1, OpenID Connect Core §3.1.2.1"""
    assert "code" in answer_to_client(visitor.arrive(request_for(own_web, **more)))


@pytest.mark.attack("ATK-293")
@pytest.mark.clause("RFC9700-2.1-2")
@pytest.mark.parametrize("name", ["next", "continue", "return_to", "returnTo", "redirect", "url", "goto"])
@pytest.mark.parametrize("path", ["/account", "/oauth2/logout", "/login"])
def test_no_page_takes_somebody_elsewhere(visitor, name, path):
    answer = visitor.open(f"{path}?{name}=https%3A%2F%2Fevil.example%2F")

    assert "evil" not in answer.body + str(answer.headers)
    if is_login(answer):
        answer = visitor.submit(
            answer, username="alice", password="correct horse battery staple", **{name: "//evil.example"}
        )
        assert answer.headers["location"] == "/account"


@pytest.mark.attack("ATK-242")
@pytest.mark.clause("OIDC-3.1.2.1-1")
def test_a_post_works_as_a_get(visitor, own_web):
    """It comes without our cookies, which are SameSite=Lax: a GET brings them. OpenID Connect Core §3.1.2.1"""
    visitor.sign_in(visitor.open("/account"))
    form = dict(parse_qsl(urlsplit(request_for(own_web)).query))

    answer = visitor.follow(visitor.post_from_elsewhere("/oauth2/authorize", form))

    assert "code" in answer_to_client(answer)


@pytest.mark.attack("ATK-242")
@pytest.mark.attack("ATK-219")
@pytest.mark.clause("RFC6749-4.1.2.1-1")
def test_a_post_with_a_bad_client_or_redirect_uri_leads_to_a_page(visitor, web):
    for wrong in ({"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}):
        form = dict(parse_qsl(urlsplit(request_for(web, **wrong)).query))
        assert is_page(visitor.follow(visitor.open("/oauth2/authorize", form=form)))


@pytest.mark.attack("ATK-243")
@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data", "text/plain", ""])
def test_a_post_of_anything_but_a_form_is_refused_on_a_page(visitor, web, media_type):
    query = urlsplit(request_for(web)).query

    answer = visitor.open("/oauth2/authorize", form=dict(parse_qsl(query)), headers={"content-type": media_type})

    assert is_page(answer)


@pytest.mark.clause("RFC6749-4.1.2.1-2")
def test_a_client_that_may_not_use_codes_is_unauthorized(deployment, visitor, web):
    """RFC 6749 §4.1.2.1"""
    client = deployment.put_client(replace(web, grant_types=("refresh_token",)))

    assert error_to_client(visitor.open(request_for(client))) == "unauthorized_client"


@pytest.mark.attack("ATK-086")
@pytest.mark.clause("RFC6749-4.1.2.1-2", "OIDC-3.1.2.2-1")
@pytest.mark.parametrize("scope", ["a  b", 'a"b', "nobody:knows", "orders:admin", "é", "x" * 129, " "])
def test_a_scope_that_cannot_be_granted_is_invalid_scope(visitor, web, scope):
    """RFC 6749 §4.1.2.1"""
    assert error_to_client(visitor.open(request_for(web, scope=scope))) == "invalid_scope"


@pytest.mark.clause("RFC6749-3.3-2")
def test_without_scope_a_client_asks_for_all_that_it_was_registered_for(deployment, visitor, own_web):
    """RFC 6749 §3.3"""
    tokens = redeem(deployment, own_web, visitor.code(own_web, scope=None)).json

    assert tokens["scope"].split() == list(own_web.scope)


@pytest.mark.clause("RFC6749-3.3-1")
def test_a_scope_beyond_the_users_roles_is_left_out(deployment, visitor, own_web, alice):
    """The answer says what was granted. RFC 6749 §3.3"""
    deployment.put_user(replace(alice, roles=()))

    assert redeem(deployment, own_web, visitor.code(own_web)).json["scope"] == "openid"


def test_nothing_that_the_user_may_have_is_invalid_scope(deployment, visitor, own_web, alice):
    deployment.put_user(replace(alice, roles=()))
    answer = visitor.arrive(request_for(own_web, scope="orders:read"))

    assert error_to_client(answer) == "invalid_scope"


def test_resource_names_the_api(deployment, visitor, own_web):
    """RFC 8707 §2.1"""
    code = visitor.code(own_web, resource="https://orders.example", scope="openid orders:read")

    assert claims_of(redeem(deployment, own_web, code).json["access_token"])["aud"] == "https://orders.example"


@pytest.mark.parametrize("resource", ["https://unknown.example", "x", "https://orders.example/"])
def test_an_unknown_resource_is_invalid_target(visitor, web, resource):
    """RFC 8707 §2"""
    assert error_to_client(visitor.open(request_for(web, resource=resource))) == "invalid_target"


@pytest.mark.clause("RFC9068-3-2")
def test_scopes_of_openid_connect_alone_are_for_the_issuer(deployment, visitor, own_web):
    """That token is good for userinfo, and for no API."""
    token = redeem(deployment, own_web, visitor.code(own_web, scope="openid profile")).json["access_token"]

    assert claims_of(token)["aud"] == "https://auth.example"
    assert not deployment.authorize(token)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_any_other_method_is_not_allowed(visitor, web, method):
    answer = visitor.open(request_for(web), method=method)

    assert is_page(answer, 405)
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_is_answered_without_a_body(visitor, web):
    answer = visitor.open(request_for(web), method="HEAD")

    assert (answer.status, answer.body) == (200, "")


@pytest.mark.clause("RFC9700-2.6-3")
def test_no_script_of_another_origin_may_ask(visitor, web):
    headers = {"origin": "https://app.example", "access-control-request-method": "GET"}
    for method in ("OPTIONS", "GET"):
        answer = visitor.open(request_for(web), method=method, headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("target", ["directory", "grant_secret"])
def test_an_outage_is_a_page_and_nothing_for_the_client(deployment, visitor, web, wire, target):
    deployment.restart()
    wire.fail(throttled, to(target))

    answer = visitor.open(request_for(web))

    assert is_page(answer, 503)
    assert answer.headers["retry-after"] == "2"
    assert "request-1" in answer.body


def test_a_page_that_tells_of_a_fault_names_the_request_and_the_support(deployment, visitor):
    deployment.change_settings(support_url="https://help.example/")

    answer = visitor.open("/oauth2/authorize?" + urlencode({"client_id": "nobody"}))

    assert "request-1" in answer.body
    assert 'href="https://help.example/"' in answer.body


# Too long for an address: API Gateway takes 10,240 bytes of request line and headers together

LONGEST_QUERY = 7168


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_fits_into_no_address_is_an_error_for_the_client(visitor, web, method):
    """A GET of it, which brings the cookies, would be refused by API Gateway without a page of ours."""
    url = request_for(
        web, claims=json.dumps({"userinfo": {"x" * 3000: None}}), login_hint="é" * 200, acr_values="%" * 2000
    )
    form = dict(parse_qsl(urlsplit(url).query))
    assert len(urlencode(form)) > LONGEST_QUERY

    answer = visitor.open(url) if method == "GET" else visitor.post_from_elsewhere("/oauth2/authorize", form)

    told = answer_to_client(answer)
    assert (told["error"], told["state"], told["iss"]) == ("invalid_request", "s1", "https://auth.example")
    assert "7168 bytes" in told["error_description"]


def test_what_nobody_asked_for_does_not_make_a_get_too_long(visitor, web):
    """It is not kept."""
    assert is_login(visitor.open(request_for(web) + "&unknown=" + "x" * 8000))


def test_the_longest_request_that_is_taken_travels_on_in_a_shorter_address(visitor, own_web):
    """Also after the password, when it becomes an address again."""
    padding = LONGEST_QUERY - len(urlsplit(request_for(own_web, acr_values="x")).query) + 1
    url = request_for(own_web, acr_values="x" * padding)
    form = dict(parse_qsl(urlsplit(url).query))
    sent_on = visitor.post_from_elsewhere("/oauth2/authorize", form)
    assert len(sent_on.headers["location"]) == LONGEST_QUERY + len("/oauth2/authorize?")
    login = visitor.open(sent_on.headers["location"])

    answer = visitor.submit(login, username="alice", password="correct horse battery staple")

    assert len(answer.headers["location"]) <= LONGEST_QUERY + len("/oauth2/authorize?")
    assert "code" in answer_to_client(visitor.follow(answer))
    assert error_to_client(visitor.open(request_for(own_web, acr_values="x" * (padding + 1)))) == "invalid_request"


@pytest.mark.attack("ATK-228")
def test_a_state_that_fits_into_no_address_is_left_out_and_never_cut(visitor, web):
    form = dict(parse_qsl(urlsplit(request_for(web)).query)) | {"state": "\N{SNOWMAN}" * 4000}

    told = answer_to_client(visitor.post_from_elsewhere("/oauth2/authorize", form))

    assert set(told) == {"error", "error_description", "iss"}


@pytest.mark.parametrize("wrong", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}])
def test_a_long_request_of_nobody_is_a_page(visitor, web, wrong):
    form = dict(parse_qsl(urlsplit(request_for(web, **wrong)).query)) | {"nonce": "x" * 8000}

    assert is_page(visitor.post_from_elsewhere("/oauth2/authorize", form))
