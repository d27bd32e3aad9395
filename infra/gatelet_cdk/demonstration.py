"""A protected route to try tokens on, attached the way anybody would attach their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from gatelet.aws.settings import Settings
from gatelet_cdk.outputs import fixed_output
from gatelet_cdk.server_function import ServerFunction

if TYPE_CHECKING:
    from gatelet_cdk.authorization_server import AuthorizationServer

PATH = "/whoami"
AUDIENCE = "https://whoami.gatelet.example"
SCOPE = "whoami:read"


class Demonstration(Construct):
    """GET /whoami answers who the token says the caller is."""

    def __init__(self, scope: Construct, id: str, *, server: AuthorizationServer) -> None:
        super().__init__(scope, id)
        whoami = ServerFunction(self, "Whoami", module="whoami", settings=Settings(), defaults=server.function_defaults)
        api = server.protect("Demonstration", audience=AUDIENCE, http_api=server.http_api)
        api.add_route(
            f"GET {PATH}",
            integration=integrations.HttpLambdaIntegration("Whoami", whoami.function),
            scope=SCOPE,
        )
        fixed_output(self, "GateletDemonstrationUrl", f"{server.url}{PATH}")
        fixed_output(self, "GateletDemonstrationAudience", AUDIENCE)
