"""Whose word is taken for where a request came from. RFC 7239 §7.4, §8.1"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatelet.handlers.http import Request
from gatelet.handlers.trusted_proxies import LONGEST_CHAIN, TrustedProxies
from tests.integration.api_gateway import http_event

PROXY, INNER, CLIENT, STRANGER = "10.0.0.1", "10.0.0.2", "198.51.100.7", "203.0.113.7"
NETWORKS = ("10.0.0.0/24", "2001:db8:1::/48")
PROXIES = TrustedProxies(NETWORKS)
ADDRESSES = st.ip_addresses().map(str) | st.ip_addresses(network="10.0.0.0/24").map(str)
HEADERS = (
    st.text(max_size=80)
    | st.text("0123456789abcdef.:,[]% \t", max_size=80)
    | st.lists(ADDRESSES | st.text(max_size=20), max_size=25).map(",".join)
)


def is_trusted(address):
    return any(ip_address(address) in ip_network(network) for network in NETWORKS)


@pytest.mark.parametrize(
    ("header", "source"),
    [
        (CLIENT, CLIENT),
        (f"{CLIENT}, {PROXY}", CLIENT),
        (f"{CLIENT},{INNER},{PROXY}", CLIENT),
        (f"{CLIENT} ,\t{INNER} , {PROXY}", CLIENT),
        (f"192.0.2.1, {CLIENT}", CLIENT),
        (f"192.0.2.1, {INNER}, {CLIENT}, {PROXY}", CLIENT),
        (f"{CLIENT}:51234, {INNER}:443", CLIENT),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:DB8:0::0007", "2001:db8::7"),
        ("[2001:db8::7]:443, [2001:db8:1::1]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        (f"::ffff:{CLIENT}", CLIENT),
        (f"{CLIENT}, ::ffff:{INNER}", CLIENT),
        (f"{INNER}, {PROXY}", INNER),
    ],
    ids=str,
)
@pytest.mark.attack("ATK-287")
def test_the_source_is_the_last_one_before_the_trusted_proxies(header, source):
    """With or without the address that API Gateway itself adds, which is the proxy's."""
    assert PROXIES.source_of(PROXY, header) == source


@pytest.mark.parametrize(
    "unreadable",
    [
        *("", "unknown", "_hidden", "-", "010.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "0x7f.1", "127.1"),
        *("1.2.3.4:", "1.2.3.4:123456", "1.2.3.4:x", "[1.2.3.4]:5", "[::1", "::1]:5", "[::1]x", ":::1", "1::2::3"),
        *("fe80::1%eth0", "[fe80::1%eth0]:443", '"198.51.100.7"', "for=198.51.100.7", "198.51.100.7;x"),
        *(
            "1.2.3.4/32",
            "1.2.3.4 5.6.7.8",
            "\u0661.2.3.4",
            "\uff11.2.3.4",
            "1.2.3.4\n",
            "1.2.3.4\x00",
            "1" * 5000,
            "0" * 60 + "1.2.3.4",
        ),
    ],
)
@pytest.mark.attack("ATK-287")
def test_what_cannot_be_read_ends_the_walk_at_the_last_proxy(unreadable):
    """Everybody behind it is counted together: more than before, never less."""
    assert PROXIES.source_of(PROXY, f"{CLIENT}, {unreadable}") == PROXY
    assert PROXIES.source_of(PROXY, f"{CLIENT}, {unreadable}, {INNER}") == INNER


@pytest.mark.parametrize("header", [None, ""])
def test_a_proxy_that_adds_nothing_is_the_source(header):
    assert PROXIES.source_of(PROXY, header) == PROXY


def test_the_walk_ends_after_so_many_proxies():
    chain = [CLIENT, *[INNER] * LONGEST_CHAIN]
    assert PROXIES.source_of(PROXY, ",".join(chain[:-1])) == CLIENT
    assert PROXIES.source_of(PROXY, ",".join(chain)) == INNER


@given(ADDRESSES.filter(lambda address: not is_trusted(address)) | st.text(max_size=20), st.none() | HEADERS)
@example("", "10.0.0.1")
@example("fe80::1%10", "10.0.0.1")
@pytest.mark.attack("ATK-287")
def test_nobody_else_is_believed_whatever_they_write(connected, header):
    assert PROXIES.source_of(connected, header) == connected


@given(HEADERS, st.sampled_from([CLIENT, "2001:db8::7"]), st.lists(st.sampled_from([PROXY, INNER]), max_size=4))
@example("10.0.0.2", CLIENT, [])
@pytest.mark.attack("ATK-287")
def test_whatever_a_caller_wrote_the_source_is_what_the_proxy_saw(written, client, proxies):
    """Each proxy adds on the right; what came from the caller stands to the left of that."""
    assert PROXIES.source_of(PROXY, ",".join((written, client, *proxies))) == client


@given(HEADERS)
def test_any_header_of_a_proxy_gives_an_address(header):
    assert str(ip_address(PROXIES.source_of(PROXY, header)))


@given(HEADERS)
@pytest.mark.attack("ATK-287")
def test_without_the_setting_no_header_is_looked_at(header):
    event = http_event("POST", "/oauth2/token", {"x-forwarded-for": header})
    assert Request.from_event(event).source_ip == STRANGER


@pytest.mark.parametrize("network", ["", "10.0.0.1/24", "10.0.0.0/33", "10.0.0", "proxy.example", "0.0.0.0/0", "::/0"])
def test_a_network_that_is_none_is_refused(network):
    """Whoever put it into the environment: no request is answered with a part of the list."""
    with pytest.raises(ValueError):  # noqa: PT011 - its sentence is that of the standard library
        TrustedProxies(["10.0.0.0/24", network])
