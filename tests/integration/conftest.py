"""A whole authorization server on moto, driven through its Lambda handlers with API Gateway events."""

from __future__ import annotations

import base64
import importlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from moto import mock_aws

from gatelet.accounts.password import PasswordHashing
from gatelet.aws.credentials import password_key
from gatelet.aws.directory import (
    client_to_item,
    resource_server_to_item,
    role_to_item,
    user_to_item,
)
from gatelet.aws.settings import Settings
from gatelet.aws.table import Table
from gatelet.handlers.server import Server
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role

ISSUER = "https://auth.example"
AUDIENCE = "https://orders.example"
OTHER_AUDIENCE = "https://stock.example"
PASSWORD = "correct horse battery staple"
TABLES = ("directory", "credentials", "grants", "limits", "keys", "feed")
ROUTES = {
    "GET /orders": {"scope": "orders:read"},
    "POST /orders": {"scope": "orders:write"},
    "DELETE /orders": {"scope": "orders:write", "sensitive": True},
    "*": {"scope": "orders:read"},
}


class Clock:
    """The time of a test; it moves only when it is told to."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


class Answer:
    """What API Gateway would send to the client."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.status: int = event["statusCode"]
        self.headers: dict[str, str] = event["headers"]
        self.cookies: list[str] = event.get("cookies", [])
        self.body: str = event["body"]

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Deployment:
    """The tables and secrets of one stack, and a fresh container of any function at hand."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        self.secretsmanager = boto3.client("secretsmanager", region_name="us-east-1")
        for name in TABLES:
            self._create_table(name)
        secrets = {name: self._create_secret(name) for name in ("signing_secret", "grant_secret")}
        self.settings = Settings(
            issuer=ISSUER,
            password_grant=True,
            next_key_age=60,
            deadline=30.0,
            audience=AUDIENCE,
            routes=json.dumps(ROUTES),
            **{f"{name}_table": name for name in TABLES},
            **secrets,
        )
        self._containers: dict[str, Server] = {}
        self.administration = self.server("administration")

    def server(self, name: str) -> Server:
        """Return the server of one warm container."""
        if name not in self._containers:
            self._containers[name] = Server(self.settings, clock=self.clock)
        return self._containers[name]

    def restart(self) -> None:
        """Forget every container."""
        self._containers.clear()

    def table(self, name: str) -> Table:
        return Table(self.administration.connection, name)

    def items(self, name: str) -> list[dict[str, Any]]:
        """Everything that stands in a table, as attribute values."""
        return self.dynamodb.scan(TableName=name)["Items"]

    def rotate_keys(self, event: dict[str, Any]) -> dict[str, Any]:
        function = importlib.import_module("gatelet.handlers.rotate_keys").handler
        return function.serve(event, self.server("rotate_keys"), lambda _url, _document: None)

    def request(
        self,
        path: str,
        *,
        method: str = "POST",
        form: dict[str, str] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        query: str = "",
        cookies: list[str] | None = None,
        encode: bool = True,
    ) -> Answer:
        """Send one HTTP request to the function that answers the path."""
        data = urlencode(form).encode() if form is not None else body or b""
        given = {"content-type": "application/x-www-form-urlencoded"} if form is not None else {}
        event = http_event(
            method, path, {**given, **(headers or {})}, body=data, query=query, cookies=cookies or [], encode=encode
        )
        function = FUNCTIONS.get(path, "metadata")
        handler = importlib.import_module(f"gatelet.handlers.{function}").handler
        return Answer(handler.respond(event, self.server(function)))

    def token(self, client: Client | None = None, secret: str | None = None, **form: str) -> Answer:
        """Send a token request with client_secret_basic, or with client_id alone for a public client."""
        headers, fields = authentication(client, secret)
        return self.request("/oauth2/token", form={**fields, **form}, headers=headers)

    def revoke(self, client: Client, secret: str | None = None, **form: str) -> Answer:
        headers, fields = authentication(client, secret)
        return self.request("/oauth2/revoke", form={**fields, **form}, headers=headers)

    def authorize(self, token: str | None, route_key: str = "GET /orders", *, container: str = "authorizer") -> bool:
        """Ask the authorizer about one call of the protected API."""
        return self.decision({"authorization": f"Bearer {token}"} if token else {}, route_key, container)[
            "isAuthorized"
        ]

    def decision(
        self, headers: dict[str, str], route_key: str = "GET /orders", container: str = "authorizer"
    ) -> dict[str, Any]:
        """Return the whole answer of the authorizer to a call with these headers."""
        event = {"version": "2.0", "type": "REQUEST", "routeKey": route_key, "headers": headers}
        return self.authorizer_answer(event, container)

    def authorizer_answer(self, event: dict[str, Any], container: str = "authorizer") -> dict[str, Any]:
        function = importlib.import_module("gatelet.handlers.authorizer").handler
        return function.decide(event, self.server(container))

    def put_client(self, client: Client) -> Client:
        """Register a client, or change one; every container forgets what it remembered."""
        self.table("directory").put(client_to_item(client))
        self.restart()
        return client

    def put_user(self, user: ResourceOwner) -> ResourceOwner:
        self.table("directory").put(user_to_item(user))
        return user

    def _create_table(self, name: str) -> None:
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )

    def _create_secret(self, name: str) -> str:
        return self.secretsmanager.create_secret(Name=name, SecretString='{"version":0,"placeholder":"x"}')["ARN"]


FUNCTIONS = {"/oauth2/token": "token", "/oauth2/refresh": "refresh", "/oauth2/revoke": "revoke"}


def authentication(client: Client | None, secret: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and fields that authenticate a client."""
    if client is None:
        return {}, {}
    if secret is None:
        return {}, {"client_id": client.client_id}
    basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    return {"authorization": f"Basic {basic}"}, {}


