"""What the `gatelet` command may do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_logs as logs

    from gatelet_cdk.privileges import Holding

# A transaction needs the privileges of its parts, a condition among them.
_ADMINISTERED: Mapping[str, tuple[str, ...]] = {
    "directory_table": ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan"),
    "credentials_table": ("DeleteItem", "GetItem", "PutItem"),
    "grants_table": ("DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"),
    "limits_table": ("DeleteItem", "GetItem"),
    "keys_table": ("GetItem", "Query"),
    "feed_table": ("PutItem",),
}


class OperatorPolicy(Construct):
    """A managed policy to attach to whoever operates the server; it reads no secret."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        holdings: Mapping[str, Holding],
        rotate_keys: lambda_.IFunction,
        log_group: logs.ILogGroup,
        alarms: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Manage the clients, users, roles, APIs, sessions and keys of a Gatelet server",
            statements=[
                *(
                    _statement(
                        *(f"dynamodb:{action}" for action in (*actions, "DescribeTable")), on=[holdings[name].arn]
                    )
                    for name, actions in _ADMINISTERED.items()
                ),
                _statement("lambda:InvokeFunction", on=[rotate_keys.function_arn]),
                # Reading metrics, and the results of Logs Insights, can be allowed on everything or not at all.
                _statement("cloudwatch:DescribeAlarms", on=alarms),
                _statement("cloudformation:DescribeStacks", on=[_any_life_of(cdk.Stack.of(self))]),
                # What was written can be neither changed nor deleted with these.
                _statement(
                    "logs:CreateLogStream", "logs:FilterLogEvents", "logs:PutLogEvents", on=[log_group.log_group_arn]
                ),
            ],
        )
        cdk.Validations.of(self.policy).acknowledge(
            cdk.Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::{_as_nag_writes_it(_any_life_of(cdk.Stack.of(self)))}]",
                reason="IAM judges DescribeStacks by the stack's name: only the id, which is random, is open.",
            )
        )


def _any_life_of(stack: cdk.Stack) -> str:
    """Return the ARN that a call by the stack's name is judged by: without the id of one of its lives."""
    return stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{stack.stack_name}/*")


def _as_nag_writes_it(arn: str) -> str:
    """Return an ARN with cdk-nag's names for the pseudo parameters of a stack without an environment."""
    return re.sub(r"\$\{Token\[AWS\.(\w+)\.\d+\]\}", r"<AWS::\1>", arn)


def _statement(*actions: str, on: Sequence[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(on))
