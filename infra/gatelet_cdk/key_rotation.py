"""The first keys and the schedules that replace them."""

from __future__ import annotations

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

_FIRST_KEYS_TIMEOUT = 300


class KeyRotation(Construct):
    """Lets `rotate_keys` make keys when the stack is made, and Secrets Manager call it from then on."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rotate_keys: lambda_.IFunction,
        secrets: list[secretsmanager.ISecret],
        period: cdk.Duration,
    ) -> None:
        super().__init__(scope, id)
        self.first_keys = cdk.CustomResource(self, "FirstKeys", service_token=rotate_keys.function_arn)
        resource = cast("cdk.CfnResource", self.first_keys.node.default_child)
        # An hour without it. A number, which CustomResource.service_timeout renders as text.
        resource.add_property_override("ServiceTimeout", _FIRST_KEYS_TIMEOUT)
        for secret in secrets:
            self._schedule(rotate_keys, secret, period)

    def _schedule(self, rotate_keys: lambda_.IFunction, secret: secretsmanager.ISecret, period: cdk.Duration) -> None:
        # Not Secret.add_rotation_schedule: it allows GetRandomPassword on every resource.
        permission = lambda_.CfnPermission(
            self,
            f"{secret.node.id}Permission",
            action="lambda:InvokeFunction",
            function_name=rotate_keys.function_arn,
            principal="secretsmanager.amazonaws.com",
            source_account=cdk.Stack.of(self).account,
            source_arn=secret.secret_arn,
        )
        schedule = secretsmanager.CfnRotationSchedule(
            self,
            f"{secret.node.id}Schedule",
            secret_id=secret.secret_arn,
            rotation_lambda_arn=rotate_keys.function_arn,
            # The first keys are the custom resource's; a rotation at creation would race it.
            rotate_immediately_on_update=False,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                automatically_after_days=period.to_days()
            ),
        )
        schedule.node.add_dependency(permission, self.first_keys)
