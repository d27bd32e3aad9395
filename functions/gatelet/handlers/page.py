"""Pages, and the headers that keep everybody else out of them. RFC 9700 §4.16"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gatelet.handlers.http import Response
from gatelet.pages import FORM_POST_SCRIPT_HASH, Brand, accepted_languages, render
from gatelet.pages.views import ErrorView

if TYPE_CHECKING:
    from gatelet.handlers.http import Request
    from gatelet.handlers.server import Server
    from gatelet.pages.views import View

NOWHERE = "'self'"
"""Where the forms of a page that redirects nowhere may go."""


def page(
    view: View,
    request: Request,
    server: Server,
    *,
    status: int = 200,
    form_action: str = NOWHERE,
    locales: tuple[str, ...] = (),
    cookies: tuple[str, ...] = (),
    script: bool = False,
) -> Response:
    """Answer with a page, in the first language of the request that there is."""
    accepted = accepted_languages(request.headers.get("accept-language", ""))
    rendered = render(view, brand=brand(server), locales=(*locales, *accepted))
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {form_action};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    if script:
        policy += f"; script-src {FORM_POST_SCRIPT_HASH}"
    return Response(
        status=status,
        body=rendered.html,
        headers={
            "content-type": "text/html; charset=utf-8",
            "content-language": rendered.language,
            "content-security-policy": policy,
            "referrer-policy": "no-referrer",
            "x-frame-options": "DENY",
        },
        cookies=cookies,
    )


def error_page(
    reason: str, request: Request, server: Server, *, status: int = 400, detail: str = "", back: str = ""
) -> Response:
    """Answer with a page that tells the person what happened and what to do, and the request id."""
    view = ErrorView(reason=reason, request_id=request.request_id, detail=detail, back=back)
    return page(view, request, server, status=status)


def brand(server: Server) -> Brand:
    """Return whose pages these are."""
    settings = server.settings
    return Brand(
        name=settings.brand_name,
        colour=settings.brand_colour,
        logo=settings.brand_logo,
        support_url=settings.support_url,
    )


def form_action(redirect_uri: str) -> str:
    """Return where a form may lead whose answer redirects to a client, which may redirect on.

    With 'self' alone the browser would not follow the redirect after the form.
    """
    scheme = urlsplit(redirect_uri).scheme
    return f"'self' {scheme}:"
