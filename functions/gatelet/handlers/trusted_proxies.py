"""Where a request came from, where proxies of the operator's own stand before the API. RFC 7239 §7.4, §8.1

Imported only where the stack names such proxies.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Address = IPv4Address | IPv6Address

LONGEST_CHAIN = 16
"""Proxies one behind the other; what stands further to the left is not looked at."""
_PORT = r"(?::\d{1,5})?"
_IPV4 = re.compile(r"(?P<address>[\d.]{7,15})" + _PORT, re.ASCII)
_IPV6 = re.compile(
    r"\[(?P<bracketed>[\da-f:.]{2,45})\]" + _PORT + r"|(?P<bare>[\da-f:.]{2,45})", re.ASCII | re.IGNORECASE
)


class TrustedProxies:
    """The networks whose word for who is behind them is taken. Raises ValueError."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(map(ip_network, networks))
        if not all(network.prefixlen for network in self._networks):
            raise ValueError("a network of trusted proxies holds every address")

    def source_of(self, connected: str, forwarded_for: str | None) -> str:
        """Return the address that the nearest caller who is no proxy of ours connected from.

        Each proxy adds on the right of X-Forwarded-For who connected to it, so the header is read from there
        for as long as those who wrote it are trusted. What cannot be read was written by nobody who is: the
        walk ends at the last proxy, and everybody behind it is counted together.
        """
        source = _parse(connected)
        if source is None or not self._holds(source):
            return connected
        for element in reversed((forwarded_for or "").rsplit(",", LONGEST_CHAIN)[-LONGEST_CHAIN:]):
            before = _parse(element.strip(" \t"))
            if before is None:
                break
            source = before
            if not self._holds(source):
                break
        return str(source)

    def _holds(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def _parse(text: str) -> Address | None:
    """Read an address with or without a port; one that is IPv4 within IPv6 is IPv4. RFC 4291 §2.5.5.2"""
    try:
        if syntax := _IPV4.fullmatch(text):
            return IPv4Address(syntax["address"])
        if syntax := _IPV6.fullmatch(text):
            address = IPv6Address(syntax["bracketed"] or syntax["bare"])
            return address.ipv4_mapped or address
    except ValueError:
        return None
    return None
