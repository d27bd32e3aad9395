"""What the consent form sends: yes or no. OpenID Connect Core §3.1.2.4"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.accounts.consent import Consent
from gatelet.accounts.session import SessionEnded
from gatelet.accounts.sign_in import SignInRefused, open_sign_in
from gatelet.handlers.audit_event import Event
from gatelet.handlers.authorization_answer import error_parameters
from gatelet.handlers.browser import Browser
from gatelet.handlers.login import authorization_of
from gatelet.oauth.errors import AccessDenied, InvalidScope
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Response
    from gatelet.handlers.server import Server


def consent(exchange: Exchange, server: Server) -> Response:
    """Remember a yes and issue the code, or tell the client that it was a no."""
    form, browser, now = exchange.request.form(), Browser(exchange.request, server), server.now()
    sign_in = open_sign_in(server.seals, form.get("sign_in"), browser.binding, now)
    authorization = authorization_of(sign_in, exchange, server)
    if authorization is None or sign_in.session_id is None:
        raise SignInRefused("invalid_request")  # a login form
    session = browser.session()
    if session is None:
        raise SignInRefused("session_ended", sign_in)
    if session.session_id != sign_in.session_id:
        raise SignInRefused("signed_in_anew", sign_in)
    exchange.observation.note(sub=session.sub)
    if form.get("action") != "allow":
        exchange.observation.record(Event.CONSENT_DENIED)
        return authorization.answer(error_parameters(AccessDenied("the user does not consent")))
    try:
        scope = authorization.consented_scope(session, sign_in.scope)
        given = Consent(client_id=sign_in.parameters["client_id"], scope=frozenset(scope), since=now)
        server.consents.remember(session.sub, given)
        exchange.observation.record(Event.CONSENT_GIVEN, scope=format_scope(scope))
        return authorization.issue_code(sign_in, session, scope)
    except SessionEnded:
        raise SignInRefused("session_ended", sign_in) from None
    except InvalidScope as error:  # what the page showed was taken away meanwhile
        exchange.observation.note(error=error.error, detail=error.detail)
        return authorization.answer(error_parameters(error))
