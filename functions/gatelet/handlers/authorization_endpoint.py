"""The authorization endpoint: from a request to a login page, a consent page, or a code. RFC 6749 §3.1"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from gatelet.accounts.sign_in import SignIn
from gatelet.handlers.address import require_short, see_other
from gatelet.handlers.authorization import Authorization
from gatelet.handlers.authorization_answer import answer_client, error_parameters
from gatelet.handlers.browser import Browser
from gatelet.oauth.authorization import require_client, require_redirect_uri
from gatelet.oauth.authorization_request import PARAMETERS, RESPONSE_MODES, parse_authorization_request
from gatelet.oauth.errors import InvalidRequest, OAuthError, TemporarilyUnavailable
from gatelet.oauth.form import parse_form

if TYPE_CHECKING:
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Response
    from gatelet.handlers.server import Server

PATH = "/oauth2/authorize"


def authorization_endpoint(exchange: Exchange, server: Server) -> Response:
    """Answer an authorization request. Until client and redirect URI are good, nothing is redirected."""
    request = exchange.request
    is_post = request.method == "POST"
    parameters, fault = (request.form(), None) if is_post else _read(request.query)
    client = require_client(parameters, server.directory)
    exchange.observation.note(client_id=client.client_id)
    redirect_uri = require_redirect_uri(parameters, client)
    try:
        if fault is not None:
            raise fault
        if is_post:
            return see_other(PATH, parameters)
        asked = parse_authorization_request(parameters, client=client, redirect_uri=redirect_uri)
        kept = {name: value for name, value in parameters.items() if name in PARAMETERS}
        require_short(kept)  # it becomes an address again once somebody has signed in
        sign_in = SignIn(id=server.attempt(), parameters=kept, browser="", started_at=server.now())
        return Authorization(exchange, server, client, asked).begin(sign_in, Browser(request, server))
    except TemporarilyUnavailable:
        raise
    except OAuthError as error:
        exchange.observation.note(error=error.error, detail=error.detail)
        mode = parameters.get("response_mode", RESPONSE_MODES[0])
        return answer_client(
            error_parameters(error),
            redirect_uri=redirect_uri,
            response_mode=mode if mode in RESPONSE_MODES else RESPONSE_MODES[0],
            state=parameters.get("state"),
            request=request,
            server=server,
        )


def _read(query: str) -> tuple[dict[str, str], InvalidRequest | None]:
    """Return the parameters; where they are at fault, those that stand there once, and the fault.

    API Gateway joins repeated parameters with commas: they show in the raw query alone.
    """
    try:
        return parse_form(query.encode()), None
    except InvalidRequest as fault:
        pairs = parse_qsl(query)
        times = Counter(name for name, _ in pairs)
        return {name: value for name, value in pairs if times[name] == 1}, fault
