"""Base64url without padding, one spelling for each value. RFC 7515 appendix C"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/...")
"""Padding and the other alphabet's two characters become one that the strict decoder refuses."""
_ENDS = {2: "AQgw", 3: "AEIMQUYcgkosw048"}
"""By the length of the text modulo 4: the last characters whose left-over bits are zero. RFC 4648 §3.5"""


def encode(data: bytes) -> str:
    """Encode without padding."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def decode(text: str) -> bytes:
    """Decode the canonical spelling; raises ValueError for any other."""
    try:
        data = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4), strict_mode=True)
    except ValueError:
        raise ValueError("not base64url") from None
    left_over = len(text) % 4
    if left_over and text[-1] not in _ENDS[left_over]:
        raise ValueError("not the canonical base64url")
    return data
