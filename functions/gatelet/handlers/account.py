"""The account page: a person's sessions, applications and password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gatelet.accounts.password import LONGEST_PASSWORD, SHORTEST_PASSWORD
from gatelet.accounts.session import SESSION_ID, end_every_session, end_session
from gatelet.accounts.sign_in import SignIn, SignInRefused
from gatelet.handlers.account_page import FORM, Visit, account_page
from gatelet.handlers.audit_event import Event
from gatelet.handlers.browser import Browser, no_session_cookie
from gatelet.handlers.http import Response
from gatelet.handlers.login_page import login_page
from gatelet.oauth.client_authentication import CLIENT_ID
from gatelet.oauth.errors import InvalidGrant, InvalidRequest, TooManyAttempts
from gatelet.oauth.form import parse_form
from gatelet.oauth.revocation import revoke_grant
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server

PATH = "/account"
FRESH = 600
"""Seconds since the password was typed in which something may be changed."""
NOTICES = frozenset({"password_changed", "session_ended", "application_removed"})


def account(exchange: Exchange, server: Server) -> Response:
    """Show the account of whoever is signed in, or change it; else ask who it is."""
    browser, is_change = Browser(exchange.request, server), exchange.request.method == "POST"
    if is_change and browser.binding is None:
        raise SignInRefused("cookies_off")
    session = browser.session()
    owner = server.directory.resource_owner(session.sub) if session else None
    if session is None or owner is None or not owner.enabled:
        return _ask_to_sign_in(browser, exchange, server, error="session_ended" if is_change else None)
    exchange.observation.note(sub=owner.sub)
    visit = Visit(exchange=exchange, server=server, browser=browser, session=session, owner=owner)
    if not is_change:
        notice = parse_form(exchange.request.query.encode()).get("notice")
        return account_page(visit, notice=notice if notice in NOTICES else None)
    form = exchange.request.form()
    form_id = _require_own_form(form.get("token"), visit)
    if server.now() - session.auth_time > FRESH:
        return _ask_to_sign_in(browser, exchange, server, error="sign_in_again", username=owner.username)
    return _change(form, form_id, visit)


def _ask_to_sign_in(
    browser: Browser, exchange: Exchange, server: Server, *, error: str | None, username: str = ""
) -> Response:
    """Ask who it is; where something was to be changed, say why that did not happen."""
    return login_page(
        SignIn(id=server.attempt(), parameters={}, browser="", started_at=server.now()),
        exchange.request,
        server,
        browser=browser,
        client_name=server.settings.brand_name,
        username=username,
        error=error,
        status=401 if error else 200,
    )


def _require_own_form(token: str | None, visit: Visit) -> str:
    """Require that the form is one of this session in this browser, and return its id. Raises SignInRefused."""
    try:
        bound_to, session_id, form_id = json.loads(visit.server.seals.open(FORM, token or ""))
    except BrokenSeal:
        raise SignInRefused("invalid_request") from None
    if not visit.browser.is_bound(bound_to):
        raise SignInRefused("wrong_browser")
    if session_id != visit.session.session_id:
        raise SignInRefused("signed_in_anew")
    return str(form_id)


def _change(form: dict[str, str], form_id: str, visit: Visit) -> Response:
    match form.get("action"):
        case "end_session":
            return _end_session(form.get("session_id", ""), visit)
        case "end_all":
            return _end_all(visit)
        case "remove_application":
            return _remove_application(form.get("client_id", ""), visit)
        case "change_password":
            return _change_password(form, form_id, visit)
        case _:
            raise SignInRefused("invalid_request")


def _end_session(session_id: str, visit: Visit) -> Response:
    if SESSION_ID.fullmatch(session_id):  # DynamoDB does not take a key of any length
        _end(session_id, visit)
    if session_id == visit.session.session_id:
        return _see_other(cookies=(no_session_cookie(),))
    return _see_other("session_ended")


def _end_all(visit: Visit) -> Response:
    server = visit.server
    end_every_session(
        visit.owner.sub,
        visit.session.session_id,
        sessions=server.sessions,
        grants=server.grants,
        feed=server.feed,
        now=server.now(),
    )
    return _see_other(cookies=(no_session_cookie(),))


def _remove_application(client_id: str, visit: Visit) -> Response:
    """Forget the consent, and end every grant that the client has from any session."""
    if not CLIENT_ID.fullmatch(client_id):
        raise SignInRefused("invalid_request")
    server, now = visit.server, visit.server.now()
    client = server.directory.client(client_id)  # whatever else the form names is not repeated in the log
    for session in server.sessions.of_subject(visit.owner.sub):
        listed = (gid for gid, until in session.grants.items() if now < until)
        for grant in filter(None, map(server.grants.get, listed)):
            if grant.client_id == client_id:
                revoke_grant(grant, server.grants, server.feed, now)
    server.consents.forget(visit.owner.sub, client_id)
    visit.exchange.observation.record(Event.CONSENT_WITHDRAWN, client_id=client.client_id if client else None)
    return _see_other("application_removed")


def _change_password(form: dict[str, str], form_id: str, visit: Visit) -> Response:
    """Replace the password by whoever knows the present one, and by default end every other session.

    A form that is sent twice, by a double click or after a fault, finds its own new password and goes on.
    """
    server, new = visit.server, form.get("new_password", "")
    if len(new) < SHORTEST_PASSWORD or len(new.encode()) > LONGEST_PASSWORD:
        return account_page(visit, error="too_short" if len(new) < SHORTEST_PASSWORD else "too_long", status=400)
    try:
        server.resource_owners.authenticate(
            visit.owner.username,
            form.get("current_password", ""),
            guesser=f"account {visit.owner.sub}",
            address=None,
            now=server.now(),
        )
    except (InvalidGrant, InvalidRequest, TooManyAttempts) as error:
        too_many = isinstance(error, TooManyAttempts)
        if too_many or not server.credentials.was_set_by(visit.owner.username, form_id):
            visit.exchange.observation.record(Event.PASSWORD_CHANGE_REFUSED, error=error.error, detail=error.detail)
            page = account_page(visit, error="too_many" if too_many else "wrong_password", status=error.status)
            return page.with_headers({"retry-after": str(error.retry_after)} if too_many else {})
    else:
        server.credentials.set_password(
            visit.owner.username, visit.owner.sub, server.hashing.hash(new), attempt=form_id
        )
        visit.exchange.observation.record(Event.PASSWORD_CHANGED)
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
