"""What the login form sends: a password, or a change of mind. OpenID Connect Core §3.1.2.3"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gatelet.accounts.session import SECRET_BYTES, SESSION_ABSOLUTE, SESSION_IDLE, Session, SessionHandle
from gatelet.accounts.sign_in import SignInRefused, open_sign_in
from gatelet.accounts.succession import begin_session
from gatelet.handlers.authorization import Authorization
from gatelet.handlers.authorization_answer import error_parameters
from gatelet.handlers.browser import Browser, device_cookie, session_cookie
from gatelet.handlers.http import Response
from gatelet.handlers.login_page import login_page
from gatelet.handlers.page import page
from gatelet.oauth.authorization import require_client, require_redirect_uri
from gatelet.oauth.authorization_request import parse_authorization_request
from gatelet.oauth.errors import (
    AccessDenied,
    InvalidGrant,
    InvalidRequest,
    OAuthError,
    TemporarilyUnavailable,
    TooManyAttempts,
)
from gatelet.oauth.password import PASSWORD_ACR, PASSWORD_AMR
from gatelet.pages.views import StartView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.accounts.sign_in import SignIn
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.server import Server
    from gatelet.oauth.resource_owner import ResourceOwner

ACCOUNT = "/account"
WRONG: Mapping[type[OAuthError], tuple[str, int]] = {
    InvalidRequest: ("too_long", 400),
    TooManyAttempts: ("too_many", 429),
}
"""What the form says when it is shown again, and the status; otherwise the password was wrong."""
ASKED_ONCE = frozenset({"prompt", "max_age"})
"""What has been obeyed once somebody signed in, and must not be asked for again; `prompt` may go on to ask consent."""


def login(exchange: Exchange, server: Server) -> Response:
    """Check the password, begin a session, and go on to where the person wanted to go."""
    request = exchange.request
    if request.method != "POST":
        return page(StartView(), request, server)
    form, browser = request.form(), Browser(request, server)
    sign_in = open_sign_in(server.seals, form.get("sign_in"), browser.binding, server.now())
    authorization = authorization_of(sign_in, exchange, server)
    if form.get("action") == "cancel" and authorization is not None:
        return authorization.answer(error_parameters(AccessDenied("the user does not sign in")))
    try:
        owner = _authenticate(form, browser, exchange, server)
    except (InvalidGrant, InvalidRequest, TooManyAttempts) as error:
        exchange.observation.note(error=error.error, detail=error.detail, **error.named)
        return _again(error, form, sign_in, browser=browser, exchange=exchange, server=server)
    return _signed_in(owner, sign_in, browser, exchange, server)


def authorization_of(sign_in: SignIn, exchange: Exchange, server: Server) -> Authorization | None:
    """Return the authorization that a sign-in is for, its client as it is now; None for a page of ours."""
    if not sign_in.parameters:
        return None
    client = require_client(sign_in.parameters, server.directory)
    exchange.observation.note(client_id=client.client_id)
    redirect_uri = require_redirect_uri(sign_in.parameters, client)
    try:
        asked = parse_authorization_request(sign_in.parameters, client=client, redirect_uri=redirect_uri)
        return Authorization(exchange, server, client, asked)
    except TemporarilyUnavailable:
        raise
    except OAuthError as error:  # what the client may do was changed meanwhile
        exchange.observation.note(detail=error.detail)
        raise SignInRefused("expired", sign_in) from None


def _authenticate(form: dict[str, str], browser: Browser, exchange: Exchange, server: Server) -> ResourceOwner:
    if "username" not in form or "password" not in form:
        raise InvalidGrant("no username or no password")
    device = browser.device(form["username"])
    guesser = f"device {device}" if device else "browser"
    address = None if device else exchange.request.source_ip
    return server.sign_ins.authenticate(
        form["username"], form["password"], guesser=guesser, address=address, now=server.now()
    )


def _again(
    error: OAuthError, form: dict[str, str], sign_in: SignIn, *, browser: Browser, exchange: Exchange, server: Server
) -> Response:
    said, status = WRONG.get(type(error), ("wrong_password", 401))
    client = server.directory.client(sign_in.parameters.get("client_id", ""))
    return login_page(
        sign_in,
        exchange.request,
        server,
        browser=browser,
        client_name=client.client_name if client else server.settings.brand_name,
        username=form.get("username", "")[:254],
        locales=tuple(sign_in.parameters.get("ui_locales", "").split()),
        redirect_uri=sign_in.parameters.get("redirect_uri"),
        error=said,
        retry_after=error.retry_after or 0,
        status=status,
    )


def _signed_in(owner: ResourceOwner, sign_in: SignIn, browser: Browser, exchange: Exchange, server: Server) -> Response:
    """Begin a session under a new id, whatever the browser had before, and see other. RFC 9700 §4.12"""
    handle = SessionHandle(sub=owner.sub, secret=server.random(SECRET_BYTES))
    exchange.observation.note(sub=owner.sub, session_id=handle.session_id)
    now = server.now()
    session = Session(
        sub=owner.sub,
        session_id=handle.session_id,
        created_at=now,
        auth_time=now,
        acr=PASSWORD_ACR,
        amr=PASSWORD_AMR,
        idle_expires_at=now + SESSION_IDLE,
        expires_at=now + SESSION_ABSOLUTE,
    )
    begin_session(session, browser.handle, sessions=server.sessions, grants=server.grants, feed=server.feed, now=now)
    cookies = (session_cookie(handle, server), device_cookie(owner.username, server))
    if not sign_in.parameters:
        return Response(status=303, headers={"location": ACCOUNT}, cookies=cookies)
    remaining = {name: value for name, value in sign_in.parameters.items() if name not in ASKED_ONCE}
    if "consent" in sign_in.parameters.get("prompt", "").split():
        remaining["prompt"] = "consent"
    return Response(status=303, headers={"location": f"/oauth2/authorize?{urlencode(remaining)}"}, cookies=cookies)
