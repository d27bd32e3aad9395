"""A deployment on moto, and the requests that reach it over HTTP, whoever sends them."""

from __future__ import annotations

import json
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

from bench.loopback import Loopback, Reply
from bench.population import DIRECTORY, NOW, TABLES, credential, settings
from gatelet.aws.direct_connection import DirectConnection
from gatelet.aws.sdk_connection import SdkConnection
from gatelet.aws.table import Table
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.handlers.rotate_keys import handler as rotate_keys
from gatelet.handlers.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.loopback import Asked

REGION = "us-east-1"
OFF_THE_REQUEST_PATH = ("rotate_keys", "operator")


class Clock:
    """The time, which moves when it is told to; in the middle of one of the feed's partitions."""

    def __init__(self) -> None:
        self._time = float(NOW + 100)

    def __call__(self) -> float:
        """Return epoch seconds."""
        return self._time

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._time += seconds


class EmulatedAws:
    """Notes every request, repeated ones too, and answers it with what moto says."""

    def __init__(self) -> None:
        self._calls: list[str] = []
        # Made before AWS_ENDPOINT_URL is set: moto answers these within the process.
        self._clients: dict[str, Any] = {
            "dynamodb": boto3.client("dynamodb", region_name=REGION),
            "secretsmanager": boto3.client("secretsmanager", region_name=REGION),
        }
        self.loopback = Loopback(self._answer)
        os.environ["AWS_ENDPOINT_URL"] = self.loopback.url

    def calls_of(self, run: Callable[[], object]) -> list[str]:
        """Return what an operation asks of AWS: the operation of each request, and the table or secret."""
        self._calls.clear()
        run()
        return list(self._calls)

    def create_secret(self, name: str) -> str:
        """Make a secret without keys."""
        arn: str = self._clients["secretsmanager"].create_secret(Name=name, SecretString='{"version":0}')["ARN"]
        return arn

    def create_table(self, name: str) -> None:
        """Make a table."""
        self._clients["dynamodb"].create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )

    def _answer(self, asked: Asked) -> Reply:
        parameters = json.loads(asked.body)
        self._calls.append(f"{asked.operation} {parameters.get('TableName', parameters.get('SecretId'))}")
        client = self._clients[asked.service]
        try:
            answer = getattr(client, xform_name(asked.operation))(**parameters)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            refusal = {"__type": f"aws#{code}", **_without_metadata(error.response)}
            return Reply(json.dumps(refusal, default=str).encode(), status=400)
        return Reply(json.dumps(_without_metadata(answer), default=_seconds).encode())


def _without_metadata(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 makes its answers at run time
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "Error"}}


def _seconds(value: Any) -> float:  # noqa: ANN401 - the one type that boto3 made out of JSON
    seconds: float = value.timestamp()
    return seconds


class Deployment:
    """The tables, secrets and keys of a stack, and a warm container of each function."""

    def __init__(self, aws: EmulatedAws, clock: Clock) -> None:
        self.clock = clock
        self._settings = settings(signing_secret=aws.create_secret("signing"), grant_secret=aws.create_secret("grant"))
        self._containers: dict[str, Server] = {}
        for name in TABLES:
            aws.create_table(name)
        rotate_keys.serve(
            {"RequestType": "Create", "StackId": "", "RequestId": "", "LogicalResourceId": "", "ResponseURL": ""},
            self.server("rotate_keys"),
            lambda _url, _document: None,
        )
        connection = self.server("operator").connection
        for item in DIRECTORY:
            Table(connection, "directory").put(item)
        Table(connection, "credentials").put(credential())

    def server(self, function: str) -> Server:
        """Return what the container of a function works with."""
        if function not in self._containers:
            connect = SdkConnection if function in OFF_THE_REQUEST_PATH else DirectConnection
            self._containers[function] = Server(self._settings, clock=self.clock, connect=connect)
        return self._containers[function]

    @cached_property
    def api(self) -> ProtectedApi:
        """What the container of the authorizer works with."""
        return ProtectedApi(self._settings, clock=self.clock)
