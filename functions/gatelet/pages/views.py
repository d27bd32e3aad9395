"""What each page shows. Everything in them is plain text: the templates escape it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

LOGIN_ERRORS = ("wrong_password", "too_long", "too_many", "session_ended", "sign_in_again", "other_account")
REASONS = (
    "unknown_client",
    "bad_redirect_uri",
    "invalid_request",
    "expired",
    "cookies_off",
    "wrong_browser",
    "already_done",
    "session_ended",
    "signed_in_anew",
    "logout_unfinished",
    "unavailable",
    "too_many",
    "server_error",
)
RETRIED = ("logout_unfinished", "unavailable", "too_many", "server_error")
"""Reasons after which the same may be tried again; after the others it is begun anew."""
NOTICES = ("password_changed", "session_ended", "application_removed")
ACCOUNT_ERRORS = ("wrong_password", "too_short", "too_long", "too_many")


@dataclass(frozen=True, kw_only=True)
class View:
    """A page; its template has the same name."""

    template: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class LoginView(View):
    """Asks for username and password: POST /login with `sign_in`, `username` and `password`, or `action` cancel."""

    template = "login"
    sign_in: str
    client_name: str
    username: str = ""
    error: str | None = None
    """One of LOGIN_ERRORS."""
    retry_after: int = 0
    """Seconds, for too_many; 0 where it is not known."""
    cancel: bool = True


@dataclass(frozen=True, kw_only=True)
class ConsentView(View):
    """Asks what a client may do: POST /consent with `sign_in` and `action`, allow or deny."""

    template = "consent"
    sign_in: str
    client_name: str
    redirect_host: str
    """Where the answer goes; empty for an application on the person's own device."""
    username: str
    scopes: tuple[tuple[str, str], ...]
    """Each scope and its description; the catalogue describes those of OpenID Connect where that is empty."""
    client_uri: str = ""
    logo: str = ""
    """A data URI."""
    policy_uri: str = ""
    tos_uri: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorView(View):
    """Says what went wrong and what to do about it."""

    template = "error"
    reason: str
    """One of REASONS; any other is shown as server_error, for this page must come out."""
    request_id: str
    detail: str = ""
    """A sentence of our own for developers, in English."""
    back: str = ""
    """Where the person can begin again, a path of this server; empty where that is not known."""


@dataclass(frozen=True, kw_only=True)
class LogoutView(View):
    """Asks whether to sign out: POST /oauth2/logout with `logout` and `action`, logout or stay."""

    template = "logout"
    token: str
    client_name: str = ""


@dataclass(frozen=True, kw_only=True)
class LoggedOutView(View):
    """Says that the session has ended."""

    template = "logged_out"
    client_name: str = ""


@dataclass(frozen=True, kw_only=True)
class FormPostView(View):
    """Carries an answer to the client. OAuth 2.0 Form Post Response Mode §2"""

    template = "form_post"
    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """A browser that the person is signed in with; times are RFC 3339 in UTC."""

    id: str
    created_at: str
    last_used: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationRow:
    """A client that the person gave access to; the time is RFC 3339 in UTC."""

    client_id: str
    name: str
    scopes: tuple[tuple[str, str], ...]
    """As of ConsentView."""
    since: str


@dataclass(frozen=True, kw_only=True)
class AccountView(View):
    """Sessions, applications and password: every form is POST /account with `token` and `action`."""

    template = "account"
    token: str
    username: str
    email: str
    sessions: tuple[SessionRow, ...]
    applications: tuple[ApplicationRow, ...]
    notice: str | None = None
    """One of NOTICES."""
    error: str | None = None
    """One of ACCOUNT_ERRORS."""
    shortest_password: int = 8


@dataclass(frozen=True, kw_only=True)
class StartView(View):
    """Says that signing in begins at an application."""

    template = "start"
