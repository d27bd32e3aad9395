"""The page that asks for a name and a password; nothing is written for whoever opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.handlers.page import NOWHERE, form_action, page
from gatelet.pages.views import LoginView

if TYPE_CHECKING:
    from gatelet.accounts.sign_in import SignIn
    from gatelet.handlers.browser import Browser
    from gatelet.handlers.http import Request, Response
    from gatelet.handlers.server import Server


def login_page(
    sign_in: SignIn,
    request: Request,
    server: Server,
    *,
    browser: Browser,
    client_name: str,
    username: str = "",
    locales: tuple[str, ...] = (),
    redirect_uri: str | None = None,
    error: str | None = None,
    retry_after: int = 0,
    status: int = 200,
) -> Response:
    """Answer with the login page, its form bound to this browser."""
    binding, cookies = browser.bind()
    view = LoginView(
        sign_in=sign_in.bound_to(binding).seal(server.seals),
        client_name=client_name,
        username=username,
        error=error,
        retry_after=retry_after,
        cancel=redirect_uri is not None,
    )
    response = page(
        view,
        request,
        server,
        status=status,
        form_action=form_action(redirect_uri) if redirect_uri else NOWHERE,
        locales=locales,
        cookies=cookies,
    )
    return response.with_headers({"retry-after": str(retry_after)}) if retry_after else response
