"""The tables and secrets of one stack on moto, made once and then put back before every test."""

from __future__ import annotations

import copy
import json
from typing import Any

import boto3
from moto.backends import get_backend

from gatelet.aws.settings import Settings

ACCOUNT, REGION = "123456789012", "us-east-1"
ISSUER = "https://auth.example"
AUDIENCE = "https://orders.example"
TABLES = ("directory", "credentials", "grants", "limits", "keys", "feed")
SECRETS = ("signing_secret", "grant_secret")
ROUTES = {
    "GET /orders": {"scope": "orders:read"},
    "POST /orders": {"scope": "orders:write"},
    "PUT /orders": {"scope": "orders:read orders:write"},
    "DELETE /orders": {"scope": "orders:read", "sensitive": True},
    "*": {"scope": "orders:read"},
}
FIRST_KEYS = {
    "RequestType": "Create",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "FirstKeys",
    "ResponseURL": "https://cloudformation.example/answer",
}


class Aws:
    """One session for all containers and one client for the tests: both take time to make."""

    def __init__(self) -> None:
        self.session = boto3.Session("testing", "testing", region_name=REGION)
        self.dynamodb = self.session.client("dynamodb")
        self.secretsmanager = self.session.client("secretsmanager")


def create_stack(aws: Aws, signing_algorithms: tuple[str, ...]) -> Settings:
    """Make the tables, and the secrets without keys."""
    for name in TABLES:
        aws.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
    document = '{"version":0,"placeholder":"x"}'
    secrets: dict[str, Any] = {
        name: aws.secretsmanager.create_secret(Name=name, SecretString=document)["ARN"] for name in SECRETS
    }
    tables: dict[str, Any] = {f"{name}_table": name for name in TABLES}
    return Settings(
        issuer=ISSUER,
        password_grant=True,
        signing_algorithms=signing_algorithms,
        next_key_age=60,
        deadline=30.0,
        audience=AUDIENCE,
        routes=json.dumps(ROUTES),
        **tables,
        **secrets,
    )


class MotoState:
    """What moto holds at this moment, to be put back later: cheaper by far than the calls that made it."""

    def __init__(self) -> None:
        self._tables = copy.deepcopy(_backend("dynamodb").tables)
        self._secrets = copy.deepcopy(_backend("secretsmanager").secrets)

    @staticmethod
    def clear() -> None:
        """Forget everything."""
        for service in ("dynamodb", "secretsmanager"):
            _backend(service).reset()

    def restore(self) -> None:
        _backend("dynamodb").tables = copy.deepcopy(self._tables)
        _backend("secretsmanager").secrets = copy.deepcopy(self._secrets)


def _backend(service: str) -> Any:
    return get_backend(service)[ACCOUNT][REGION]  # type: ignore[call-overload]
