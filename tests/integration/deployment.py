"""A whole authorization server on moto, driven through its Lambda handlers with API Gateway events."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gatelet.aws.attributes import marshal_item
from gatelet.aws.directory import client_to_item, resource_server_to_item, role_to_item, user_to_item
from gatelet.aws.sdk_connection import SdkConnection
from gatelet.aws.settings import Settings
from gatelet.handlers import authorize, authorizer, introspect, metadata, refresh, revoke, rotate_keys, token, userinfo
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.handlers.server import Server
from tests.integration.api_gateway import FORM, Answer, basic, http_api_call, http_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.accounts.password import PasswordHashing
    from gatelet.oauth.client import Client
    from gatelet.oauth.resource_owner import ResourceOwner
    from gatelet.oauth.resource_server import ResourceServer
    from gatelet.oauth.role import Role
    from tests.integration.aws_wire import AwsWire
    from tests.integration.stack import Aws

HANDLERS = {
    "/oauth2/token": token.handler,
    "/oauth2/refresh": refresh.handler,
    "/oauth2/revoke": revoke.handler,
    "/oauth2/introspect": introspect.handler,
    "/oauth2/userinfo": userinfo.handler,
    **dict.fromkeys(("/oauth2/authorize", "/login", "/consent", "/oauth2/logout", "/account"), authorize.handler),
}


@cache
def _hashing() -> PasswordHashing:
    """Return what a server hashes passwords with; each would make one, and with it a hash of nobody's password."""
    return Server(Settings()).hashing


