from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.redirect_uri import is_registered

WEB = "https://app.example/callback"
LOOPBACK = "http://127.0.0.1/callback"
WORDS = ("https", "http", "://", ":", "/", "app.example", "127.0.0.1", "[::1]", "localhost", "callback", "@", "#", "?")
SIGNS = ("x", "80", "\u0661", ".", "..", "\\", "%2f", " ", "\n", "evil.example")
PIECES = st.lists(st.sampled_from(WORDS + SIGNS), max_size=12).map("".join)


@pytest.mark.attack("ATK-272")
@given(st.one_of(st.text(max_size=60), PIECES))
def test_a_uri_is_registered_if_it_is_one_of_the_registered(uri):
    """RFC 9700 §4.1.3"""
    assert is_registered(uri, (WEB,)) == (uri == WEB)


@pytest.mark.attack("ATK-267")
@given(st.one_of(st.text(max_size=60), PIECES))
def test_only_a_loopback_address_with_another_port_is_registered_too(uri):
    """RFC 8252 §7.3"""
    if is_registered(uri, (LOOPBACK,)):
        port = uri.removeprefix("http://127.0.0.1").removesuffix("/callback")
        assert uri == f"http://127.0.0.1{port}/callback"
        assert port == "" or (port[0] == ":" and port[1:].isascii() and port[1:].isdigit())


@pytest.mark.clause("RFC8252-7.3-1")
@given(st.integers(0, 65_535))
def test_any_port_of_a_loopback_address_is_good(port):
    assert is_registered(f"http://127.0.0.1:{port}/callback", (WEB, LOOPBACK))
    assert is_registered("http://[::1]:1/callback", ("http://[::1]/callback",))
    assert not is_registered(f"http://[::1]:{port}/callback", (WEB, LOOPBACK))


def test_nothing_is_registered_where_nothing_is():
    assert not is_registered("", ())
    assert not is_registered(WEB, ())
