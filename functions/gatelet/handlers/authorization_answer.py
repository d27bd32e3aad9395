"""How the authorization endpoint answers the client, through the browser. RFC 6749 §4.1.2, RFC 9207"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gatelet.handlers.address import LONGEST_QUERY
from gatelet.handlers.http import Response
from gatelet.handlers.page import form_action, page
from gatelet.pages.views import FormPostView

if TYPE_CHECKING:
    from gatelet.handlers.http import Request
    from gatelet.handlers.server import Server
    from gatelet.oauth.errors import OAuthError


def answer_client(
    parameters: dict[str, str],
    *,
    redirect_uri: str,
    response_mode: str,
    state: str | None,
    request: Request,
    server: Server,
) -> Response:
    """Send parameters, `state` and `iss` to the client's redirect URI."""
    echoed = {} if state is None else {"state": state}
    fields = {**parameters, **echoed, "iss": server.issuer_name}
    if response_mode == "form_post":
        view = FormPostView(action=redirect_uri, fields=tuple(fields.items()))
        return page(view, request, server, form_action=form_action(redirect_uri), script=True)
    if len(urlencode(fields)) > LONGEST_QUERY:
        fields.pop("state", None)  # it is refused for its length, and never cut
    separator = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{separator}{urlencode(fields)}"
    return Response(status=303, headers={"location": location, "referrer-policy": "no-referrer"})


def error_parameters(error: OAuthError) -> dict[str, str]:
    """Return an error as the client is told it. RFC 6749 §4.1.2.1"""
    return {"error": error.error, "error_description": error.description}
