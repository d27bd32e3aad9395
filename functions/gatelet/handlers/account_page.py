"""The page of an account: who is signed in where, what may act for the person, and the password."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gatelet.accounts.session import SESSION_IDLE
from gatelet.accounts.sign_in import fingerprint
from gatelet.handlers.page import page
from gatelet.pages.views import AccountView, ApplicationRow, SessionRow

if TYPE_CHECKING:
    from gatelet.accounts.session import Session
    from gatelet.handlers.browser import Browser
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Response
    from gatelet.handlers.server import Server
    from gatelet.oauth.resource_owner import ResourceOwner

FORM = "ga1_"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Who looks at the account, in which session, through which browser."""

    exchange: Exchange
    server: Server
    browser: Browser
    session: Session
    owner: ResourceOwner


def account_page(visit: Visit, *, notice: str | None = None, error: str | None = None, status: int = 200) -> Response:
    """Answer with the account page; its forms are of this session in this browser."""
    server, now = visit.server, visit.server.now()
    binding, cookies = visit.browser.bind()
    form = [fingerprint(binding), visit.session.session_id, server.attempt()]
    token = server.seals.seal(FORM, json.dumps(form).encode())
    sessions = [session for session in server.sessions.of_subject(visit.owner.sub) if session.lives(now)]
    view = AccountView(
        token=token,
        username=visit.owner.username,
        email=str(visit.owner.claims.get("email", "")),
        sessions=tuple(
            SessionRow(
                id=session.session_id,
                created_at=_date(session.created_at),
                last_used=_date(_last_used(session, now)),
                is_current=session.session_id == visit.session.session_id,
            )
            for session in sorted(sessions, key=lambda session: session.created_at, reverse=True)
        ),
        applications=tuple(_applications(visit)),
        notice=notice,
        error=error,
    )
    return page(view, visit.exchange.request, server, status=status, cookies=cookies)


def _last_used(session: Session, now: int) -> int:
    """Return when an application last signed in with it; of the password grant's, which never idle, when it began."""
    used = session.idle_expires_at - SESSION_IDLE
    return used if used <= now else session.auth_time


def _applications(visit: Visit) -> list[ApplicationRow]:
    rows = []
    for consent in visit.server.consents.of_subject(visit.owner.sub):
        client = visit.server.directory.client(consent.client_id)
        name = client.client_name if client else consent.client_id
        scopes, since = (
            tuple((scope, _description(scope, visit)) for scope in sorted(consent.scope)),
            _date(consent.since),
        )
        rows.append(ApplicationRow(client_id=consent.client_id, name=name, scopes=scopes, since=since))
    return rows


def _description(scope: str, visit: Visit) -> str:
    """Return what the API says of its scope; those of OpenID Connect are described by the catalogue."""
    api = visit.server.directory.resource_servers().owner(scope)
    return api.scopes[scope] if api else ""


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
