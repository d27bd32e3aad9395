"""Whatever goes wrong where a person looks becomes a page that tells them what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gatelet.accounts.sign_in import unseal_sign_in
from gatelet.handlers import account, authorization_endpoint, logout
from gatelet.handlers.page import error_page
from gatelet.oauth.errors import OAuthError, UnsafeRequest
from gatelet.oauth.seal import BrokenSeal

if TYPE_CHECKING:
    from gatelet.accounts.sign_in import SignIn, SignInRefused
    from gatelet.handlers.http import Request, Response
    from gatelet.handlers.server import Server

RETRIED = {429: "too_many", 503: "unavailable"}
BEGIN_ANYWHERE = (account.PATH, logout.PATH)
"""Paths that a person may open without being sent there."""


def refused_page(refused: SignInRefused, request: Request, server: Server) -> Response:
    """Say why a form cannot go on. What the person was about to do can be begun again, if the form still says it.

    It is a link, for a request may come from anywhere: following it is what the client's own link does.
    """
    back = _beginning(refused.sign_in) if refused.sign_in else _own_path(request)
    return error_page(refused.reason, request, server, back=back)


def refusal_page(error: OAuthError | None, request: Request, server: Server) -> Response:
    """Turn an error that cannot go to a client into a page; None is a failure of ours."""
    if error is None:
        back = _own_path(request) if request.method == "POST" else _address(request)
        return error_page("server_error", request, server, status=500, back=back)
    if isinstance(error, UnsafeRequest):
        return error_page(error.detail, request, server, status=error.status)
    if error.status not in RETRIED:
        return error_page("invalid_request", request, server, status=error.status, detail=error.description)
    reason, back = RETRIED[error.status], _way_back(request, server)
    if (reason, request.path) == ("unavailable", logout.PATH):
        reason = "logout_unfinished"
    response = error_page(reason, request, server, status=error.status, back=back)
    return response if error.retry_after is None else response.with_headers({"retry-after": str(error.retry_after)})


def _way_back(request: Request, server: Server) -> str:
    """Return where to try again: a form cannot be sent anew, since we do not keep the password in it."""
    if request.method != "POST":
        return _address(request)
    try:
        return _beginning(unseal_sign_in(server.seals, request.form().get("sign_in", "")))
    except (BrokenSeal, OAuthError):
        return _own_path(request)


def _beginning(sign_in: SignIn) -> str:
    if not sign_in.parameters:
        return account.PATH
    return f"{authorization_endpoint.PATH}?{urlencode(sign_in.parameters)}"


def _own_path(request: Request) -> str:
    return request.path if request.path in BEGIN_ANYWHERE else ""


def _address(request: Request) -> str:
    return f"{request.path}?{request.query}" if request.query else request.path
