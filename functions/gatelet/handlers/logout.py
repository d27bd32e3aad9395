"""Logout at the wish of a client, or of the person alone. OpenID Connect RP-Initiated Logout 1.0 §2"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gatelet.accounts.session import end_session
from gatelet.accounts.sign_in import SignInRefused, fingerprint
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
    from gatelet.accounts.session import Session, SessionHandle
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server
    from gatelet.oauth.client import Client

PATH = "/oauth2/logout"
FORM = "gl1_"


def logout(exchange: Exchange, server: Server) -> Response:
    """End the session where a valid hint says whose it is; else ask the person, and redirect nowhere."""
    request, browser = exchange.request, Browser(exchange.request, server)
    if request.method == "POST":
        parameters = request.form()
        if "logout" in parameters:
            return _decided(parameters, browser, exchange, server)
        # A POST from the client's page comes without our cookies, which are SameSite=Lax; a GET brings them.
        return Response(status=303, headers={"location": f"{PATH}?{urlencode(parameters)}"})
    parameters = parse_form(request.query.encode())
    session = browser.session()
    hint = read_id_token_hint(parameters.get("id_token_hint"), keys=server.public_keys, issuer=server.issuer_name)
    if hint is None or (session is not None and hint.sub != session.sub):
        return _ask(browser, session, exchange, server)
    client = server.directory.client(hint.client_id)
    if client is None or parameters.get("client_id", hint.client_id) != hint.client_id:
        raise UnsafeRequest("unknown_client")
    redirect_uri = parameters.get("post_logout_redirect_uri")
    if redirect_uri is not None and redirect_uri not in client.post_logout_redirect_uris:
        raise UnsafeRequest("bad_redirect_uri")
    if browser.handle is not None and browser.handle.sub == hint.sub:
        _end(browser.handle, exchange, server)
    return _farewell(client, redirect_uri, parameters.get("state"), exchange, server)


def _ask(browser: Browser, session: Session | None, exchange: Exchange, server: Server) -> Response:
    if session is None:
        return page(LoggedOutView(), exchange.request, server, cookies=(no_session_cookie(),))
    binding, cookies = browser.bind()
    token = server.seals.seal(FORM, json.dumps([fingerprint(binding), session.session_id]).encode())
    return page(LogoutView(token=token), exchange.request, server, cookies=cookies)


def _decided(parameters: dict[str, str], browser: Browser, exchange: Exchange, server: Server) -> Response:
    """End the session that the page asked about, if the person said so."""
    try:
        bound_to, session_id = json.loads(server.seals.open(FORM, parameters["logout"]))
    except BrokenSeal:
        raise SignInRefused("invalid_request") from None
    if browser.binding is None:
        raise SignInRefused("cookies_off")
    if bound_to != fingerprint(browser.binding):
        raise SignInRefused("wrong_browser")
    if parameters.get("action") == "stay":
        return Response(status=303, headers={"location": "/account"})
    if browser.handle is not None and browser.handle.session_id == session_id:
        _end(browser.handle, exchange, server)
    return page(LoggedOutView(), exchange.request, server, cookies=(no_session_cookie(),))


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


def _farewell(
    client: Client, redirect_uri: str | None, state: str | None, exchange: Exchange, server: Server
) -> Response:
    cookies = (no_session_cookie(), *no_refresh_token_cookie(client))
    exchange.observation.note(client_id=client.client_id)
    if redirect_uri is None:
        view = LoggedOutView(client_name=client.client_name)
        return page(view, exchange.request, server, cookies=cookies)
    separator = "&" if "?" in redirect_uri else "?"
    location = redirect_uri if state is None else f"{redirect_uri}{separator}{urlencode({'state': state})}"
    return Response(status=303, headers={"location": location}, cookies=cookies)
