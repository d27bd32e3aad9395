"""The page that asks what a client may do; what it shows is in the seal of its form."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gatelet.handlers.page import form_action, page
from gatelet.pages.views import ConsentView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.accounts.sign_in import SignIn
    from gatelet.handlers.browser import Browser
    from gatelet.handlers.http import Request, Response
    from gatelet.handlers.server import Server
    from gatelet.oauth.authorization_request import AuthorizationRequest
    from gatelet.oauth.client import Client


def consent_page(
    sign_in: SignIn,
    request: Request,
    server: Server,
    *,
    browser: Browser,
    client: Client,
    asked: AuthorizationRequest,
    username: str,
    descriptions: Mapping[str, str],
) -> Response:
    """Answer with the consent page for the scopes of the sign-in, its form bound to this browser."""
    binding, cookies = browser.bind()
    view = ConsentView(
        sign_in=sign_in.bound_to(binding).seal(server.seals),
        client_name=client.client_name,
        client_uri=client.client_uri,
        logo=client.logo_uri,
        policy_uri=client.policy_uri,
        tos_uri=client.tos_uri,
        redirect_host=urlsplit(asked.redirect_uri).netloc,
        username=username,
        scopes=tuple((name, descriptions.get(name, "")) for name in sign_in.scope),
    )
    return page(
        view,
        request,
        server,
        form_action=form_action(asked.redirect_uri),
        locales=asked.ui_locales,
        cookies=cookies,
    )
