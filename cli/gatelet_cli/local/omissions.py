"""What the emulator's CloudFormation reads and silently ignores, applied afterwards.

Every repair is derived from the template; nothing here knows the application.
"""

from collections.abc import Callable
from typing import Any

import boto3

from gatelet_cli.local.template import Template

Properties = dict[str, Any]


def make_up_for_omissions(template: Template, stack: str, session: boto3.Session) -> None:
    """Set what the stack's resources should have and do not."""
    cloudformation = session.client("cloudformation")
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    for logical, resource in template["Resources"].items():
        for repair in REPAIRS.get(resource["Type"], ()):
            repair(names[logical], resource.get("Properties", {}), session)


def _expire_items(table: str, properties: Properties, session: boto3.Session) -> None:
    if wanted := properties.get("TimeToLiveSpecification"):
        dynamodb = session.client("dynamodb")
        now = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if now["TimeToLiveStatus"] == "DISABLED":
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _keep_backups(table: str, properties: Properties, session: boto3.Session) -> None:
    if wanted := properties.get("PointInTimeRecoverySpecification"):
        session.client("dynamodb").update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)


def _reserve_concurrency(function: str, properties: Properties, session: boto3.Session) -> None:
    if (wanted := properties.get("ReservedConcurrentExecutions")) is not None:
        session.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=wanted)


def _allow_origins(api: str, properties: Properties, session: boto3.Session) -> None:
    if wanted := properties.get("CorsConfiguration"):
        session.client("apigatewayv2").update_api(ApiId=api, CorsConfiguration=wanted)


REPAIRS: dict[str, tuple[Callable[[str, Properties, boto3.Session], None], ...]] = {
    "AWS::DynamoDB::Table": (_expire_items, _keep_backups),
    "AWS::Lambda::Function": (_reserve_concurrency,),
    "AWS::ApiGatewayV2::Api": (_allow_origins,),
}
