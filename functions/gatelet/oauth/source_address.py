"""What requests of one caller are counted under. RFC 6819 §5.1.4.2.3"""

from __future__ import annotations

from ipaddress import IPv6Address

OF_THE_HOLDER = 64
"""Bits of an IPv6 address that its holder chooses: who has one has 2^64 of them. RFC 4291 §2.5.1"""


def counted_address(address: str) -> str:
    """Return the address itself, or the /64 that an IPv6 address lies in."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> OF_THE_HOLDER << OF_THE_HOLDER))
