"""What the suite checks of standard claims wherever they are. OpenID Connect Core §5.1"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
TYPES: dict[str, type] = {
    **dict.fromkeys(("sub", "name", "given_name", "family_name", "middle_name", "nickname"), str),
    **dict.fromkeys(("preferred_username", "profile", "picture", "website", "gender", "birthdate"), str),
    **dict.fromkeys(("zoneinfo", "locale", "email", "phone_number"), str),
    **dict.fromkeys(("email_verified", "phone_number_verified"), bool),
    "updated_at": int,
    "address": dict,
}
BIRTHDATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?")
LATEST = 1 << 33
"""A time in seconds is below it for two centuries; one in milliseconds is not."""


def have_the_right_types(claims: Mapping[str, Any]) -> None:
    """Require that each standard claim has the type of its definition, and is not empty."""
    for name, value in claims.items():
        if name in TYPES:
            assert type(value) is TYPES[name], name
            assert value not in ("", {}), name
    for name, value in claims.get("address", {}).items():
        assert name in ADDRESS
        assert type(value) is str, name
    assert BIRTHDATE.fullmatch(claims.get("birthdate", "0000"))
    assert 0 <= claims.get("updated_at", 0) < LATEST
