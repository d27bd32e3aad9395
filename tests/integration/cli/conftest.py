"""The `gatelet` command on a CloudFormation stack of moto, whose functions are the real ones."""

from __future__ import annotations

import contextlib
import functools
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import handlers, loaders
from botocore.awsrequest import AWSResponse, HeadersDict
from moto import mock_aws
from moto.core.base_backend import BackendDict
from typer.main import get_command
from typer.testing import CliRunner

from gatelet.aws.directory_administration import DirectoryAdministration
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role
from gatelet_cli.aws_session import LocalSession
from gatelet_cli.main import app
from gatelet_cli.terminal import Answer, Terminal
from tests.integration.cli.deployed import AUDIENCE, FIRST_KEYS, LOG_GROUP, TABLES, Clock, Deployed, Operated
from tests.integration.moto_memory import let_moto_remember
from tests.integration.stack import MotoState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatelet.aws.settings import Settings

STACK = "Gatelet"
ALARMS = ("ServerErrors", "ReuseDetected")
ISSUER = "https://abc123.execute-api.us-east-1.amazonaws.com"
PASSWORD = "correct horse battery staple"


class FakeTerminal(Terminal):
    """A person, time and a network that do what the test says."""

    def __init__(self) -> None:
        self.interactive = False
        self.answers: list[bool] = []
        self.questions: list[str] = []
        self.password = ""
        self.input = ""
        self.waited: list[int] = []
        self.interrupt = False
        self.web: dict[str, Answer] = {}

    def is_interactive(self) -> bool:
        return self.interactive

    def confirm(self, question: str) -> bool:
        self.questions.append(question)
        return self.answers.pop(0)

    def new_password(self) -> str:
        return self.password

    def standard_input(self) -> str:
        return self.input

    def wait(self, seconds: int, reason: str) -> None:
        assert reason
        self.waited.append(seconds)
        if self.interrupt:
            raise KeyboardInterrupt

    def fetch(self, url: str, method: str = "GET") -> Answer | None:
        return self.web.get(f"{method} {url}")


class Command:
    """Runs `gatelet` and keeps what it printed."""

    def __init__(self, terminal: FakeTerminal) -> None:
        self.terminal = terminal
        self.printed = ""
        self._runner = CliRunner()

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command that must end with an exit code, and return what it printed on both channels."""
        result = self._runner.invoke(app, list(arguments), obj=self.terminal)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.printed += result.output
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed and return the JSON on standard output."""
        result = self._runner.invoke(app, [*arguments, "--output", "json"], obj=self.terminal)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.printed += result.output
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def fails(self, *arguments: str, code: int = 1) -> str:
        """Run a command that must fail and return its sentence."""
        return self.run(*arguments, code=code)


