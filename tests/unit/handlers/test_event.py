"""Events of API Gateway become requests. Payload format 2.0 of HTTP APIs"""

from __future__ import annotations

import base64
from http.cookies import SimpleCookie

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatelet.handlers.http import Request
from gatelet.oauth.errors import InvalidRequest, OAuthError
from tests.integration.api_gateway import FORM, http_event

ALPHABET = "ABCxyz019_-.!#$&'*+^`|~"
COOKIE_NAMES = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=10).filter(lambda name: name[0] != "$")
COOKIE_VALUES = st.text(st.sampled_from(ALPHABET + "=/:@<>()[]"), max_size=20)
LEFT_OUT = ("version", "routeKey", "headers", "body", "cookies", "isBase64Encoded")
"""What an event may lack, or hold as null."""


def read(**changes):
    return Request.from_event({**http_event("POST", "/oauth2/token", FORM, body=b"a=1"), **changes})


@given(st.binary(max_size=200))
def test_a_body_comes_back_from_its_base64(data):
    assert read(body=base64.b64encode(data).decode(), isBase64Encoded=True).body == data


@given(st.text(max_size=100))
def test_a_body_that_is_text_is_its_utf_8(text):
    assert read(body=text, isBase64Encoded=False).body == text.encode()


@given(st.text(max_size=60) | st.text("QUJD=+/-_ \n", max_size=20))
@example("\u00e9")
@example("\ud800")
@example("QQ")
@example("QQ==QQ==")
def test_any_body_is_a_form_or_refused(text):
    """Lone halves of a pair, which JSON can bring, are no fault of ours either."""
    for is_base64 in (True, False):
        request = read(body=text, isBase64Encoded=is_base64)
        try:
            assert isinstance(request.form(), dict)
        except OAuthError:
            continue


@pytest.mark.parametrize("text", ["QQ", "QQ==QQ==", "a=1", "\u00e9"])
def test_a_body_that_is_no_base64_is_invalid_request_for_whoever_reads_it(text):
    request = read(body=text, isBase64Encoded=True)
    with pytest.raises(InvalidRequest, match="decoded"):
        request.form()


@pytest.mark.parametrize("event", [{}, [], {"requestContext": {}}, {"version": "1.0", "httpMethod": "GET"}, "x", None])
def test_what_is_no_event_of_api_gateway_is_refused_as_such(event):
    with pytest.raises(InvalidRequest, match="no HTTP request"):
        Request.from_event(event)


@pytest.mark.parametrize("null", [True, False])
@given(left_out=st.sets(st.sampled_from(LEFT_OUT)))
def test_an_event_may_lack_what_the_request_lacked(null, left_out):
    event = http_event("POST", "/oauth2/token", FORM, body=b"a=1", cookies=("a=b",))
    for name in left_out:
        event.pop(name, None)
    if null:
        event |= dict.fromkeys(left_out)
    request = Request.from_event(event)
    assert (request.method, request.path) == ("POST", "/oauth2/token")


@given(st.dictionaries(COOKIE_NAMES, COOKIE_VALUES, max_size=5), st.booleans())
def test_cookies_are_those_that_the_standard_library_reads(cookies, apart):
    """API Gateway hands them over apart; in a header they are the same. RFC 6265 §4.2.1"""
    pairs = [f"{name}={value}" for name, value in cookies.items()]
    request = read(cookies=pairs) if apart else read(cookies=None, headers={"Cookie": "; ".join(pairs)})
    read_by_library = SimpleCookie("; ".join(pairs))
    for name, value in cookies.items():
        assert request.cookies_named(name) == [value]
        if name in read_by_library:  # it gives up at a value that it does not know
            assert read_by_library[name].value == value


@given(COOKIE_NAMES, st.lists(COOKIE_VALUES, max_size=4))
def test_every_value_of_a_cookie_is_seen(name, values):
    """Not the first or the last of them: a browser that sends two was given one by somebody else."""
    assert read(cookies=[f"{name}={value}" for value in values]).cookies_named(name) == values


def test_a_quoted_value_stays_quoted():
    """No cookie of ours is quoted, so one that is stays what it is: none of ours."""
    assert read(cookies=['a="b"']).cookies_named("a") == ['"b"']


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=40))
def test_any_cookies_and_any_query_are_taken(cookies, query):
    request = read(cookies=cookies, rawQueryString=query)
    assert all(isinstance(value, str) for value in request.cookies_named("a"))
    try:
        request.form()
    except OAuthError:
        return


@pytest.mark.parametrize("query", ["scope=1", "x=1&scope", "scope=", "%73cope=1", "a=%ff&scope=%", "scope=1&scope=2"])
def test_a_parameter_of_the_body_may_not_stand_in_the_query_too(query):
    """RFC 6749 §3.2"""
    with pytest.raises(InvalidRequest):
        read(body="scope=1", isBase64Encoded=False, rawQueryString=query).form()
