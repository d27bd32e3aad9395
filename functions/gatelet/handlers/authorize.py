"""Everything that a person sees: authorization, login, consent, logout, account. RFC 6749 §3.1"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.accounts.sign_in import SignInRefused
from gatelet.handlers.account import account
from gatelet.handlers.asset import asset
from gatelet.handlers.authorization_endpoint import authorization_endpoint
from gatelet.handlers.consent import consent
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.login import login
from gatelet.handlers.logout import logout
from gatelet.handlers.refusal import refusal_page, refused_page

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Response
    from gatelet.handlers.server import Server

PAGES = {
    "/oauth2/authorize": authorization_endpoint,
    "/login": login,
    "/consent": consent,
    "/oauth2/logout": logout,
    "/account": account,
}


def authorize(exchange: Exchange, server: Server) -> Response:
    """Answer with the page of the path."""
    answer = PAGES.get(exchange.request.path, asset)
    try:
        return answer(exchange, server)
    except SignInRefused as refused:
        exchange.observation.note(detail=refused.reason)
        return refused_page(refused, exchange.request, server)


handler = Endpoint("authorize", authorize, refuse=refusal_page, cors=False)
