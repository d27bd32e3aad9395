"""What requests of one caller are counted under. RFC 4291 §2.5.1, RFC 6819 §5.1.4.2.3"""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.source_address import counted_address


@given(st.ip_addresses(v=4).map(str) | st.text(max_size=40).filter(lambda text: ":" not in text))
def test_an_address_of_ipv4_counts_by_itself(address):
    assert counted_address(address) == address


@given(st.ip_addresses(v=4))
def test_so_it_does_within_ipv6(address):
    """RFC 4291 §2.5.5.2; all of IPv4 lies in one /64 there."""
    assert counted_address(f"::ffff:{address}") == str(address)


@given(st.ip_addresses(v=6, network="2000::/3"))
def test_an_address_of_ipv6_counts_with_its_64(address):
    counted = counted_address(str(address))
    assert address in ip_network(f"{counted}/64")
    assert counted_address(address.exploded.upper()) == counted


@pytest.mark.parametrize("text", [":", "1.2.3.4:5", "::1::", "2001:db8::1:x"])
def test_what_is_no_address_counts_by_itself(text):
    assert counted_address(text) == text
