"""The Lambda authorizer of one protected API: HTTP API payload 2.0, REST TOKEN and REQUEST.

A fault of the token is a refusal. Not being able to decide raises: API Gateway then answers 500 and
does not call the API, so that an outage is never told to the client as a bad token.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from gatelet.handlers.audit_event import Event
from gatelet.handlers.initialization import initialize
from gatelet.handlers.observation import Observation
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.oauth.errors import InsufficientScope, InvalidToken
from gatelet.oauth.route import ANY_ROUTE
from gatelet.oauth.scope import format_scope

if TYPE_CHECKING:
    from gatelet.oauth.access_token import VerifiedToken


AUTHORIZATION = "authorization"
LENGTH = len(AUTHORIZATION)
FORWARDED_FOR = "x-forwarded-for"


class CannotDecide(Exception):
    """Keys or feed cannot be read: neither allowed nor refused."""


class Authorizer:
    """The Lambda handler: one event in, one decision out."""

    def __init__(self) -> None:
        initialize(self._prepare)

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Decide about one call."""
        return self.decide(event, self._api, context)

    def decide(self, event: dict[str, Any], api: ProtectedApi, context: object = None) -> dict[str, Any]:
        """Decide about one call of a given API. Raises CannotDecide."""
        observation = Observation("authorizer", context)
        api.connection.start_request()
        try:
            route_key = _route_key(event)
            observation.note(route=route_key)
            token = api.authorize(_authorization(event), route_key)
        except (InvalidToken, InsufficientScope) as error:
            observation.record(Event.ACCESS_REFUSED, source_ip=_source_ip(event, api), **error.named)
            observation.conclude(status=error.status, error=error.error, detail=error.detail)
            return _refusal(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is decided
            observation.conclude(status=500, error=type(error).__name__)
            raise CannotDecide from None
        claims = token.claims
        observation.conclude(status=200, sub=claims.sub, client_id=claims.client_id, gid=claims.gid, jti=claims.jti)
        return _permission(event, token)

    def _prepare(self) -> None:
        self._api.prepare()

    @cached_property
    def _api(self) -> ProtectedApi:
        return ProtectedApi.from_environment()


def _is_http_api(event: dict[str, Any]) -> bool:
    return event.get("version") == "2.0"


def _route_key(event: dict[str, Any]) -> str:
    """Return the route as it was configured, never the path as it was asked for."""
    if _is_http_api(event):
        return str(event["routeKey"])
    if event["type"] == "TOKEN":
        return ANY_ROUTE
    return f"{event['httpMethod']} {event['resource']}"


def _source_ip(event: dict[str, Any], api: ProtectedApi) -> str | None:
    """Return where a call came from; a TOKEN authorizer is not told."""
    context = event.get("requestContext") or {}
    address: str | None = (context.get("http" if _is_http_api(event) else "identity") or {}).get("sourceIp")
    if address is not None and api.trusted_proxies is not None:
        return api.trusted_proxies.source_of(address, _forwarded_for(event))
    return address


def _forwarded_for(event: dict[str, Any]) -> str:
    """Return X-Forwarded-For, every line of it in the order in which they came."""
    one_each = {name: [value] for name, value in (event.get("headers") or {}).items()}
    several = event.get("multiValueHeaders") or one_each
    return ",".join(value for name, many in several.items() if name.lower() == FORWARDED_FOR for value in many)


def _authorization(event: dict[str, Any]) -> str | None:
    """Return the Authorization header, or both of them joined, which no parser takes."""
    if event.get("type") == "TOKEN":
        token: str | None = event.get("authorizationToken")
        return token
    several = event.get("multiValueHeaders")
    if several:
        values = [value for name, many in several.items() if name.lower() == AUTHORIZATION for value in many]
    else:  # by their length most names are told apart in half the time
        headers = (event.get("headers") or {}).items()
        values = [value for name, value in headers if len(name) == LENGTH and name.lower() == AUTHORIZATION]
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
    context = {"sub": claims.sub, "client_id": claims.client_id, "scope": format_scope(claims.scope), "jti": claims.jti}
    if claims.gid is not None:
        context["gid"] = claims.gid
    if claims.roles:
        context["roles"] = " ".join(claims.roles)
    if claims.auth_time is not None:
        context["auth_time"] = str(claims.auth_time)
    if claims.acr is not None:
        context["acr"] = claims.acr
    return context


def _policy(event: dict[str, Any], effect: str, principal: str, context: dict[str, str]) -> dict[str, Any]:
    """Return the answer of a REST API's authorizer: about this very method, since nothing is cached."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


handler = Authorizer()
