"""The Lambda authorizer of one protected API: HTTP API payload 2.0, REST TOKEN and REQUEST.

A fault of the token is a refusal. Not being able to decide raises: API Gateway then answers 500 and
does not call the API, so that an outage is never told to the client as a bad token.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from gatelet.handlers.observation import Observation
from gatelet.handlers.server import Server
from gatelet.oauth.errors import InsufficientScope, InvalidToken
from gatelet.oauth.protected_resource import authorize_call
from gatelet.oauth.route import ANY_ROUTE
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerifiedToken


CALL_SHARES = (1 / 4, 3 / 20)
"""Of 2 s: 500 ms to connect, once a container, and 300 ms to read keys or a page of the feed."""


class CannotDecide(Exception):
    """Keys or feed cannot be read: neither allowed nor refused."""


class Authorizer:
    """The Lambda handler: one event in, one decision out."""

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Decide about one call."""
        del context
        return self.decide(event, self._server)

    def decide(self, event: dict[str, Any], server: Server) -> dict[str, Any]:
        """Decide about one call with a given server. Raises CannotDecide."""
        observation = Observation("authorizer")
        server.connection.start_request()
        try:
            token = self._authorize(event, server, observation)
        except (InvalidToken, InsufficientScope) as error:
            observation.conclude(status=error.status, error=error.error, detail=error.detail)
            return _refusal(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is decided
            observation.conclude(status=500, error=type(error).__name__)
            raise CannotDecide from None
        claims = token.claims
        observation.conclude(status=200, sub=claims.sub, client_id=claims.client_id, gid=claims.gid, jti=claims.jti)
        return _permission(event, token)

    @cached_property
    def _server(self) -> Server:
        return Server.from_environment(call_shares=CALL_SHARES)

    def _authorize(self, event: dict[str, Any], server: Server, observation: Observation) -> VerifiedToken:
        route_key = _route_key(event)
        observation.note(route=route_key)
        return authorize_call(
            _authorization(event),
            route_key,
            routes=server.routes,
            keys=server.public_keys,
            revocations=server.revocations,
            issuer=server.issuer_name,
            audience=server.settings.require("audience"),
            now=server.now(),
        )


def _is_http_api(event: dict[str, Any]) -> bool:
    return event.get("version") == "2.0"


def _route_key(event: dict[str, Any]) -> str:
    """Return the route as it was configured, never the path as it was asked for."""
    if _is_http_api(event):
        return str(event["routeKey"])
    if event["type"] == "TOKEN":
        return ANY_ROUTE
    return f"{event['httpMethod']} {event['resource']}"


def _authorization(event: dict[str, Any]) -> str | None:
    """Return the Authorization header, or both of them joined, which no parser takes."""
    if event.get("type") == "TOKEN":
        token: str | None = event.get("authorizationToken")
        return token
    several = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    values = [value for name, many in several.items() if name.lower() == "authorization" for value in many]
    return ",".join(values) if values else None


def _refusal(event: dict[str, Any]) -> dict[str, Any]:
    return {"isAuthorized": False} if _is_http_api(event) else _policy(event, "Deny", "unknown", {})


def _permission(event: dict[str, Any], token: VerifiedToken) -> dict[str, Any]:
    context = _context(token)
    if _is_http_api(event):
        return {"isAuthorized": True, "context": context}
    return _policy(event, "Allow", token.claims.sub, context)


def _context(token: VerifiedToken) -> dict[str, str]:
    """Return what the API may know of the caller. These names are a public contract."""
    claims = token.claims
    context = {
        "sub": claims.sub,
        "client_id": claims.client_id,
        "scope": format_scope(claims.scope),
        "gid": claims.gid,
        "jti": claims.jti,
        "roles": " ".join(claims.roles) or None,
        "auth_time": None if claims.auth_time is None else str(claims.auth_time),
        "acr": claims.acr,
    }
    return {name: value for name, value in context.items() if value is not None}


def _policy(event: dict[str, Any], effect: str, principal: str, context: dict[str, str]) -> dict[str, Any]:
    """Return the answer of a REST API's authorizer: about this very method, since nothing is cached."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


handler = Authorizer()
