"""One authorization server on moto, with its clients and its user."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from gatelet.accounts.password import PasswordHashing
from gatelet.handlers.powertools import logger
from tests.integration.aws_wire import AwsWire
from tests.integration.deployment import Clock, Deployment
from tests.integration.moto_memory import let_moto_remember
from tests.integration.registered import ALICE, BROWSER, LEGACY, PASSWORD, SECRET, SERVICE, WEB, furnish
from tests.integration.stack import Aws, MotoState, create_stack
from tests.integration.visitor import CALLBACK, Visitor

if TYPE_CHECKING:
    from gatelet.aws.settings import Settings
    from gatelet.oauth.client import Client
    from gatelet.oauth.resource_owner import ResourceOwner
    from tests.integration.api_gateway import Answer


@pytest.fixture(scope="session")
def aws() -> Aws:
    return Aws()


@pytest.fixture(scope="module")
def moto(aws):
    """Let moto answer, and botocore repeat at once instead of after a pause."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        let_moto_remember(patch)
        wire = AwsWire()
        ask = BotocoreStubber.__call__

        def send(stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
            return wire.send(partial(ask, stubber, event_name, request, **more), event_name, request)

        patch.setattr(BotocoreStubber, "__call__", send)
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
        patch.setattr("boto3.Session", lambda: aws.session)
        yield wire


@pytest.fixture(scope="session")
def signing_algorithms() -> tuple[str, ...]:
    """Return those that the stack makes keys for; a module that needs an RSA key, which takes time, says so."""
    return ("ES256",)


@pytest.fixture(scope="session")
def stacks(aws):
    """Make each kind of stack once; what is asked for again is put back."""
    made: dict[tuple[tuple[str, ...], bool], tuple[Settings, MotoState]] = {}

    def stacks(algorithms: tuple[str, ...], wire: AwsWire, *, furnished: bool = True) -> Deployment:
        kind = (algorithms, furnished)
        if kind not in made:
            MotoState.clear()
            settings = create_stack(aws, algorithms)
            if furnished:
                furnish(Deployment(aws, wire, settings))
            made[kind] = (settings, MotoState())
        settings, state = made[kind]
        state.restore()
        wire.clear()
        return Deployment(aws, wire, settings)

    return stacks


@pytest.fixture
def bare_deployment(stacks, signing_algorithms, moto) -> Deployment:
    """Return a stack whose secrets hold no keys and whose tables are empty."""
    stack: Deployment = stacks(signing_algorithms, moto, furnished=False)
    return stack


@pytest.fixture
def deployment(stacks, signing_algorithms, moto) -> Deployment:
    """Return a stack with keys, and all that is registered."""
    stack: Deployment = stacks(signing_algorithms, moto)
    return stack


@pytest.fixture(scope="module")
def shared_deployment(stacks, moto) -> Deployment:
    """Return one stack for all tests of a module, which leave nothing behind that another one would notice."""
    stack: Deployment = stacks(("ES256",), moto)
    return stack


@pytest.fixture
def wire(deployment):
    """Return what stands between the functions and AWS."""
    yield deployment.wire
    deployment.wire.clear()


@pytest.fixture
def clock(deployment: Deployment) -> Clock:
    """Return the time of the stack."""
    return deployment.clock


@pytest.fixture(scope="session")
def secret() -> str:
    """Return the secret of every confidential client."""
    return SECRET


@pytest.fixture(scope="session")
def password() -> str:
    """Return the password of every user."""
    return PASSWORD


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Return the hash of the password with the parameters of today, made once: it takes 30 ms."""
    return PasswordHashing().hash(PASSWORD)


@pytest.fixture
def service(deployment) -> Client:  # noqa: ARG001 - it is registered there
    """Return a confidential client for client_credentials."""
    return SERVICE


@pytest.fixture
def legacy(deployment) -> Client:  # noqa: ARG001
    """Return a first-party client that may use passwords and refresh."""
    return LEGACY


@pytest.fixture
def browser(deployment) -> Client:  # noqa: ARG001
    """Return a public client whose refresh token travels in a cookie."""
    return BROWSER


@pytest.fixture
def alice(deployment) -> ResourceOwner:  # noqa: ARG001
    """Return a user who is a clerk."""
    return ALICE


def sign_in_at(stack: Deployment, client: Client, **form: Any) -> Answer:
    """Sign alice in by her password."""
    secret = None if client.is_public else SECRET
    return stack.token(client, secret, grant_type="password", username="alice", password=PASSWORD, **form)


@pytest.fixture
def sign_in(deployment):
    """Return the tokens of a fresh sign-in."""

    def sign_in(client: Client = LEGACY, **form: str) -> dict[str, Any]:
        answer = sign_in_at(deployment, client, **form)
        assert answer.status == 200, answer.body
        return answer.json

    return sign_in


@pytest.fixture(scope="session")
def sign_ins() -> dict[tuple[Client, tuple[str, ...]], tuple[Answer, list[dict[str, Any]]]]:
    """Return what was answered and written when alice signed in, by client and algorithms."""
    return {}


@pytest.fixture
def signed_in(deployment, stacks, sign_ins):
    """Return a sign-in that took place when the clock began to run; it takes 100 ms to make one anew."""

    def signed_in(client: Client = LEGACY):
        kind = (client, deployment.settings.signing_algorithms)
        if kind not in sign_ins:
            now = MotoState()
            stack = stacks(kind[1], deployment.wire)
            sign_ins[kind] = (sign_in_at(stack, client), stack.items("grants"))
            now.restore()
        answer, items = sign_ins[kind]
        for item in items:
            deployment.dynamodb.put_item(TableName="grants", Item=item)
        return answer

    return signed_in


@pytest.fixture
def tokens(signed_in) -> dict[str, Any]:
    """Return the tokens of alice's sign-in through the first-party client."""
    answer: Answer = signed_in()
    return answer.json


class LogLines:
    """What the functions have logged, as text and as members."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.stream = io.StringIO()
        self._capsys = capsys

    @property
    def text(self) -> str:
        self.stream.write(self._capsys.readouterr().out)
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines that say what happened; what Powertools writes besides is a metric alone."""
        return [line for line in map(json.loads, self.text.splitlines()) if "message" in line]

    def clear(self) -> None:
        self._capsys.readouterr()
        self.stream.truncate(0)
        self.stream.seek(0)


@pytest.fixture
def log(monkeypatch, capsys) -> LogLines:
    """Collect the log of this test."""
    lines = LogLines(capsys)
    monkeypatch.setattr(logger.registered_handler, "stream", lines.stream)
    lines.clear()
    return lines


@pytest.fixture
def web(deployment) -> Client:
    """Return a confidential client of somebody else that signs people in."""
    client: Client = deployment.put_client(WEB)
    return client


@pytest.fixture
def own_web(deployment, web) -> Client:
    """Return a client of our own: nobody is asked for consent."""
    client: Client = deployment.put_client(replace(web, client_id="c_own", client_name="Own", first_party=True))
    return client


@pytest.fixture
def native(deployment, web) -> Client:
    """Return an application on a phone or computer, which can keep no secret."""
    client: Client = deployment.put_client(
        replace(
            web,
            client_id="c_native",
            token_endpoint_auth_method="none",
            secrets=(),
            redirect_uris=("http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/callback", CALLBACK),
        )
    )
    return client


@pytest.fixture
def visitor(deployment, alice) -> Visitor:  # noqa: ARG001 - she may sit there
    """Return a browser that was never here."""
    return Visitor(deployment)


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, ...], tuple[dict[str, str], dict[str, list[dict[str, Any]]]]]:
    """Return the cookies and what was written when alice signed in at a browser, by algorithms."""
    return {}


@pytest.fixture
def signed_in_visitor(deployment, stacks, sessions, visitor: Visitor) -> Visitor:
    """Return a browser in which alice signed in when the clock began to run; it takes 60 ms to do so anew."""
    kind = deployment.settings.signing_algorithms
    if kind not in sessions:
        now = MotoState()
        stack = stacks(kind, deployment.wire)
        browser = Visitor(stack)
        assert browser.sign_in(browser.open("/account")).status == 200
        sessions[kind] = (browser.cookies, {table: stack.items(table) for table in ("grants", "limits")})
        now.restore()
        deployment.wire.clear()
    cookies, written = sessions[kind]
    for table, items in written.items():
        for item in items:
            deployment.dynamodb.put_item(TableName=table, Item=item)
    visitor.cookies = dict(cookies)
    assert visitor.open("/account").status == 200
    return visitor


@pytest.fixture
def bob(deployment, alice, password_hash) -> ResourceOwner:
    """Return another user with the same rights and the same password."""
    user: ResourceOwner = deployment.put_user(replace(alice, sub="u_bob", username="bob"), password_hash)
    return user
