from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatelet.oauth.errors import InvalidRequest, OAuthError, RequestTooLarge
from gatelet.oauth.form import BROKEN_ESCAPE, parse_form, require_form

NO_UTF_8 = re.compile("[\udc80-\udcff]")
"""What the standard library makes of bytes that are none, if it is asked to keep them."""
FORMISH = st.lists(st.sampled_from([b"a", b"grant_type", b"=", b"&", b"+", b"%", b"%2", b"%41", b"%ff", b"%00", b";"]))


@given(st.one_of(st.binary(max_size=300), FORMISH.map(b"".join)))
@example(b"&")
@example(b"%")
@example(b"=&a=%\xe2\x84\xaa")
def test_a_body_is_parameters_with_values_or_an_oauth_error(body):
    """Nothing else can come of one. RFC 6749 §3.2"""
    try:
        form = parse_form(body)
    except OAuthError:
        return
    assert all(type(name) is type(value) is str and value for name, value in form.items())


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=50))
def test_what_a_form_encoder_writes_is_read_back(fields):
    """An empty value counts as absent. RFC 6749 §3.2, appendix B"""
    assert parse_form(urlencode(fields).encode()) == {name: value for name, value in fields.items() if value}


@given(st.one_of(st.binary(max_size=60), FORMISH.map(b"".join)))
def test_what_is_read_is_what_the_standard_library_reads(body):
    """What it guesses at is refused here: repeated names, broken escapes, bad UTF-8; what is empty is left out."""
    text = body.decode("latin-1")
    pairs = (
        parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="surrogateescape") if body.isascii() else []
    )
    try:
        form = parse_form(body)
    except InvalidRequest:
        names = [name for name, _ in pairs]
        repeated = len(set(names)) < len(names)
        guessed = BROKEN_ESCAPE.search(body) or NO_UTF_8.search("".join(map("".join, pairs)))
        assert not body.isascii() or repeated or guessed or len(body.split(b"&")) > 50
        return
    if body.isascii():
        assert form == {name: value for name, value in pairs if value}


@pytest.mark.attack("ATK-078")
@pytest.mark.parametrize("name", ["grant_type", "code", "client_id", "code_verifier", "refresh_token", "scope", "x"])
@pytest.mark.parametrize("template", ["{}=1&{}=1", "{}=1&{}=2", "{}=&{}=1", "{}=1&{}=", "{}&{}=1", "a=1&{}=1&b=2&{}=1"])
def test_a_repeated_parameter_is_invalid_request(name, template):
    """Whether the values agree or not, and whether one is empty. RFC 6749 §3.2"""
    with pytest.raises(InvalidRequest):
        parse_form(template.format(name, name).encode())


@pytest.mark.attack("ATK-078")
@pytest.mark.parametrize("body", [b"scope=a&%73cope=b", b"a+b=1&a%20b=2", b"%c3%a9=1&\xc3\xa9=2"])
def test_two_spellings_of_one_name_are_a_repeated_parameter(body):
    with pytest.raises(InvalidRequest):
        parse_form(body)


@pytest.mark.attack("ATK-075")
@pytest.mark.parametrize("body", [b"", b"grant_type", b"grant_type=", b"grant_type=&a=1"])
def test_an_empty_parameter_counts_as_absent(body):
    """RFC 6749 §3.2"""
    assert "grant_type" not in parse_form(body)


@pytest.mark.attack("ATK-081")
@pytest.mark.attack("ATK-072")
@pytest.mark.parametrize(
    "value", [b"%ff%fe", b"\xff\xfe", b"%c0%af", b"%ed%a0%80", b"\xed\xa0\x80", b"%f4%90%80%80", b"a%80", b"%c3"]
)
def test_bad_utf_8_is_invalid_request_and_never_a_replacement_character(value):
    """In a value or in a name. RFC 6749 appendix B"""
    for body in (b"username=" + value, value + b"=1"):
        with pytest.raises(InvalidRequest):
            parse_form(body)


@pytest.mark.attack("ATK-083")
@pytest.mark.parametrize("value", [b"%", b"%z", b"%zz", b"%2", b"a%2", b"%%41", b"%u0041", b"%+1"])
def test_a_broken_escape_is_invalid_request(value):
    for body in (b"code=" + value, value + b"=1"):
        with pytest.raises(InvalidRequest):
            parse_form(body)


@pytest.mark.attack("ATK-083")
def test_a_semicolon_a_bracket_a_dot_and_a_capital_are_nothing_special():
    """`code` is only ever called `code`."""
    form = parse_form(b"a=1;code=2&code[]=x&code.y=z&Grant_Type=g&=nameless")
    assert form == {"a": "1;code=2", "code[]": "x", "code.y": "z", "Grant_Type": "g", "": "nameless"}


@pytest.mark.attack("ATK-073")
def test_a_body_may_have_64_kb_and_no_more():
    assert len(parse_form(b"a=" + b"x" * (65_536 - 2))["a"]) == 65_534
    with pytest.raises(RequestTooLarge) as refusal:
        parse_form(b"a=" + b"x" * (65_536 - 1))
    assert refusal.value.status == 413


@pytest.mark.attack("ATK-074")
@pytest.mark.parametrize("count", [51, 2000])
def test_a_body_may_have_50_fields_and_no_more(count):
    assert len(parse_form(b"&".join(b"n%d=1" % i for i in range(50)))) == 50
    with pytest.raises(InvalidRequest):
        parse_form(b"&".join(b"n%d=1" % i for i in range(count)))


@pytest.mark.attack("ATK-360")
@pytest.mark.clause("RFC6749-4.1.2.1-4")
@pytest.mark.parametrize("name", [b"a%0d%0aset-cookie%3ax", b"%1b[31m", b"<script>", b"%22", b"X" * 41, b"Scope"])
def test_an_error_names_a_parameter_of_the_protocol_and_repeats_nothing_else(name):
    with pytest.raises(InvalidRequest) as refusal:
        parse_form(name + b"=1&" + name + b"=2")
    assert refusal.value.description == "a parameter is given more than once"
    with pytest.raises(InvalidRequest, match=r"^refresh_token is given more than once$"):
        parse_form(b"refresh_token=1&refresh_token=2")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-URLEncoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8",
        'application/x-www-form-urlencoded; charset="utf-8"',
        " application/x-www-form-urlencoded ; charset=utf-8 ",
        "application/x-www-form-urlencoded;charset=utf-8;",
    ],
)
def test_the_media_type_of_a_form_is_taken_in_utf_8(content_type):
    """RFC 6749 §3.2"""
    require_form(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("application/json", marks=pytest.mark.attack("ATK-068")),
        pytest.param(None, marks=pytest.mark.attack("ATK-069")),
        pytest.param("", marks=pytest.mark.attack("ATK-069")),
        pytest.param("text/plain", marks=pytest.mark.attack("ATK-069")),
        pytest.param("multipart/form-data; boundary=x", marks=pytest.mark.attack("ATK-069")),
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded,application/json",
        "application/x-www-form-urlencoded-not",
        "x-application/x-www-form-urlencoded",
    ],
)
def test_any_other_media_type_is_invalid_request(content_type):
    with pytest.raises(InvalidRequest):
        require_form(content_type)
