"""The authorization server as one construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from gatelet.aws.settings import Settings
from gatelet_cdk.brand import Brand
from gatelet_cdk.bundling import Bundle
from gatelet_cdk.dashboard import ServerDashboard
from gatelet_cdk.event_delivery import EventDelivery
from gatelet_cdk.issuer import Issuer
from gatelet_cdk.key_rotation import KeyRotation
from gatelet_cdk.operator_policy import OperatorPolicy
from gatelet_cdk.outputs import Outputs
from gatelet_cdk.protected_http_api import ProtectedHttpApi
from gatelet_cdk.protected_rest_api import ProtectedRestApi, ProtectedRestRoutes
from gatelet_cdk.server_alarms import ServerAlarms
from gatelet_cdk.server_api import ServerApi
from gatelet_cdk.server_function import FunctionDefaults
from gatelet_cdk.server_functions import protocol_functions, rotation_function
from gatelet_cdk.state import State
from gatelet_cdk.trusted_proxies import trusted_networks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigateway as rest
    from aws_cdk import aws_apigatewayv2 as apigateway
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events

    from gatelet_cdk.custom_domain import CustomDomain


class AuthorizationServer(Construct):
    """An OAuth 2.0 authorization server: its state, its functions, its API, and the keys to begin with.

    `protect` and its two siblings put the routes of one's own API behind it. `brand` is what people see when they sign
    in. `throttle` holds for each route that costs more than an answer from memory, or, by path, for those that it
    names; `next_key_age` is how long a key has been published before it signs; `deadline` is the time of one request
    with every call it makes.
    `trusted_proxies` are the networks (CIDR) of proxies of your own before the API: the address that limits count and
    the log names is then what they add to X-Forwarded-For, which is read of nobody else. Name none that strangers can
    send from as well, such as those of a content delivery network. Raises TrustedProxyError. `audit_event_bus` gets
    the events of the audit trail too.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        password_grant: bool = False,
        architecture: lambda_.Architecture | None = None,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        domain: CustomDomain | None = None,
        trusted_proxies: Sequence[str] = (),
        brand: Brand | None = None,
        throttle: apigateway.ThrottleSettings | Mapping[str, apigateway.ThrottleSettings] | None = None,
        rotation_period: cdk.Duration | None = None,
        next_key_age: cdk.Duration | None = None,
        deadline: cdk.Duration | None = None,
        authorizer_deadline: cdk.Duration | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        audit_event_bus: events.IEventBus | None = None,
        alarm_actions: Sequence[cloudwatch.IAlarmAction] = (),
        bundle: Bundle | None = None,
    ) -> None:
        super().__init__(scope, id)
        architecture = architecture or lambda_.Architecture.ARM_64
        self.password_grant = password_grant
        self.alarm_actions = alarm_actions
        self.authorizer_deadline = authorizer_deadline or cdk.Duration.seconds(2)
        rotation_period = rotation_period or cdk.Duration.seconds(Settings().rotation_period)
        self.state = State(self, "State", removal_policy=removal_policy)
        # One for all functions and for what operators do: the audit trail, which outlives them.
        self.log_group = logs.LogGroup(self, "Log", retention=log_retention, removal_policy=removal_policy)
        self.function_defaults = FunctionDefaults(
            service=cdk.Stack.of(self).stack_name,
            bundle=bundle or Bundle.for_lambda(architecture),
            architecture=architecture,
            holdings=self.state.holdings,
            password_grant=password_grant,
            log_group=self.log_group,
            next_key_age=next_key_age or cdk.Duration.hours(2),
            trusted_proxies=trusted_networks(trusted_proxies),
            rotation_period=rotation_period,
        )
        self._api = ServerApi(self, "Api", domain=domain, log_retention=log_retention)
        self.http_api = self._api.http_api
        self.issuer = Issuer(self, "Issuer", default=self._api.url).url
        self.rotate_keys = rotation_function(self, defaults=self.function_defaults)
        self.first_keys = KeyRotation(
            self,
            "KeyRotation",
            rotate_keys=self.rotate_keys.function,
            secrets=[self.state.signing_secret, self.state.grant_secret],
            period=rotation_period,
        ).first_keys
        self.functions = protocol_functions(
            self,
            issuer=self.issuer,
            deadline=deadline or cdk.Duration.seconds(8),
            brand=brand or Brand(),
            defaults=self.function_defaults,
        )
        self._api.serve(
            self.functions,
            throttle=throttle,
            after=self.first_keys,
        )
        watched = ServerAlarms(
            self,
            "Alarms",
            service=self.function_defaults.service,
            http_api=self.http_api,
            throttled=self._api.throttled,
            functions=self.functions,
            rotate_keys=self.rotate_keys,
            actions=alarm_actions,
        ).arns
        shown = list(watched)
        if audit_event_bus:
            delivery = EventDelivery(
                self,
                "EventDelivery",
                bus=audit_event_bus,
                defaults=self.function_defaults,
                log_retention=log_retention,
                removal_policy=removal_policy,
                actions=alarm_actions,
            )
            shown.append(delivery.alarm.alarm_arn)
        ServerDashboard(self, "Dashboard", server=self, throttled=self._api.throttled, alarms=shown)
        self.operator_policy = OperatorPolicy(
            self,
            "Operator",
            holdings=self.state.holdings,
            rotate_keys=self.rotate_keys.function,
            log_group=self.log_group,
            alarms=watched,
        ).policy
        self._outputs = Outputs(self, "Outputs", server=self, domain_target=self._api.domain_target)

    @property
    def url(self) -> str:
        """Where the API answers."""
        return self._api.url

    def issuer_in(self, scope: Construct) -> str:
        """Return the issuer for use in the stack of `scope`, which need not be this one."""
        if cdk.Stack.of(scope) is cdk.Stack.of(self):
            return self.issuer
        return self._outputs.issuer_for(cdk.Stack.of(scope))

    def protect(
        self, id: str, *, audience: str, http_api: apigateway.HttpApi, reserved_concurrency: int | None = None
    ) -> ProtectedHttpApi:
        """Guard routes of an HTTP API: each names its method and its scope."""
        return ProtectedHttpApi(http_api, id, server=self, audience=audience, reserved_concurrency=reserved_concurrency)

    def protect_rest_api(
        self,
        id: str,
        *,
        audience: str,
        rest_api: rest.RestApi,
        scope: str,
        sensitive: bool = False,
        reserved_concurrency: int | None = None,
    ) -> ProtectedRestApi:
        """Guard a REST API with one scope for all of it (a TOKEN authorizer)."""
        return ProtectedRestApi(
            rest_api,
            id,
            server=self,
            audience=audience,
            scope=scope,
            sensitive=sensitive,
            reserved_concurrency=reserved_concurrency,
        )

    def protect_rest_routes(
        self, id: str, *, audience: str, rest_api: rest.RestApi, reserved_concurrency: int | None = None
    ) -> ProtectedRestRoutes:
        """Guard methods of a REST API, each with a scope of its own (a REQUEST authorizer)."""
        return ProtectedRestRoutes(
            rest_api, id, server=self, audience=audience, reserved_concurrency=reserved_concurrency
        )
