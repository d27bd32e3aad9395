"""One Lambda function with a role and settings of its own, which writes to the log of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from gatelet_cdk.privileges import privileges_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_logs as logs

    from gatelet.aws.settings import Settings
    from gatelet_cdk.bundling import Bundle
    from gatelet_cdk.privileges import Holding

# Time to send the answer, or the error, after the deadline has passed.
_AFTER_DEADLINE = 2
_LONGEST_KEYS_AGE = 300


@dataclass(frozen=True, kw_only=True)
class FunctionDefaults:
    """What the functions of one authorization server have in common; `service` is its name in logs and metrics."""

    service: str
    bundle: Bundle
    architecture: lambda_.Architecture
    holdings: Mapping[str, Holding]
    password_grant: bool
    log_group: logs.ILogGroup
    next_key_age: cdk.Duration
    trusted_proxies: tuple[str, ...]
    rotation_period: cdk.Duration

    @property
    def keys_age(self) -> int:
        """Seconds that published keys may be remembered: never so long that one signs which nobody has seen."""
        return min(_LONGEST_KEYS_AGE, max(1, int(self.next_key_age.to_seconds()) // 2))


class ServerFunction(Construct):
    """A function that may do what its row of the privileges says, knows the names in it, and adds to the log."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        module: str,
        settings: Settings,
        defaults: FunctionDefaults,
        memory_size: int = 512,
        timeout: cdk.Duration | None = None,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.memory_size = memory_size
        privileges = privileges_of(module, password_grant=defaults.password_grant)
        names: dict[str, Any] = {setting: defaults.holdings[setting].name for setting in privileges}
        if "keys_table" in privileges:
            names["keys_age"] = defaults.keys_age
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        _allow(role, ("logs:CreateLogStream", "logs:PutLogEvents"), defaults.log_group.log_group_arn)
        for setting, actions in privileges.items():
            _allow(role, actions, defaults.holdings[setting].arn)
        self.function = lambda_.Function(
            self,
            "Function",
            code=defaults.bundle.code(),
            handler=f"gatelet.handlers.{module}.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=defaults.architecture,
            role=role,
            log_group=defaults.log_group,
            memory_size=memory_size,
            timeout=timeout or cdk.Duration.seconds(settings.deadline + _AFTER_DEADLINE),
            reserved_concurrent_executions=reserved_concurrency,
            environment={
                "POWERTOOLS_SERVICE_NAME": defaults.service,
                "POWERTOOLS_METRICS_NAMESPACE": "Gatelet",
                **settings._replace(**names).to_environment(),
            },
        )
        cdk.Validations.of(self.function).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-L1",
                reason="The locked wheels are chosen for Python 3.13, which AWS maintains.",
            )
        )


def _allow(role: iam.Role, actions: tuple[str, ...], resource: str) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
