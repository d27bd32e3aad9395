"""A sign-in under way: it travels sealed in the form, bound to one browser, and nothing is written for it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatelet.oauth import base64url
from gatelet.oauth.handle import GRANT_SECRET_BYTES
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gatelet.oauth.seal import Seals

FORM = "gf1_"
GRANT_SECRET = "gg1_"
LIFETIME = 1800
"""Seconds in which the form must come back."""


class SignInRefused(Exception):
    """The form cannot go on; `reason` names the page that tells the person what to do.

    `sign_in` is what the person was about to do, where the form still says so: it can be begun again.
    """

    def __init__(self, reason: str, sign_in: SignIn | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sign_in = sign_in


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """What a person is signing in for: an authorization request, or a page of ours.

    `id` makes the grant: a form that is sent twice gives the same code. `session_id` and
    `scope`, what the consent page shows, are there once the password was right.
    """

    id: str
    parameters: Mapping[str, str]
    """Of the authorization request; none where the account page is the goal."""
    browser: str
    started_at: int
    session_id: str | None = None
    scope: Collection[str] = ()

    def bound_to(self, browser: str) -> SignIn:
        """Bind the form to the cookie of one browser."""
        return replace(self, browser=fingerprint(browser))

    def seal(self, seals: Seals) -> str:
        """Return the hidden field of the form."""
        return seals.seal(FORM, json.dumps(vars(self), separators=(",", ":")).encode())

    def grant_secret(self, seals: Seals) -> bytes:
        """Return the secret of the grant that this sign-in leads to, always the same."""
        return seals.derive(GRANT_SECRET, self.id.encode())[:GRANT_SECRET_BYTES]


def unseal_sign_in(seals: Seals, field: str) -> SignIn:
    """Read what was sealed, whoever brings it and whenever. Raises BrokenSeal."""
    return SignIn(**json.loads(seals.open(FORM, field)))


def open_sign_in(seals: Seals, field: str | None, browser: str | None, now: int) -> SignIn:
    """Read the hidden field of a form that comes back. Raises SignInRefused."""
    try:
        sign_in = unseal_sign_in(seals, field or "")
    except BrokenSeal:
        raise SignInRefused("invalid_request") from None
    if browser is None:
        raise SignInRefused("cookies_off", sign_in)
    if not hmac.compare_digest(sign_in.browser.encode(), fingerprint(browser).encode()):
        raise SignInRefused("wrong_browser", sign_in)
    if now >= sign_in.started_at + LIFETIME:
        raise SignInRefused("expired", sign_in)
    return sign_in


def fingerprint(browser: str) -> str:
    """Return what the form remembers of the browser's cookie."""
    return base64url.encode(hashlib.sha256(browser.encode()).digest())