class Clock:
    """The time of a test; it moves only when it is told to."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


class Deployment:
    """The tables and secrets of one stack, and a container of any function at hand."""

    def __init__(self, aws: Aws, wire: AwsWire, settings: Settings) -> None:
        self.clock = Clock()
        self.wire = wire
        self.dynamodb = aws.dynamodb
        self.secretsmanager = aws.secretsmanager
        self.settings = settings
        self._containers: dict[str, Server] = {}
        self._authorizers: dict[str, ProtectedApi] = {}

    # Containers

    def server(self, name: str, clock: Callable[[], float] | None = None) -> Server:
        """Return the server of one warm container; one made anew may have a clock of its own."""
        if name not in self._containers:
            connect = SdkConnection if name.startswith("rotate_keys") else self.wire.connect
            server = Server(self.settings, clock=clock or self.clock, connect=connect)
            server.hashing = _hashing()
            self._containers[name] = server
        return self._containers[name]

    def api(self, name: str = "authorizer") -> ProtectedApi:
        """Return what one warm container of the authorizer works with."""
        if name not in self._authorizers:
            self._authorizers[name] = ProtectedApi(self.settings, clock=self.clock, connect=self.wire.connect)
        return self._authorizers[name]

    def restart(self) -> None:
        """Forget every container."""
        self._containers.clear()
        self._authorizers.clear()

    def change_settings(self, **settings: Any) -> None:
        """Deploy with other settings."""
        self.settings = self.settings._replace(**settings)
        self.restart()

    # State

    def items(self, name: str) -> list[dict[str, Any]]:
        """Everything that stands in a table, as attribute values."""
        return self.dynamodb.scan(TableName=name)["Items"]

    def events(self) -> list[tuple[str, str]]:
        """Type and id of every event in the feed."""
        return sorted((item["type"]["S"], item["id"]["S"]) for item in self.items("feed"))

    def grant(self) -> dict[str, Any]:
        """Return the one grant that there is, as attribute values."""
        (item,) = [item for item in self.items("grants") if item["sk"]["S"] == "GRANT"]
        return item

    def secret_document(self, name: str) -> dict[str, Any]:
        """Return the current version of a secret."""
        document: dict[str, Any] = json.loads(self._current(name)["SecretString"])
        return document

    def put_secret(self, name: str, document: str) -> None:
        """Make a document the current version of a secret, as an operator would by hand."""
        arn, current = getattr(self.settings, name), self._current(name)["VersionId"]
        answer = self.secretsmanager.put_secret_value(SecretId=arn, SecretString=document, VersionStages=["BY_HAND"])
        self.secretsmanager.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=answer["VersionId"]
        )

    def put_client(self, client: Client) -> Client:
        """Register a client, or change one; every container forgets what it remembered."""
        self._put("directory", client_to_item(client))
        self.restart()
        return client

    def put_user(self, user: ResourceOwner, password_hash: str | None = None) -> ResourceOwner:
        """Register a user, or change one."""
        self._put("directory", user_to_item(user))
        if password_hash is not None:
            key = {"pk": f"USERNAME#{user.username}", "sk": "PASSWORD"}
            self._put("credentials", {**key, "sub": user.sub, "password_hash": password_hash})
        return user

    def put_resource_server(self, server: ResourceServer) -> ResourceServer:
        """Register a protected API, or change one."""
        self._put("directory", resource_server_to_item(server))
        self.restart()
        return server

    def put_role(self, role: Role) -> Role:
        """Register a role, or change one."""
        self._put("directory", role_to_item(role))
        self.restart()
        return role

    # Requests

    def request(
        self,
        path: str,
        *,
        method: str = "POST",
        form: dict[str, str] | None = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        query: str = "",
        cookies: tuple[str, ...] = (),
        encode: bool = True,
        container: str | None = None,
    ) -> Answer:
        """Send one HTTP request to the function that answers the path."""
        data = urlencode(form).encode() if form is not None else body
        given = {**(FORM if form is not None else {}), **(headers or {})}
        event = http_event(method, path, given, body=data, query=query, cookies=cookies, encode=encode)
        handler = HANDLERS.get(path, metadata.handler)
        return Answer(handler.respond(event, self.server(container or path)))

    def token(
        self,
        client: Client,
        secret: str | None = None,
        *,
        headers: dict[str, str] | None = None,
        container: str | None = None,
        **form: str,
    ) -> Answer:
        """Send a token request with client_secret_basic, or with client_id alone for a public client."""
        return self._as_client("/oauth2/token", client, secret, headers, container, form)

    def refresh(
        self, client: Client, secret: str | None, refresh_token: str, *, container: str | None = None, **form: str
    ) -> Answer:
        """Exchange a refresh token at the token endpoint."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **form}
        return self._as_client("/oauth2/token", client, secret, None, container, form)

    def revoke(
        self, client: Client, secret: str | None = None, *, headers: dict[str, str] | None = None, **form: str
    ) -> Answer:
        return self._as_client("/oauth2/revoke", client, secret, headers, None, form)

    def _as_client(
        self,
        path: str,
        client: Client,
        secret: str | None,
        headers: dict[str, str] | None,
        container: str | None,
        form: dict[str, str],
    ) -> Answer:
        identity = {} if secret is not None else {"client_id": client.client_id}
        given = {**(basic(client.client_id, secret) if secret is not None else {}), **(headers or {})}
        return self.request(path, form={**identity, **form}, headers=given, container=container)

    # The authorizer and the keys

    def authorize(self, token: str, route_key: str = "GET /orders", *, container: str = "authorizer") -> bool:
        """Ask the authorizer about one call of the protected API."""
        event = http_api_call({"authorization": f"Bearer {token}"}, route_key)
        allowed: bool = self.decide(event, container)["isAuthorized"]
        return allowed

    def decide(self, event: dict[str, Any], container: str = "authorizer") -> dict[str, Any]:
        """Return the whole answer of the authorizer."""
        return authorizer.handler.decide(event, self.api(container))

    def rotate_keys(
        self, event: dict[str, Any], answer: Callable[[str, dict[str, Any]], None] | None = None
    ) -> dict[str, Any]:
        """Invoke rotate_keys; `answer` takes what it would send to CloudFormation."""
        server = self.server("rotate_keys")
        result = rotate_keys.handler.serve(event, server, answer or (lambda _url, _document: None))
        return result or {}

    def _put(self, table: str, item: dict[str, Any]) -> None:
        self.dynamodb.put_item(TableName=table, Item=marshal_item(item))

    def _current(self, secret: str) -> dict[str, Any]:
        arn = getattr(self.settings, secret)
        return dict(self.secretsmanager.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT"))