def http_event(
    method: str, path: str, headers: dict[str, str], *, body: bytes, query: str, cookies: list[str], encode: bool
) -> dict[str, Any]:
    """Return a request as API Gateway hands it over, payload 2.0."""
    event = {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "sourceIp": "203.0.113.7",
                "protocol": "HTTP/1.1",
                "userAgent": "t",
            },
            "requestId": "request-1",
            "stage": "$default",
        },
        "isBase64Encoded": encode and bool(body),
    }
    if body:
        event["body"] = base64.b64encode(body).decode() if encode else body.decode()
    if cookies:
        event["cookies"] = cookies
    return event


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deployment(monkeypatch, clock):
    """Make a stack with keys, two APIs and their roles."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        stack = Deployment(clock)
        stack.rotate_keys(
            {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l", "ResponseURL": ""}
        )
        directory = stack.table("directory")
        orders = {"orders:read": "See orders", "orders:write": "Change orders", "orders:admin": "Everything"}
        directory.put(resource_server_to_item(ResourceServer(identifier=AUDIENCE, name="Orders", scopes=orders)))
        stock = ResourceServer(
            identifier=OTHER_AUDIENCE, name="Stock", scopes={"stock:read": "See stock"}, signing_alg="RS256"
        )
        directory.put(resource_server_to_item(stock))
        directory.put(role_to_item(Role(name="clerk", permissions=frozenset({"orders:read", "orders:write"}))))
        directory.put(role_to_item(Role(name="storeman", permissions=frozenset({"stock:read"}))))
        yield stack


@pytest.fixture
def secret() -> str:
    """Return the secret of every confidential client of a test."""
    return "s" * 43


@pytest.fixture
def service(deployment, secret, clock) -> Client:
    """Register a confidential client for client_credentials."""
    return deployment.put_client(
        Client(
            client_id="c_service",
            client_name="Service",
            token_endpoint_auth_method="client_secret_basic",
            grant_types=("client_credentials",),
            scope=("orders:read", "orders:write"),
            secrets=(ClientSecret(sha256=hash_secret(secret), created_at=int(clock())),),
        )
    )


@pytest.fixture
def legacy(deployment, service) -> Client:
    """Register a first-party client that may use passwords and refresh."""
    return deployment.put_client(
        replace(
            service,
            client_id="c_legacy",
            grant_types=("password", "refresh_token"),
            scope=("orders:read", "orders:write", "orders:admin"),
            first_party=True,
        )
    )


@pytest.fixture
def browser(deployment, legacy) -> Client:
    """Register a public client whose refresh token travels in a cookie."""
    return deployment.put_client(
        replace(
            legacy,
            client_id="c_browser",
            token_endpoint_auth_method="none",
            secrets=(),
            refresh_token_cookie=True,
            allowed_origins=("https://app.example",),
        )
    )


@pytest.fixture
def alice(deployment) -> ResourceOwner:
    """Register a user who is a clerk."""
    user = deployment.put_user(ResourceOwner(sub="u_alice", username="alice", roles=("clerk",)))
    pk, sk = password_key("alice")
    quick = PasswordHashing(memory_cost=8, time_cost=1)
    deployment.table("credentials").put({"pk": pk, "sk": sk, "sub": user.sub, "password_hash": quick.hash(PASSWORD)})
    return user


@pytest.fixture
def sign_in(deployment, legacy, alice, secret):  # noqa: ARG001 - alice must be there
    """Return the tokens of a fresh password grant."""

    def sign_in(**form: str) -> dict[str, Any]:
        answer = deployment.token(legacy, secret, grant_type="password", username="alice", password=PASSWORD, **form)
        assert answer.status == 200, answer.body
        return answer.json

    return sign_in
