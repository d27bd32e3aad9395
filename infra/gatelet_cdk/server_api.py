"""The HTTP API that the protocol is spoken through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from gatelet.handlers import ENDPOINTS
from gatelet.handlers.observation import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from constructs import IDependable

    from gatelet_cdk.custom_domain import CustomDomain
    from gatelet_cdk.server_function import ServerFunction

    Throttle: TypeAlias = apigateway.ThrottleSettings | Mapping[str, apigateway.ThrottleSettings]

# What is worth knowing of a request and can hold no credential: no query string, no header, no cookie.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "apiId": "$context.apiId",
    "time": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "routeKey": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
}

# HTTP APIs count 429 among all the 4xx: so it is counted from their log.
_THROTTLED = "TooManyRequests"

# What answers from memory may be asked this much, by everybody together.
_CHEAP = apigateway.ThrottleSettings(rate_limit=1000, burst_limit=2000)
_CHEAP_ENDPOINTS = frozenset({"openid_configuration", "authorization_server_metadata", "jwks_uri", "assets"})
# What guesses, signs, writes or reads the store.
_COSTLY = apigateway.ThrottleSettings(rate_limit=100, burst_limit=200)
_COSTLY_PATHS = tuple(endpoint.path for endpoint in ENDPOINTS if endpoint.name not in _CHEAP_ENDPOINTS)


class ServerApi(Construct):
    """The API, its stage, its access log and, where given, its domain name."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: CustomDomain | None,
        log_retention: logs.RetentionDays,
    ) -> None:
        super().__init__(scope, id)
        self._domain = domain
        self._domain_name = self._make_domain_name(domain) if domain else None
        # A second address would be a second issuer, outside what the domain's owner filters.
        self.http_api = apigateway.HttpApi(
            self,
            "HttpApi",
            api_name=cdk.Stack.of(self).stack_name,
            create_default_stage=False,
            disable_execute_api_endpoint=domain is not None,
        )
        self._access_log = logs.LogGroup(
            self,
            "AccessLog",
            retention=log_retention,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        logs.MetricFilter(
            self,
            "Throttled",
            log_group=self._access_log,
            filter_pattern=logs.FilterPattern.string_value("$.status", "=", "429"),
            metric_namespace=NAMESPACE,
            metric_name=_THROTTLED,
            dimensions={"ApiId": "$.apiId"},
        )

    @property
    def throttled(self) -> cloudwatch.Metric:
        """How many requests were answered 429, by API Gateway or by a function."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=_THROTTLED,
            dimensions_map={"ApiId": self.http_api.api_id},
            statistic="Sum",
        )

    @property
    def url(self) -> str:
        """Where the API answers, without a trailing slash."""
        if self._domain:
            return f"https://{self._domain.domain_name}"
        return self.http_api.api_endpoint

    @property
    def domain_target(self) -> str | None:
        """What the DNS record of the domain points to."""
        return self._domain_name.regional_domain_name if self._domain_name else None

    def serve(
        self,
        functions: Mapping[str, ServerFunction],
        *,
        throttle: Throttle | None,
        after: IDependable,
    ) -> None:
        """Make the routes of ENDPOINTS and the stage that opens them. Raises ValueError for limits of no route."""
        targets = {
            name: integrations.HttpLambdaIntegration(name, function.function) for name, function in functions.items()
        }
        routes = {
            endpoint.path: apigateway.HttpRoute(
                self,
                endpoint.path,
                http_api=self.http_api,
                route_key=apigateway.HttpRouteKey.with_(endpoint.path, apigateway.HttpMethod.ANY),
                integration=targets[endpoint.function],
                authorizer=apigateway.HttpNoneAuthorizer(),
            )
            for endpoint in ENDPOINTS
        }
        for route in routes.values():
            route.node.add_dependency(after)
            cdk.Validations.of(route).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions-APIG4",
                    reason="These routes authenticate clients themselves: they are where tokens come from.",
                )
            )
        self._open(routes, throttle)

    def _open(self, routes: Mapping[str, apigateway.HttpRoute], throttle: Throttle | None) -> None:
        # The prefix-less stage: a named one would put its name into every path.
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.http_api,
            stage_name="$default",
            auto_deploy=True,
            throttle=_CHEAP,
            domain_mapping=apigateway.DomainMappingOptions(domain_name=self._domain_name)
            if self._domain_name
            else None,
        )
        resource = cast("apigateway.CfnStage", stage.node.default_child)
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=self._access_log.log_group_arn, format=json.dumps(ACCESS_LOG)
        )
        resource.route_settings = {
            f"ANY {path}": {"ThrottlingRateLimit": limits.rate_limit, "ThrottlingBurstLimit": limits.burst_limit}
            for path, limits in _limits(throttle).items()
        }
        # A stage that names a route's limits can only be made after the route.
        stage.node.add_dependency(*routes.values())

    def _make_domain_name(self, domain: CustomDomain) -> apigateway.DomainName:
        return apigateway.DomainName(
            self,
            "DomainName",
            domain_name=domain.domain_name,
            certificate=domain.certificate,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )


def _limits(throttle: Throttle | None) -> Mapping[str, apigateway.ThrottleSettings]:
    """Return the limits of each path that has its own."""
    if isinstance(throttle, apigateway.ThrottleSettings):
        return dict.fromkeys(_COSTLY_PATHS, throttle)
    given = throttle or {}
    if unknown := given.keys() - {endpoint.path for endpoint in ENDPOINTS}:
        raise ValueError(f"throttle names no path of the server: {', '.join(sorted(unknown))}")
    return {**dict.fromkeys(_COSTLY_PATHS, _COSTLY), **given}
