"""The account page: a person's sessions, applications and password."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gatelet.accounts.password import LONGEST_PASSWORD, SHORTEST_PASSWORD
from gatelet.accounts.session import end_session
from gatelet.accounts.sign_in import SignIn, SignInRefused, fingerprint
from gatelet.handlers.browser import Browser, no_session_cookie
from gatelet.handlers.http import Response
from gatelet.handlers.login_page import login_page
from gatelet.handlers.page import page
from gatelet.oauth.errors import InvalidGrant, TooManyAttempts
from gatelet.oauth.form import parse_form
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.seal import BrokenSeal
from gatelet.pages.views import AccountView, ApplicationRow, SessionRow

if TYPE_CHECKING:
    from gatelet.accounts.session import Session
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server
    from gatelet.oauth.resource_owner import ResourceOwner

PATH = "/account"
FORM = "ga1_"
FRESH = 600
"""Seconds since the password was typed in which something may be changed."""
NOTICES = frozenset({"password_changed", "session_ended", "application_removed"})


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Who looks at the account, in which session, through which browser."""

    exchange: Exchange
    server: Server
    browser: Browser
    session: Session
    owner: ResourceOwner


def account(exchange: Exchange, server: Server) -> Response:
    """Show the account of whoever is signed in, or change it; else ask who it is."""
    browser = Browser(exchange.request, server)
    session = browser.session()
    owner = server.directory.resource_owner(session.sub) if session else None
    if session is None or owner is None or not owner.enabled:
        return _ask_to_sign_in(browser, exchange, server)
    exchange.observation.note(sub=owner.sub)
    visit = Visit(exchange=exchange, server=server, browser=browser, session=session, owner=owner)
    if exchange.request.method != "POST":
        notice = parse_form(exchange.request.query.encode()).get("notice")
        return _show(visit, notice=notice if notice in NOTICES else None)
    if server.now() - session.auth_time > FRESH:
        return _ask_to_sign_in(browser, exchange, server)
    form = exchange.request.form()
    _require_own_form(form.get("token"), visit)
    return _change(form, visit)


def _ask_to_sign_in(browser: Browser, exchange: Exchange, server: Server) -> Response:
    sign_in = SignIn(id=server.attempt(), parameters={}, browser="", started_at=server.now())
    return login_page(sign_in, exchange.request, server, browser=browser, client_name=server.settings.brand_name)


def _require_own_form(token: str | None, visit: Visit) -> None:
    """Require that the form is one of this session in this browser. Raises SignInRefused."""
    try:
        bound_to, session_id = json.loads(visit.server.seals.open(FORM, token or ""))
    except BrokenSeal:
        raise SignInRefused("invalid_request") from None
    if visit.browser.binding is None:
        raise SignInRefused("cookies_off")
    if [bound_to, session_id] != [fingerprint(visit.browser.binding), visit.session.session_id]:
        raise SignInRefused("wrong_browser")


def _change(form: dict[str, str], visit: Visit) -> Response:
    match form.get("action"):
        case "end_session":
            return _end_session(form.get("session_id", ""), visit)
        case "end_all":
            return _end_all(visit)
        case "remove_application":
            return _remove_application(form.get("client_id", ""), visit)
        case "change_password":
            return _change_password(form, visit)
        case _:
            raise SignInRefused("invalid_request")


def _end_session(session_id: str, visit: Visit) -> Response:
    _end(session_id, visit)
    if session_id == visit.session.session_id:
        return _see_other(cookies=(no_session_cookie(),))
    return _see_other("session_ended")


def _end_all(visit: Visit) -> Response:
    for session in list(visit.server.sessions.of_subject(visit.owner.sub)):
        _end(session.session_id, visit, everything=True)
    return _see_other(cookies=(no_session_cookie(),))


def _remove_application(client_id: str, visit: Visit) -> Response:
    """Forget the consent, and end every grant that the client has from any session."""
    server, now = visit.server, visit.server.now()
    for session in server.sessions.of_subject(visit.owner.sub):
        for grant in filter(None, map(server.grants.get, session.grants)):
            if grant.client_id == client_id:
                revoke_grant(grant, server.grants, server.feed, now)
    server.consents.forget(visit.owner.sub, client_id)
    return _see_other("application_removed")


def _change_password(form: dict[str, str], visit: Visit) -> Response:
    """Replace the password by whoever knows the present one, and by default end every other session."""
    server, new = visit.server, form.get("new_password", "")
    if not len(new) >= SHORTEST_PASSWORD or len(new.encode()) > LONGEST_PASSWORD:
        return _show(visit, error="too_short", status=400)
    try:
        server.resource_owners.authenticate(
            visit.owner.username,
            form.get("current_password", ""),
            guesser=f"account {visit.owner.sub}",
            address=None,
            now=server.now(),
        )
    except (InvalidGrant, TooManyAttempts) as error:
        too_many = isinstance(error, TooManyAttempts)
        return _show(visit, error="too_many" if too_many else "wrong_password", status=error.status)
    server.credentials.set_password(visit.owner.username, visit.owner.sub, server.hashing.hash(new))
    if "end_others" in form:
        for session in list(server.sessions.of_subject(visit.owner.sub)):
            if session.session_id != visit.session.session_id:
                _end(session.session_id, visit, everything=True)
    return _see_other("password_changed")


def _end(session_id: str, visit: Visit, *, everything: bool = False) -> None:
    server = visit.server
    end_session(
        visit.owner.sub,
        session_id,
        sessions=server.sessions,
        grants=server.grants,
        feed=server.feed,
        now=server.now(),
        everything=everything,
    )


def _see_other(notice: str | None = None, cookies: tuple[str, ...] = ()) -> Response:
    location = PATH if notice is None else f"{PATH}?notice={notice}"
    return Response(status=303, headers={"location": location}, cookies=cookies)


def _show(visit: Visit, *, notice: str | None = None, error: str | None = None, status: int = 200) -> Response:
    server, now = visit.server, visit.server.now()
    binding, cookies = visit.browser.bind()
    token = server.seals.seal(FORM, json.dumps([fingerprint(binding), visit.session.session_id]).encode())
    sessions = [session for session in server.sessions.of_subject(visit.owner.sub) if session.lives(now)]
    view = AccountView(
        token=token,
        username=visit.owner.username,
        email=str(visit.owner.claims.get("email", "")),
        sessions=tuple(
            SessionRow(
                id=session.session_id,
                created_at=_date(session.created_at),
                last_used=_date(session.auth_time),
                is_current=session.session_id == visit.session.session_id,
            )
            for session in sorted(sessions, key=lambda session: session.created_at, reverse=True)
        ),
        applications=tuple(_applications(visit)),
        notice=notice,
        error=error,
    )
    return page(view, visit.exchange.request, server, status=status, cookies=cookies)


def _applications(visit: Visit) -> list[ApplicationRow]:
    rows = []
    for consent in visit.server.consents.of_subject(visit.owner.sub):
        client = visit.server.directory.client(consent.client_id)
        name = client.client_name if client else consent.client_id
        scopes, since = tuple(sorted(consent.scope)), _date(consent.since)
        rows.append(ApplicationRow(client_id=consent.client_id, name=name, scopes=scopes, since=since))
    return rows


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
