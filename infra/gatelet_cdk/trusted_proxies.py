"""The proxies before the API whose word for who is behind them is taken."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 512
"""Characters of all of them together; a function's whole environment may hold 4 KB."""

_MAPPED = IPv6Network("::ffff:0:0/96")


class TrustedProxyError(ValueError):
    """What is given is no network of proxies."""


def trusted_networks(texts: Sequence[str]) -> tuple[str, ...]:
    """Return networks of proxies as the functions read them. Raises TrustedProxyError."""
    networks = tuple(str(_parse(text)) for text in texts)
    size = len(",".join(networks))
    if size > LONGEST:
        raise TrustedProxyError(
            f"The trusted proxies take {size} characters of each function's environment, more than {LONGEST}:"
            " name fewer, larger networks"
        )
    return networks


def _parse(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise TrustedProxyError(f"A trusted proxy is an address or a network such as 192.0.2.0/24: {error}") from None
    if isinstance(network, IPv6Network):
        if "%" in text:
            raise TrustedProxyError(f"{text} has a zone, which means nothing on another machine")
        if network.subnet_of(_MAPPED):
            raise TrustedProxyError(f"{text} is IPv4 within IPv6: write it as IPv4")
    if network.prefixlen == 0:
        raise TrustedProxyError(f"{text} is every address there is: anybody could say where they came from")
    return network
