"""What we know of a browser: the cookie that binds its forms, its session, and who signed in before."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from gatelet.accounts.session import SESSION_ABSOLUTE, SessionHandle, open_session_handle
from gatelet.accounts.sign_in import fingerprint
from gatelet.accounts.username import normalise
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.accounts.session import Session
    from gatelet.handlers.http import Request
    from gatelet.handlers.server import Server

BROWSER = "__Host-browser"
SESSION = "__Host-session"
DEVICE = "__Host-device"
DEVICE_SEAL = "gd1_"
DEVICE_BYTES = 16
DEVICE_AGE = 180 * 86_400
ATTRIBUTES = "; Path=/; HttpOnly; Secure; SameSite=Lax"


class Browser:
    """The browser that sent a request. A cookie that came twice, or was changed, is none."""

    def __init__(self, request: Request, server: Server) -> None:
        self._server = server
        self._device = _only(request, DEVICE) or ""
        self.handle = open_session_handle(server.seals, _only(request, SESSION) or "")
        self.binding = _only(request, BROWSER)

    def bind(self) -> tuple[str, tuple[str, ...]]:
        """Return what binds a form to this browser, and the cookie to set where it has none yet."""
        if self.binding is not None:
            return self.binding, ()
        binding = self._server.attempt()
        return binding, (f"{BROWSER}={binding}{ATTRIBUTES}",)

    def is_bound(self, bound_to: str) -> bool:
        """Tell whether a form was made for this browser."""
        return hmac.compare_digest(bound_to.encode(), fingerprint(self.binding or "").encode())

    def session(self) -> Session | None:
        """Return the session while it lives; no call where there is no cookie."""
        session = self.stored_session()
        return session if session is not None and session.lives(self._server.now()) else None

    def stored_session(self) -> Session | None:
        """Return the session that the cookie names, though it may have idled, or have ended half-way."""
        return self._server.sessions.get(self.handle.sub, self.handle.session_id) if self.handle else None

    def device(self, username: str) -> str | None:
        """Return the name of this browser if the user signed in with it before: it has a count of its own."""
        try:
            body = self._server.seals.open(DEVICE_SEAL, self._device)
        except BrokenSeal:
            return None
        if not hmac.compare_digest(body[DEVICE_BYTES:], _fingerprint(username)):
            return None
        return body[:DEVICE_BYTES].hex()


def session_cookie(handle: SessionHandle, server: Server) -> str:
    """Return the cookie of a session."""
    return f"{SESSION}={handle.seal(server.seals)}{ATTRIBUTES}; Max-Age={SESSION_ABSOLUTE}"


def no_session_cookie() -> str:
    """Return what makes the browser forget its session."""
    return f"{SESSION}={ATTRIBUTES}; Max-Age=0"


def device_cookie(username: str, server: Server) -> str:
    """Return the cookie by which a browser is known as one that this user signed in with."""
    body = server.random(DEVICE_BYTES) + _fingerprint(username)
    return f"{DEVICE}={server.seals.seal(DEVICE_SEAL, body)}{ATTRIBUTES}; Max-Age={DEVICE_AGE}"


def _fingerprint(username: str) -> bytes:
    return hashlib.sha256(normalise(username[:254]).encode()).digest()


def _only(request: Request, name: str) -> str | None:
    values = request.cookies_named(name)
    return values[0] if len(values) == 1 else None
