"""A deployment on moto, and the calls that leave for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3

from bench.interception import intercept
from bench.population import DIRECTORY, NOW, TABLES, credential, settings
from gatelet.aws.table import Table
from gatelet.handlers.rotate_keys import handler as rotate_keys
from gatelet.handlers.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.interception import Call

REGION = "us-east-1"


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
    """Notes what is asked of AWS."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._calls: list[str] = []
        intercept(self._note)

    def calls_of(self, run: Callable[[], object]) -> list[str]:
        """Return what an operation asks of AWS: the operation of each request, and the table or secret."""
        self._calls.clear()
        run()
        return list(self._calls)

    def _note(self, call: Call) -> None:
        parameters = json.loads(call.body)
        self._calls.append(f"{call.operation} {parameters.get('TableName', parameters.get('SecretId'))}")


class Deployment:
    """The tables, secrets and keys of a stack, and a warm container of each function."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._settings = settings(signing_secret=_secret("signing"), grant_secret=_secret("grant"))
        self._containers: dict[str, Server] = {}
        for name in TABLES:
            _create_table(name)
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
            self._containers[function] = Server(self._settings, clock=self.clock)
        return self._containers[function]


def _secret(name: str) -> str:
    client = boto3.client("secretsmanager", region_name=REGION)
    return client.create_secret(Name=name, SecretString='{"version":0}')["ARN"]


def _create_table(name: str) -> None:
    boto3.client("dynamodb", region_name=REGION).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
