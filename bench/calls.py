"""Which calls leave the process for each operation, on a warm container, and which ones should."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto import mock_aws

from bench import sign_in
from bench.emulated_aws import Clock, Deployment, EmulatedAws
from bench.events import authorizer_event, form_event, http_event
from bench.operation import Operation
from bench.population import LEGACY, PASSWORD, SERVICE, USERNAME
from bench.row import Row, Section
from gatelet.handlers import authorizer, introspect, metadata, revoke, token

if TYPE_CHECKING:
    from gatelet.oauth.client import Client


HANDLERS = {
    "token": token.handler,
    "revoke": revoke.handler,
    "introspect": introspect.handler,
    "metadata": metadata.handler,
}


def measure() -> tuple[Section, ...]:
    """Count the calls of every operation once all caches are filled."""
    with mock_aws():
        aws = EmulatedAws()
        with aws.loopback.running():
            deployment = Deployment(aws, Clock())
            operations = (*Traffic(deployment).operations(), *sign_in.operations(deployment))
            rows = tuple(_row(operation, aws) for operation in operations)
    return (Section(title="Calls to AWS of a warm call", rows=rows),)


def _row(operation: Operation, aws: EmulatedAws) -> Row:
    calls = aws.calls_of(operation.run)
    return Row(
        what=operation.name,
        value=len(calls),
        unit="calls",
        against="the design",
        goal=f"{len(operation.calls)}",
        met=calls == list(operation.calls),
        remark=", ".join(calls),
        exact=True,
    )


class Traffic:
    """Requests to one deployment; what they need is asked for beforehand, so that caches are warm."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._machine_token = self._token(SERVICE, grant_type="client_credentials")["access_token"]
        self._sign_in()
        self._authorize(self._machine_token)
        for path in ("/.well-known/openid-configuration", "/.well-known/jwks.json"):
            self._get(path)
        self._revoke(SERVICE, self._token(SERVICE, grant_type="client_credentials")["access_token"])
        self._revoke(LEGACY, "forged")
        self._introspect(self._sign_in()["access_token"])

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations of the design's table."""
        rotation = ["UpdateItem grants", "GetItem directory"]
        announcement, revocation = "PutItem feed", "UpdateItem grants"
        used, spent, revoked, person = (self._sign_in() for _ in range(4))
        for _ in range(2):
            spent["newest"] = self._refresh(spent.get("newest", spent["refresh_token"]))["refresh_token"]
        authentication = ["UpdateItem limits", "GetItem credentials", "GetItem directory", "UpdateItem limits"]
        return (
            Operation("client_credentials", lambda: self._token(SERVICE, grant_type="client_credentials"), []),
            Operation("refresh_token", lambda: self._refresh(used["refresh_token"]), rotation),
            Operation("refresh_token, an honest retry", lambda: self._refresh(used["refresh_token"]), rotation),
            Operation("password", self._sign_in, [*authentication, "PutItem grants", "PutItem grants"]),
            Operation(
                "refresh token reused",
                lambda: self._refresh(spent["refresh_token"], error="invalid_grant"),
                ["UpdateItem grants", announcement, revocation],
            ),
            Operation(
                "refresh token forged", lambda: self._refresh(_forged(used["refresh_token"]), error="invalid_grant"), []
            ),
            Operation(
                "revoke a refresh token",
                lambda: self._revoke(LEGACY, revoked["refresh_token"]),
                [announcement, revocation],
            ),
            Operation("revoke an access token", lambda: self._revoke(LEGACY, person["access_token"]), [announcement]),
            Operation("revoke a forged token", lambda: self._revoke(LEGACY, _forged(person["access_token"])), []),
            Operation(
                "introspect a user's token",
                lambda: self._introspect(used["access_token"]),
                ["GetItem grants", "Query feed"],
            ),
            Operation("authorizer", lambda: self._authorize(self._machine_token), []),
            Operation(
                "authorizer, forged token", lambda: self._authorize(_forged(self._machine_token), allowed=False), []
            ),
            Operation("authorizer, 5 s later", self._authorize_later, ["Query feed"]),
            Operation("discovery", lambda: self._get("/.well-known/openid-configuration"), []),
            Operation("JWKS", lambda: self._get("/.well-known/jwks.json"), []),
        )

    def _sign_in(self) -> dict[str, Any]:
        return self._token(LEGACY, grant_type="password", username=USERNAME, password=PASSWORD)

    def _refresh(self, refresh_token: str, error: str | None = None) -> dict[str, Any]:
        return self._token(LEGACY, error, grant_type="refresh_token", refresh_token=refresh_token)

    def _token(self, client: Client, error: str | None = None, **form: str) -> dict[str, Any]:
        answer = self._respond("token", form_event("/oauth2/token", client, **form))
        body: dict[str, Any] = json.loads(answer["body"])
        _require(body.get("error") == error, body)
        return body

    def _revoke(self, client: Client, revoked: str) -> None:
        answer = self._respond("revoke", form_event("/oauth2/revoke", client, token=revoked))
        _require(answer["statusCode"] == HTTPStatus.OK, answer)

    def _introspect(self, access_token: str) -> None:
        answer = self._respond("introspect", form_event("/oauth2/introspect", SERVICE, token=access_token))
        _require(json.loads(answer["body"])["active"], answer)

    def _authorize(self, access_token: str, *, allowed: bool = True) -> None:
        answer = authorizer.handler.decide(authorizer_event(access_token), self._deployment.api)
        _require(answer["isAuthorized"] is allowed, answer)

    def _authorize_later(self) -> None:
        self._deployment.clock.advance(5)
        self._authorize(self._machine_token)

    def _get(self, path: str) -> None:
        answer = self._respond("metadata", http_event("GET", path))
        _require(answer["statusCode"] == HTTPStatus.OK, answer)

    def _respond(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        return HANDLERS[function].respond(event, self._deployment.server(function))


def _forged(text: str) -> str:
    """Change the last character but four: the form stays, the signature or tag does not."""
    return f"{text[:-5]}{'A' if text[-5] != 'A' else 'B'}{text[-4:]}"


def _require(holds: bool, answer: object) -> None:  # noqa: FBT001
    if not holds:
        raise RuntimeError(f"the operation did not end as it should: {answer}")
