"""Methods of a REST API behind the authorizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_apigateway as apigateway

from gatelet_cdk.protection import IDENTITY_HEADER, NO_CACHE, Protection
from gatelet_cdk.route_scopes import ANY_ROUTE

if TYPE_CHECKING:
    from gatelet_cdk.authorization_server import AuthorizationServer


class ProtectedRestApi(Protection):
    """A REST API whose every protected method asks for the same scope: a TOKEN authorizer sees no route."""

    def __init__(
        self,
        rest_api: apigateway.RestApi,
        id: str,
        *,
        server: AuthorizationServer,
        audience: str,
        scope: str,
        sensitive: bool = False,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(rest_api, id, server=server, audience=audience, reserved_concurrency=reserved_concurrency)
        self.routes.add(ANY_ROUTE, scope=scope, sensitive=sensitive)
        self.authorizer = apigateway.TokenAuthorizer(
            self,
            "TokenAuthorizer",
            handler=self.function,
            identity_source=apigateway.IdentitySource.header(IDENTITY_HEADER),
            results_cache_ttl=NO_CACHE,
        )

    def add_method(
        self, resource: apigateway.IResource, method: str, *, integration: apigateway.Integration
    ) -> apigateway.Method:
        """Add a method that asks for the API's scope."""
        return resource.add_method(
            method,
            integration,
            authorizer=self.authorizer,
            authorization_type=apigateway.AuthorizationType.CUSTOM,
        )


class ProtectedRestRoutes(Protection):
    """A REST API whose methods each ask for a scope: a REQUEST authorizer sees the route."""

    def __init__(
        self,
        rest_api: apigateway.RestApi,
        id: str,
        *,
        server: AuthorizationServer,
        audience: str,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(rest_api, id, server=server, audience=audience, reserved_concurrency=reserved_concurrency)
        self.authorizer = apigateway.RequestAuthorizer(
            self,
            "RequestAuthorizer",
            handler=self.function,
            identity_sources=[apigateway.IdentitySource.header(IDENTITY_HEADER)],
            results_cache_ttl=NO_CACHE,
        )

    def add_method(
        self,
        resource: apigateway.IResource,
        method: str,
        *,
        integration: apigateway.Integration,
        scope: str,
        sensitive: bool = False,
    ) -> apigateway.Method:
        """Add a method that asks for a scope, or for all of several. Raises RouteError."""
        self.routes.add(f"{method} {resource.path}", scope=scope, sensitive=sensitive)
        return resource.add_method(
            method,
            integration,
            authorizer=self.authorizer,
            authorization_type=apigateway.AuthorizationType.CUSTOM,
        )
