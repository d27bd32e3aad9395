"""What a stack deploys, on moto: tables, secrets, and the real functions that use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gatelet.aws.sdk_connection import SdkConnection
from gatelet.aws.settings import Settings
from gatelet.aws.table import Table
from gatelet.handlers import authorizer, rotate_keys, token
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.handlers.server import Server
from tests.integration.api_gateway import FORM, Answer, basic, http_api_call, http_event
from tests.integration.aws_wire import AwsWire

if TYPE_CHECKING:
    import boto3

    from gatelet.aws.connection import Connection
    from gatelet.oauth.client import Client

AUDIENCE = "https://orders.example"
TABLES = ("directory", "credentials", "grants", "limits", "keys", "feed")
LOG_GROUP = "Gatelet-Log"
FIRST_KEYS = {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l", "ResponseURL": ""}


class Clock:
    """The time of the functions."""

    def __init__(self, time: float) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


class Operated:
    """The clients that the tests look at a stack with; each takes time to make."""

    def __init__(self, session: boto3.Session) -> None:
        self.dynamodb = session.client("dynamodb")
        self.secretsmanager = session.client("secretsmanager")
        self.logs = session.client("logs")

    def create_stack(self) -> Settings:
        """Make the tables, and the secrets without keys."""
        for name in TABLES:
            self._create_table(name)
        parts: dict[str, Any] = {f"{name}_table": name for name in TABLES}
        parts |= {name: self._create_secret(name) for name in ("signing_secret", "grant_secret")}
        return Settings(
            issuer="https://auth.example",
            password_grant=True,
            signing_algorithms=("ES256", "EdDSA"),
            next_key_age=60,
            deadline=30.0,
            audience=AUDIENCE,
            routes=json.dumps({"GET /orders": {"scope": "orders:read"}}),
            **parts,
        )

    def _create_table(self, name: str) -> None:
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )

    def _create_secret(self, name: str) -> str:
        return self.secretsmanager.create_secret(Name=name, SecretString='{"version":0,"placeholder":"x"}')["ARN"]


class Deployed:
    """One stack; its functions share a container each until `restart`."""

    def __init__(self, aws: Operated, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.settings = settings
        self.dynamodb, self.secretsmanager, self.logs = aws.dynamodb, aws.secretsmanager, aws.logs
        self.logs.create_log_group(logGroupName=LOG_GROUP)
        self.restart()

    def restart(self) -> None:
        """Forget what the containers remember."""
        self._rotation = Server(self.settings, clock=self.clock, connect=SdkConnection)
        self._server = Server(self.settings, clock=self.clock, connect=AwsWire().connect)

    @property
    def connection(self) -> Connection:
        """Reach AWS as the operator does."""
        return self._rotation.connection

    def rotate_keys(self, event: dict[str, Any]) -> dict[str, Any]:
        return rotate_keys.handler.serve(event, self._rotation, lambda _url, _document: None) or {}

    def token(self, client: Client, secret: str, **form: str) -> Answer:
        """Send a token request."""
        headers = {**FORM, **basic(client.client_id, secret)}
        event = http_event("POST", "/oauth2/token", headers, body=urlencode(form).encode())
        return Answer(token.handler.respond(event, self._server))

    def authorize(self, access_token: str) -> bool:
        """Ask the authorizer about a call of the protected API; a new container has read all of the feed."""
        event = http_api_call({"authorization": f"Bearer {access_token}"})
        answer = authorizer.handler.decide(
            event, ProtectedApi(self.settings, clock=self.clock, connect=AwsWire().connect)
        )
        return bool(answer["isAuthorized"])

    def table(self, name: str) -> Table:
        return Table(self.connection, name)

    def items(self, name: str) -> list[Any]:
        """Everything that stands in a table, as attribute values."""
        return list(self.dynamodb.scan(TableName=name)["Items"])

    def events(self) -> list[tuple[str, str]]:
        """Type and id of every event in the feed."""
        return sorted((item["type"]["S"], item["id"]["S"]) for item in self.items("feed"))

    def grant(self) -> Any:
        """Return the one grant that there is."""
        (item,) = [item for item in self.items("grants") if item["sk"]["S"] == "GRANT"]
        return item

    def operator_lines(self) -> list[dict[str, Any]]:
        """Return what operators have written to the log group, the oldest first."""
        streams = self.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix="operator/")["logStreams"]
        entries = [
            entry
            for stream in streams
            for entry in self.logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"])[
                "events"
            ]
        ]
        return [json.loads(entry["message"]) for entry in entries]