class Body(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def respond(url: str, status: int, text: str, headers: dict[str, str] | None = None) -> AWSResponse:
    """Make an answer of AWS."""
    return AWSResponse(url, status, HeadersDict(headers or {}), Body(text.encode()))  # type: ignore[arg-type]


class Functions:
    """Answers `lambda:InvokeFunction` of every client with the real function."""

    def __init__(self, deployment: Any) -> None:
        self._deployment = deployment
        self.events: list[dict[str, Any]] = []

    def __call__(self, request: Any, **_: object) -> AWSResponse:
        event = json.loads(request.body)
        self.events.append(event)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                document, headers = self._deployment.rotate_keys(event), {}
        except Exception as error:  # noqa: BLE001 - as Lambda does
            document = {"errorType": type(error).__name__, "errorMessage": str(error)}
            headers = {"x-amz-function-error": "Unhandled"}
        return respond(request.url, 200, json.dumps(document), headers)


@pytest.fixture(scope="session", autouse=True)
def _read_once():
    """Let all sessions share what they read of the services, and all runs the command's syntax: both take time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", functools.cache(get_command))
        patch.setattr("botocore.session.create_loader", functools.cache(loaders.create_loader))
        yield


@pytest.fixture(scope="session")
def shared_session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="us-east-1")


@pytest.fixture(scope="session")
def operated(shared_session) -> Operated:
    return Operated(shared_session)


@pytest.fixture(scope="session")
def moment() -> datetime:
    """Return the time of every answer of AWS: it stands still, so a stack that is put back is as old as it was."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def clock(moment) -> Clock:
    """Let the functions live at the time of DynamoDB's answers."""
    return Clock(moment.timestamp())


@pytest.fixture
def secret() -> str:
    """Return the secret of a client that was not registered by the command."""
    return "s" * 43


@pytest.fixture(scope="module")
def _moto(moment):
    """Let moto answer, and botocore repeat at once instead of after a pause."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        let_moto_remember(patch)
        patch.setattr("moto.core.responses.utcnow", lambda: moment)
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
        yield


@pytest.fixture(scope="session")
def stacks(operated):
    """Make a stack with keys and a directory once, and put it back for whoever asks."""
    made: list[tuple[Settings, MotoState]] = []

    def stacks(clock: Clock) -> Deployed:
        BackendDict.reset()
        if not made:
            settings = operated.create_stack()
            stack = Deployed(operated, settings, clock)
            stack.rotate_keys(FIRST_KEYS)
            furnish(DirectoryAdministration(stack.connection, "directory"))
            made.append((settings, MotoState()))
            BackendDict.reset()
        ((settings, state),) = made
        state.restore()
        return Deployed(operated, settings, clock)

    return stacks


@pytest.fixture
def deployment(monkeypatch, clock, shared_session, stacks, _moto) -> Deployed:
    """Return a stack with keys and a directory. The functions share a session, a command makes its own."""
    (session,) = LocalSession.__bases__
    monkeypatch.setattr("boto3.Session", lambda **own: session(**own) if own else shared_session)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    stack: Deployed = stacks(clock)
    return stack


def furnish(directory: DirectoryAdministration) -> None:
    """Create the APIs orders and stock, and the roles clerk and storeman."""
    orders = {"orders:read": "See orders", "orders:write": "Change orders", "orders:admin": "Everything"}
    directory.create_resource_server(ResourceServer(identifier=AUDIENCE, name="Orders", scopes=orders))
    stock = {"stock:read": "See stock"}
    directory.create_resource_server(ResourceServer(identifier="https://stock.example", name="Stock", scopes=stock))
    directory.create_role(Role(name="clerk", permissions=frozenset({"orders:read", "orders:write"})))
    directory.create_role(Role(name="storeman", permissions=frozenset({"stock:read"})))


@pytest.fixture
def directory(deployment) -> DirectoryAdministration:
    """Return the directory as another operator would change it."""
    return DirectoryAdministration(deployment.connection, "directory")


@pytest.fixture
def functions(deployment):
    """Route invocations to the real functions, as moto itself hooks into botocore."""
    functions = Functions(deployment)
    hook = ("before-send.lambda.Invoke", functions)
    handlers.BUILTIN_HANDLERS.append(hook)
    yield functions
    handlers.BUILTIN_HANDLERS.remove(hook)


@pytest.fixture
def deploy(deployment, functions):  # noqa: ARG001 - the functions must be there
    """Return a function that makes the CloudFormation stack."""

    def deploy(name: str = STACK, **outputs: str) -> None:
        values = {
            "GateletIssuer": ISSUER,
            "GateletApiEndpoint": ISSUER,
            "GateletRotateKeysFunction": "Gatelet-RotateKeys",
            "GateletPasswordGrant": "true",
            "GateletLogGroup": LOG_GROUP,
            "GateletAlarms": ",".join(ALARMS),
            **{f"Gatelet{table.capitalize()}Table": table for table in TABLES},
            **outputs,
        }
        template = {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},  # there must be one
            "Outputs": {output: {"Value": value} for output, value in values.items() if value},
        }
        client = boto3.client("cloudformation", region_name="us-east-1")
        client.create_stack(StackName=name, TemplateBody=json.dumps(template))

    return deploy


@pytest.fixture
def terminal() -> FakeTerminal:
    return FakeTerminal()


@pytest.fixture
def gatelet(deploy, directory, terminal) -> Command:
    """Return the command on a stack with the APIs orders and stock, and the roles clerk and storeman."""
    assert directory
    deploy()
    return Command(terminal)


@dataclass(kw_only=True)
class Bob:
    """A user, and the first-party client that he signs in with."""

    deployment: Deployed
    client: Client
    secret: str
    sub: str = ""

    def sign_in(self, password: str = PASSWORD, username: str = "bob") -> Any:
        """Return the answer to a password grant."""
        return self.deployment.token(
            self.client, self.secret, grant_type="password", username=username, password=password
        )

    def tokens(self) -> Any:
        answer = self.sign_in()
        assert answer.status == 200, answer.body
        return answer.json

    def refresh(self, tokens: dict[str, str]) -> Any:
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        return self.deployment.token(self.client, self.secret, **form)


@pytest.fixture
def nobody(deployment, directory, secret) -> Bob:
    """Return somebody who would sign in, and is not there yet."""
    client = Client(
        client_id="c_legacy",
        client_name="Legacy",
        token_endpoint_auth_method="client_secret_basic",
        grant_types=("password", "refresh_token"),
        scope=("orders:read", "orders:write"),
        secrets=(ClientSecret(sha256=hash_secret(secret), created_at=directory.now()),),
        first_party=True,
    )
    directory.create_client(client)
    return Bob(deployment=deployment, client=client, secret=secret)


@pytest.fixture
def bob(gatelet, terminal, nobody):
    """Create a user who is a clerk."""
    terminal.input = PASSWORD + "\n"
    nobody.sub = gatelet.json("users", "create", "bob", "--role", "clerk", "--password-stdin")["sub"]
    return nobody
