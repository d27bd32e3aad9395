"""The authorizer of one protected API, whichever kind of API it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from constructs import Construct, IValidation

from gatelet.aws.settings import Settings
from gatelet_cdk.authorizer_alarms import AuthorizerAlarms
from gatelet_cdk.route_scopes import RouteScopes
from gatelet_cdk.server_function import ServerFunction

if TYPE_CHECKING:
    from gatelet_cdk.authorization_server import AuthorizationServer

IDENTITY_HEADER = "Authorization"

# A cached answer is given to every route of the API and outlives a revocation.
NO_CACHE = cdk.Duration.seconds(0)


class Protection(Construct):
    """One authorizer function, with the audience it answers for and the scopes of its routes."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        server: AuthorizationServer,
        audience: str,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.audience = audience
        self.routes = RouteScopes()
        authorizer = ServerFunction(
            self,
            "Authorizer",
            module="authorizer",
            settings=Settings(
                issuer=server.issuer_in(self),
                audience=audience,
                routes=cdk.Lazy.string(_Rendered(self.routes)),
                deadline=server.authorizer_deadline.to_seconds(),
                trusted_proxies=server.function_defaults.trusted_proxies,
            ),
            defaults=server.function_defaults,
            reserved_concurrency=reserved_concurrency,
        )
        self.function = authorizer.function
        # Before there are keys it could only fail.
        self.node.add_dependency(server.first_keys)
        self.alarms = AuthorizerAlarms(self, "Alarms", authorizer=self.function, actions=server.alarm_actions)
        self.node.add_validation(_HasRoutes(self.routes))


@jsii.implements(cdk.IStableStringProducer)
class _Rendered:
    """Routes are added after the function is made."""

    def __init__(self, routes: RouteScopes) -> None:
        self._routes = routes

    def produce(self) -> str:
        """Render the routes that there are by then."""
        return self._routes.to_json()


@jsii.implements(IValidation)
class _HasRoutes:
    """An authorizer without a route refuses everything: somebody forgot to add them."""

    def __init__(self, routes: RouteScopes) -> None:
        self._routes = routes

    def validate(self) -> list[str]:
        """Return what is wrong."""
        return [] if len(self._routes) else ["This protected API has no route: add one, or remove its protect()"]
