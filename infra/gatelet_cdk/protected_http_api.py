"""Routes of an HTTP API behind the authorizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers

from gatelet_cdk.protection import IDENTITY_HEADER, NO_CACHE, Protection

if TYPE_CHECKING:
    from gatelet_cdk.authorization_server import AuthorizationServer


class ProtectedHttpApi(Protection):
    """An HTTP API whose routes each ask for a scope of one audience."""

    def __init__(
        self,
        http_api: apigateway.HttpApi,
        id: str,
        *,
        server: AuthorizationServer,
        audience: str,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(http_api, id, server=server, audience=audience, reserved_concurrency=reserved_concurrency)
        self._http_api = http_api
        self._authorizer = authorizers.HttpLambdaAuthorizer(
            f"{id}Authorizer",
            self.function,
            identity_source=[f"$request.header.{IDENTITY_HEADER}"],
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
            results_cache_ttl=NO_CACHE,
        )

    def add_route(
        self,
        route_key: str,
        *,
        integration: apigateway.HttpRouteIntegration,
        scope: str,
        sensitive: bool = False,
    ) -> apigateway.HttpRoute:
        """Add a route like "GET /orders/{id}" that asks for a scope, or for all of several.

        A sensitive route reads the revocations before it decides: no lag, one read more. Raises RouteError.
        """
        self.routes.add(route_key, scope=scope, sensitive=sensitive)
        method, path = route_key.split(" ", 1)
        return apigateway.HttpRoute(
            self,
            route_key,
            http_api=self._http_api,
            route_key=apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method]),
            integration=integration,
            authorizer=self._authorizer,
        )
