"""How a username is compared."""

from __future__ import annotations

import unicodedata

LONGEST_USERNAME = 254
"""Characters of the normalised form, which may be longer than what was typed."""


def normalise(username: str) -> str:
    """Return the form under which a username is unique: one composition, one case. RFC 8265 §3.3"""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", username).casefold())
