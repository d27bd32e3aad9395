"""client_credentials as it is ordinarily written for Lambda; it reads and answers what Gatelet's handler does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import boto3
import jwt
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from boto3.dynamodb.types import TypeDeserializer

logger = Logger(service="ordinary")
metrics = Metrics(namespace="Ordinary", service="ordinary")
dynamodb = boto3.client("dynamodb")
secretsmanager = boto3.client("secretsmanager")
LIFETIME = 900


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one token request."""
    del context
    form = parse_qs(base64.b64decode(event["body"]).decode())
    client_id, secret = _basic(event["headers"]["authorization"])
    client = _client(client_id)
    sha256 = hashlib.sha256(secret.encode()).digest()
    known = [bytes.fromhex(each["sha256"]) for each in client["secrets"]]
    if form["grant_type"] != ["client_credentials"] or not any(hmac.compare_digest(sha256, each) for each in known):
        return _answer(400, {"error": "invalid_client"})
    audience, scopes = _api()
    token = _sign(client_id, audience, " ".join(scope for scope in client["scope"] if scope in scopes))
    metrics.add_metric(name="Succeeded", unit=MetricUnit.Count, value=1)
    logger.info("token", extra={"client_id": client_id, "grant_type": "client_credentials"})
    return _answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME})


def _basic(header: str) -> tuple[str, str]:
    user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return unquote(user), unquote(password)


def _sign(client_id: str, audience: str, scope: str) -> str:
    key = _signing_key()
    now = int(time.time())
    claims = {
        "iss": os.environ["GATELET_ISSUER"],
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": uuid.uuid4().hex,
        "client_id": client_id,
        "scope": scope,
    }
    return jwt.encode(claims, key, algorithm="ES256", headers={"typ": "at+jwt", "kid": key.key_id})


@cache
def _client(client_id: str) -> dict[str, Any]:
    key = {"pk": {"S": f"CLIENT#{client_id}"}, "sk": {"S": "CLIENT"}}
    answer = dynamodb.get_item(TableName=os.environ["GATELET_DIRECTORY_TABLE"], Key=key, ConsistentRead=True)
    return _members(answer["Item"])


@cache
def _api() -> tuple[str, list[str]]:
    answer = dynamodb.query(
        TableName=os.environ["GATELET_DIRECTORY_TABLE"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "RESOURCE_SERVERS"}},
    )
    api = _members(answer["Items"][0])
    return api["identifier"], list(api["scopes"])


@cache
def _signing_key() -> jwt.PyJWK:
    answer = secretsmanager.get_secret_value(SecretId=os.environ["GATELET_SIGNING_SECRET"])
    key = json.loads(answer["SecretString"])["rings"]["ES256"]["current"]
    return jwt.PyJWK({**key["material"], "kid": key["kid"], "alg": "ES256"})


def _members(item: Any) -> dict[str, Any]:  # noqa: ANN401 - attribute values
    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in item.items()}


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
