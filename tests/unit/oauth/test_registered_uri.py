"""URIs that a client may register. RFC 6749 §3.1.2, RFC 8252 §7"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.registered_uri import InvalidUri, require_origin, require_redirect_uri

PIECES = (
    *("app.example", "evil.example", "127.0.0.1", "[::1]", "xn--a", "a", "A", "1", "-", ".", "..", ":", ":443", ":0"),
    *("/", "//", "?", "#", "@", "&", "=", "\\", "%", "%2f", "%40", "\t", "\n", "\u3002", "\u00e9"),
)


@pytest.mark.clause("RFC8252-7-1")
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/callback",
        "https://app.example",
        "https://app.example:8443/cb?tenant=7",
        "https://192.0.2.7/cb",
        "https://[2001:db8::1]/cb",
        "https://[2001:db8:1:2:3:4:5:6]/cb",
        "https://xn--bcher-kva.example/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:51234/cb",
        "http://[::1]:51234/cb",
        "http://localhost:51234/cb",
        "com.example.app:/callback",
        "com.example.app://callback",
        "https://app.example/a%20b",
        "https://app.example/a%2Fb%2fc",
        "https://app.example/@alice",
        "https://app.example/cb?to=@alice",
        "https://app.example?to=@alice?",
        "https://app.example:65535/cb",
        f"https://app.example/{'x' * (2048 - 20)}",
    ],
)
def test_redirect_uri_is_accepted(uri):
    require_redirect_uri(uri)


@pytest.mark.attack("ATK-269")
@pytest.mark.clause("RFC6749-3.1.2-1")
@pytest.mark.advisory("CVE-2024-21637")
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example/x",
        "//evil.example/cb",
        "/relative",
        "relative",
        "about://app.example/cb",
        "https:/x",
        "https:app.example",
        "https://",
        "https:///cb",
        "",
    ],
)
def test_scheme_that_runs_script_or_no_absolute_uri_is_refused(uri):
    with pytest.raises(InvalidUri):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-265")
@pytest.mark.clause("RFC6749-3.1.2-3")
@pytest.mark.advisory("CVE-2026-18209")
@pytest.mark.parametrize("uri", ["https://app.example/cb#x", "https://app.example/cb#", "com.example.app:/cb#"])
def test_fragment_is_refused(uri):
    with pytest.raises(InvalidUri, match="fragment"):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-272")
@pytest.mark.clause("RFC8252-8.4-3")
@pytest.mark.advisory("CVE-2023-6927", "CVE-2026-7504", "CVE-2024-52289")
@pytest.mark.parametrize("uri", ["https://*.example/cb", "https://app.example/*", "https://app.example/cb?*=1"])
def test_wildcard_is_refused(uri):
    with pytest.raises(InvalidUri, match="wildcard"):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-273")
@pytest.mark.clause("RFC6749-3.1-8")
@pytest.mark.advisory("CVE-2026-9689")
@pytest.mark.parametrize(
    "name",
    [
        *("code", "state", "iss", "error", "error_description", "error_uri", "id_token", "access_token", "response"),
        *("%63ode", "st%61te"),
    ],
)
@pytest.mark.parametrize("value", ["", "=", "=1", "=1=2"])
def test_parameter_of_the_response_is_refused(name, value):
    with pytest.raises(InvalidUri, match=f"query parameter {unquote(name)}:"):
        require_redirect_uri(f"https://app.example/cb?a=b&{name}{value}")


@pytest.mark.attack("ATK-270")
@pytest.mark.clause("RFC6749-10.14-1")
@pytest.mark.parametrize("bad", [" ", "\t", "\n", "\r", "\0", "\x7f", "\u200b", "­"])
@pytest.mark.parametrize("place", [0, 8, 20, 30])
def test_control_character_or_space_is_refused_anywhere(bad, place):
    uri = "https://app.example/callback-xy"
    with pytest.raises(InvalidUri):
        require_redirect_uri(uri[:place] + bad + uri[place:])


@pytest.mark.attack("ATK-257")
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example@evil.example/cb",
        "https://user:secret@app.example/cb",
        "https://app.example:@evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "https://user@app.example?x",
    ],
)
def test_user_information_is_refused(uri):
    """RFC 9110 §4.2.4"""
    with pytest.raises(InvalidUri, match="must not contain a user name or password"):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-258")
@pytest.mark.parametrize("uri", ["https://app.example\\@evil.example/cb", "https://evil.example\\.app.example"])
def test_backslash_is_refused(uri):
    with pytest.raises(InvalidUri):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-267")
@pytest.mark.clause("RFC9700-2.6-1")
@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://0x7f.1/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://127.0.0.2/cb",
    ],
)
def test_plain_http_is_for_the_two_loopback_addresses_alone(uri):
    with pytest.raises(InvalidUri):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-271")
@pytest.mark.parametrize(
    "uri",
    ["https://bücher.example/cb", "https://app．example/cb", "https://аpp.example/cb"],  # noqa: RUF001
)
def test_host_that_only_looks_right_is_refused(uri):
    with pytest.raises(InvalidUri, match="ASCII"):
        require_redirect_uri(uri)


@pytest.mark.attack("ATK-259")
@pytest.mark.parametrize("path", ["/cb/../admin", "/cb/./x", "/cb/%2e%2e/x", "/cb/.%2E"])
def test_path_that_climbs_is_refused(path):
    with pytest.raises(InvalidUri, match="path segment"):
        require_redirect_uri(f"https://app.example{path}")


@pytest.mark.attack("ATK-263")
@pytest.mark.parametrize("uri", ["HTTPS://app.example/cb", "https://APP.example/cb"])
def test_upper_case_is_refused_where_it_means_nothing(uri):
    with pytest.raises(InvalidUri, match="lower case"):
        require_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example:0/cb",
        "https://app.example:/cb",
        "https://app.example:65536/cb",
        "https://app.example:1e3/cb",
        "https://app.example:99999999999999999999/cb",
        "https://-app.example/cb",
        "https://app..example/cb",
        "https://300.1.1.1/cb",
        "https://[::1/cb",
        "https://[::1]x/cb",
        "https://[fe80::1%25eth0]/cb",
        "https://[2001:db8:0:0:0:0:0:1]/cb",
        "https://[2001:DB8::1]/cb",
        "https://[app.example]/cb",
        "https://[::1]:/cb",
        "https://app.example%40evil.example/cb",
        "https://app_x.example/cb",
        "https://app.example/%zz",
        "https://app.example/<x>",
        f"https://app.example/{'x' * (2048 - 19)}",
    ],
)
def test_malformed_uri_is_refused(uri):
    with pytest.raises(InvalidUri):
        require_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri", ["myapp:/cb", "myapp.:/cb", "com.example.app:cb", "com.example.app:", "urn:example", "mailto:a@b.c"]
)
def test_private_use_scheme_is_a_domain_name_with_a_path(uri):
    """A scheme without a dot belongs to nobody. RFC 8252 §7.1"""
    with pytest.raises(InvalidUri):
        require_redirect_uri(uri)


@given(st.text(max_size=60))
def test_no_text_makes_anything_but_a_refusal(text):
    for require in (require_redirect_uri, require_origin):
        try:
            require(text)
        except InvalidUri:
            continue


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_is_accepted_means_the_same_to_another_parser(rest):
    """Nobody reads another host, a user or a fragment into it. RFC 9700 §4.1.3"""
    uri = f"https://{rest}"
    try:
        require_redirect_uri(uri)
    except InvalidUri:
        return
    parts = urlsplit(uri)
    authority = rest.partition("/")[0].partition("?")[0]
    assert (parts.scheme, parts.netloc, parts.geturl().rstrip("?")) == ("https", authority, uri.rstrip("?"))
    assert (parts.username, parts.password, parts.fragment) == (None, None, "")
    assert f"{parts.hostname}" in authority
    assert parts.port is None or 0 < parts.port < 2**16


@given(
    st.text(max_size=30), st.sampled_from(["https://app.example/", "https://", "http://127.0.0.1/", "com.example:/"])
)
def test_what_is_accepted_is_printable_ascii_without_fragment(text, start):
    try:
        require_redirect_uri(start + text)
    except InvalidUri:
        return
    assert text.isascii()
    assert text.isprintable()
    assert not set(text) & set(' #*\\<>"')


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example",
        "https://app.example:8443",
        "http://127.0.0.1:3000",
        "http://localhost:3000",
        "http://[::1]",
    ],
)
def test_origin_is_accepted(origin):
    require_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example/",
        "https://app.example/path",
        "https://app.example?x",
        "https://app.example:443",
        "http://localhost:80",
        "http://app.example",
        "https://*.example",
        "https://APP.example",
        "https://user@app.example",
        "com.example.app:/",
        "com.example.app:/x",
        "null",
        "*",
        "",
        "file://",
        "ftp://app.example",
        "https://app.example:\u0668\u0664\u0664\u0663",
    ],
)
def test_what_no_browser_sends_as_its_origin_is_refused(origin):
    with pytest.raises(InvalidUri):
        require_origin(origin)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("", "must have 1 to 2048 characters"),
        ("x" * 2049, "must have 1 to 2048 characters"),
        ("x", "must be absolute, such as https://app.example/callback"),
        ("https:", "must name a host: https://host"),
        ("https://app_x.example", "must have a valid host name in lower case"),
        ("http://app.example", "must use https; http is only for 127.0.0.1, [::1] and localhost"),
        ("myapp:/cb", "must be https, http to a loopback address, or a private-use scheme with a dot in it"),
        ("com.example:cb", "must have a path: com.example:/callback"),
        *(
            (f"{scheme}:x", f"must not use the scheme {scheme}:")
            for scheme in ("about", "blob", "data", "file", "javascript", "vbscript")
        ),
    ],
)
def test_refusal_says_what_is_wrong_with_the_uri(uri, why):
    with pytest.raises(InvalidUri) as refused:
        require_redirect_uri(uri)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("https://*.example", "must not contain a wildcard: every URI is compared as it is"),
        ("https://app.example#", "must not have a fragment"),
        ("com.example.app://x", "must be https://host or https://host:port"),
        ("https://app.example:443", "must leave out the default port 443, as browsers do"),
        ("http://localhost:80", "must leave out the default port 80, as browsers do"),
    ],
)
def test_refusal_says_what_is_wrong_with_the_origin(origin, why):
    with pytest.raises(InvalidUri) as refused:
        require_origin(origin)
    assert str(refused.value) == why
