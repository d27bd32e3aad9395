"""Logout at the wish of a client, or of the person alone. OpenID Connect RP-Initiated Logout 1.0 §2"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gatelet.accounts.session import end_session
from gatelet.accounts.sign_in import SignInRefused, fingerprint
from gatelet.handlers.address import see_other
from gatelet.handlers.browser import Browser, no_session_cookie
from gatelet.handlers.http import Response
from gatelet.handlers.page import page
from gatelet.handlers.token_answer import no_refresh_token_cookie
from gatelet.oauth.errors import UnsafeRequest
from gatelet.oauth.form import parse_form
from gatelet.oauth.id_token_hint import read_id_token_hint
from gatelet.oauth.seal import BrokenSeal
from gatelet.pages.views import LoggedOutView, LogoutView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.accounts.session import Session, SessionHandle
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server
    from gatelet.oauth.client import Client
    from gatelet.oauth.id_token_hint import IdTokenHint

PATH = "/oauth2/logout"
FORM = "gl1_"


@dataclass(frozen=True, kw_only=True)
class Farewell:
    """Who asked for the logout, by a hint of its own, and where that leads."""

    client: Client | None = None
    redirect_uri: str | None = None
    state: str | None = None
    locales: tuple[str, ...] = ()


def logout(exchange: Exchange, server: Server) -> Response:
    """End the session where a hint says whose it is; else ask the person, and redirect nowhere."""
    request, browser = exchange.request, Browser(exchange.request, server)
    if request.method == "POST":
        parameters = request.form()
        return (
            _decided(parameters, browser, exchange, server) if "logout" in parameters else see_other(PATH, parameters)
        )
    parameters = parse_form(request.query.encode())
    hint = read_id_token_hint(parameters.get("id_token_hint"), keys=server.public_keys, issuer=server.issuer_name)
    farewell = _farewell(hint, parameters, server)
    session = browser.stored_session()
    if session is None:
        return _say(farewell, exchange, server)
    if hint is None or (hint.sub, hint.sid) != (session.sub, session.session_id):
        # Nobody's hint, or that of an earlier sign-in or another user, which may have got into wrong hands. §2
        return _ask(browser, session, farewell, exchange, server)
    if browser.handle is not None:
        _end(browser.handle, exchange, server)
    return _say(farewell, exchange, server)


def _farewell(hint: IdTokenHint | None, parameters: Mapping[str, str], server: Server) -> Farewell:
    """Find the client of a hint, and the registered URI that it names. §3

    Raises UnsafeRequest.
    """
    locales = tuple(parameters.get("ui_locales", "").split())
    if hint is None:
        return Farewell(locales=locales)
    client = server.directory.client(hint.client_id)
    if client is None or parameters.get("client_id", hint.client_id) != hint.client_id:
        raise UnsafeRequest("unknown_client")
    redirect_uri = parameters.get("post_logout_redirect_uri")
    if redirect_uri is not None and redirect_uri not in client.post_logout_redirect_uris:
        raise UnsafeRequest("bad_redirect_uri")
    return Farewell(client=client, redirect_uri=redirect_uri, state=parameters.get("state"), locales=locales)


def _ask(browser: Browser, session: Session, farewell: Farewell, exchange: Exchange, server: Server) -> Response:
    """Ask about one session, which may be over but for some grants that a fault has left."""
    binding, cookies = browser.bind()
    client = farewell.client
    told = [client and client.client_id, farewell.redirect_uri, farewell.state]
    token = server.seals.seal(FORM, json.dumps([fingerprint(binding), session.session_id, *told]).encode())
    view = LogoutView(token=token, client_name=client.client_name if client else "")
    return page(view, exchange.request, server, locales=farewell.locales, cookies=cookies)


def _decided(parameters: Mapping[str, str], browser: Browser, exchange: Exchange, server: Server) -> Response:
    """End the session that the page asked about, if the person said so."""
    try:
        bound_to, session_id, client_id, redirect_uri, state = json.loads(server.seals.open(FORM, parameters["logout"]))
    except BrokenSeal:
        raise SignInRefused("invalid_request") from None
    if browser.binding is None:
        raise SignInRefused("cookies_off")
    if not browser.is_bound(bound_to):
        raise SignInRefused("wrong_browser")
    if parameters.get("action") == "stay":
        return Response(status=303, headers={"location": "/account"})
    if browser.handle is not None:
        if browser.handle.session_id != session_id:
            raise SignInRefused("signed_in_anew")
        _end(browser.handle, exchange, server)
    client = server.directory.client(client_id) if client_id else None
    return _say(Farewell(client=client, redirect_uri=redirect_uri, state=state), exchange, server)


def _end(session: SessionHandle, exchange: Exchange, server: Server) -> None:
    """End a session, or what is left of it where an attempt before this one failed half-way."""
    exchange.observation.note(sub=session.sub)
    end_session(
        session.sub,
        session.session_id,
        sessions=server.sessions,
        grants=server.grants,
        feed=server.feed,
        now=server.now(),
    )


def _say(farewell: Farewell, exchange: Exchange, server: Server) -> Response:
    """Let the browser forget its session and go back to the client, or stay on a page of ours."""
    client, redirect_uri = farewell.client, farewell.redirect_uri
    if client is None:
        return page(LoggedOutView(), exchange.request, server, locales=farewell.locales, cookies=(no_session_cookie(),))
    cookies = (no_session_cookie(), *no_refresh_token_cookie(client))
    exchange.observation.note(client_id=client.client_id)
    if redirect_uri is None or redirect_uri not in client.post_logout_redirect_uris:
        view = LoggedOutView(client_name=client.client_name)
        return page(view, exchange.request, server, locales=farewell.locales, cookies=cookies)
    query = (
        "" if farewell.state is None else ("&" if "?" in redirect_uri else "?") + urlencode({"state": farewell.state})
    )
    return Response(status=303, headers={"location": redirect_uri + query}, cookies=cookies)
