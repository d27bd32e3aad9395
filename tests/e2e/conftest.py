"""One deployed stack for all end-to-end tests: real HTTP, real handlers, the stack's own IAM policies enforced."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

from gatelet_cli.local.stack import local_stack
from gatelet_cli.local.synthesis import synthesize
from tests.e2e.journal import Journal
from tests.e2e.registration import Registration
from tests.e2e.server import Route, Server
from tests.e2e.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gatelet_cli.local.demonstration import DemonstrationClient, DemonstrationUser
    from gatelet_cli.local.stack import LocalStack
    from tests.e2e.server import Confidential

OTHER_SCOPE = "whoami:other"


@pytest.fixture(scope="session", autouse=True)
def _environment():
    """Let the client libraries talk to a loopback issuer, and boto3 to nothing but the emulator."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        environment.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        environment.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        environment.setenv("NO_PROXY", "127.0.0.1")
        environment.setenv("no_proxy", "127.0.0.1")
        yield


@pytest.fixture(scope="session")
def assembly(tmp_path_factory) -> Path:
    """Synthesize the application, for every stack of these tests."""
    return synthesize(tmp_path_factory.mktemp("assembly") / "cdk.out")


@pytest.fixture(scope="session")
def deployed(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Deploy the stack."""
    with local_stack(tmp_path_factory.mktemp("stack"), port=0, assembly=assembly) as running:
        _own_second_scope(running)
        yield running


def _own_second_scope(stack: LocalStack) -> None:
    """Give the protected API a scope that its route does not ask for, before any function remembers the API."""
    stack.administration.directory.change_resource_server(
        stack.demonstration.resource.audience,
        lambda api: replace(api, scopes={**api.scopes, OTHER_SCOPE: "Something else"}),
    )


@pytest.fixture(scope="session")
def journal(deployed) -> Journal:
    return Journal(deployed)


@pytest.fixture(scope="session")
def stack(deployed, journal) -> LocalStack:
    """Return the stack; its journal is read from the first request on, for the emulator stops when the pipe is full."""
    del journal
    stack: LocalStack = deployed
    return stack


@pytest.fixture(scope="session")
def server(stack) -> Iterator[Server]:
    """Return the server."""
    with requests.Session() as http:
        yield Server(stack.issuer, http)


@pytest.fixture(scope="session")
def route(stack) -> Iterator[Route]:
    """Return the protected route."""
    with requests.Session() as http:
        yield Route(stack.demonstration.resource.url, http)


@pytest.fixture(scope="session")
def service(stack: LocalStack) -> DemonstrationClient:
    """Return the client of the client_credentials grant."""
    return stack.demonstration.clients["service"]


@pytest.fixture(scope="session")
def legacy(stack: LocalStack) -> DemonstrationClient:
    """Return the client of the password grant."""
    return stack.demonstration.clients["legacy"]


@pytest.fixture(scope="session")
def user(stack: LocalStack) -> DemonstrationUser:
    return stack.demonstration.user


@pytest.fixture(scope="session")
def registration(stack) -> Registration:
    return Registration(stack.administration)


@pytest.fixture(scope="session")
def store(stack) -> Store:
    """Return the operator's access to grants and sessions."""
    return Store(stack)


@pytest.fixture
def authlib() -> Callable[..., OAuth2Session]:
    """Make Authlib's client, as it comes."""

    def make(client: Confidential, **options: Any) -> OAuth2Session:
        return OAuth2Session(client.client_id, client.client_secret, **options)

    return make


@pytest.fixture(scope="session")
def rotate_keys(stack) -> Callable[..., dict[str, Any]]:
    """Invoke the function that makes keys, as the operator's command does."""
    functions = stack.emulator.session.client("lambda")
    name = stack.outputs["GateletRotateKeysFunction"]

    def invoke(**event: Any) -> dict[str, Any]:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        result = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        return dict(result)

    return invoke
