"""What goes wrong outside the command is one sentence that says what to do."""

from __future__ import annotations

import json

import pytest
from botocore import handlers
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

from gatelet.oauth.client_authentication import hash_secret
from gatelet_cli.main import main
from tests.integration.cli.conftest import respond

LIST = ("clients", "list")


@pytest.fixture
def hook():
    """Return a function that stands before every call of a service."""
    hooks = []

    def hook(service: str, answer) -> None:
        hooks.append((f"before-send.{service}", answer))
        handlers.BUILTIN_HANDLERS.insert(0, hooks[-1])

    yield hook
    for each in hooks:
        handlers.BUILTIN_HANDLERS.remove(each)


@pytest.fixture
def fault(hook):
    """Return a function that lets every call of a service end in an error of AWS."""

    def fault(service: str, code: str) -> None:
        xml = (
            f"<ErrorResponse><Error><Code>{code}</Code><Message>because</Message></Error>"
            "<RequestId>r</RequestId></ErrorResponse>"
        )
        text = xml if service == "cloudformation" else json.dumps({"__type": f"x#{code}", "message": "because"})

        def answer(request, **_):
            return respond(request.url, 400, text)

        hook(service, answer)

    return fault


@pytest.fixture
def broken(hook):
    """Return a function that lets every call of a service raise an error."""

    def broken(service: str, error: Exception) -> None:
        def fail(**_):
            raise error

        hook(service, fail)

    return broken


def test_stack_that_is_not_there(gatelet):
    printed = gatelet.fails("--stack", "Nothing", *LIST)
    assert "There is no stack Nothing in us-east-1." in printed
    assert "--stack" in printed


def test_stack_that_is_something_else(gatelet, deploy):
    deploy("Other", GateletDirectoryTable="")
    printed = gatelet.fails("--stack", "Other", *LIST)
    assert "no output GateletDirectoryTable" in printed
    assert "CREATE_COMPLETE" in printed


def test_region_that_is_not_set(gatelet, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert "No AWS region is set. Give --region" in gatelet.fails(*LIST)


def test_region_that_is_none(gatelet):
    assert "--region is not the name of an AWS region" in gatelet.fails("--region", "not a region", *LIST)


def test_profile_that_is_not_there(gatelet):
    printed = gatelet.fails("--profile", "nobody", *LIST)
    assert "nobody" in printed
    assert "aws configure list-profiles" in printed


def test_credentials_that_are_not_there(gatelet, broken):
    broken("cloudformation", NoCredentialsError())
    printed = gatelet.fails(*LIST)
    assert "There are no AWS credentials." in printed
    assert "--profile" in printed


@pytest.mark.parametrize("service", ["cloudformation", "dynamodb"])
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredTokenException", "credentials have expired"),
        ("UnrecognizedClientException", "does not accept the credentials"),
        ("AccessDeniedException", "GateletOperatorPolicy"),
        ("ThrottlingException", "wait a moment and try again"),
        ("SomethingElse", "SomethingElse: because"),
    ],
)
def test_refusal_of_aws(gatelet, fault, service, code, sentence):
    fault(service, code)
    assert sentence in gatelet.fails(*LIST)


def test_table_that_is_gone(gatelet, deployment):
    deployment.dynamodb.delete_table(TableName="directory")
    assert "A part of the stack is gone" in gatelet.fails(*LIST)


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com"),
        ReadTimeoutError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com"),
    ],
)
def test_network_that_is_down(gatelet, broken, error):
    broken("dynamodb", error)
    printed = gatelet.fails(*LIST)
    assert "AWS cannot be reached" in printed
    assert "dynamodb.us-east-1" in printed


def test_client_whose_registration_was_answered_by_nobody_is_not_taken_for_another(gatelet, hook, directory):
    """The SDK repeats the write and finds its own: the secret must still be shown."""
    lost: list[object] = []

    def lose(request, event_name, **_):
        if not lost:
            lost.append(botocore_stubber(event_name, request))
            raise ReadTimeoutError(endpoint_url=request.url)

    hook("dynamodb.PutItem", lose)
    options = ("--client-name", "x", "--grant-type", "client_credentials", "--scope", "orders:read")
    made = gatelet.json("clients", "create", *options)
    assert lost
    assert directory.client(made["client_id"]).secrets[0].sha256 == hash_secret(made["client_secret"])


@pytest.mark.attack("ATK-391")
def test_transaction_whose_answer_was_lost_is_repeated_under_its_name(gatelet, hook):
    """AWS knows it by its ClientRequestToken for ten minutes; moto does not."""
    names: list[str] = []

    def lose(request, event_name, **_):
        names.append(json.loads(request.body)["ClientRequestToken"])
        if len(names) == 1:
            botocore_stubber(event_name, request)
            raise ReadTimeoutError(endpoint_url=request.url)
        return respond(request.url, 200, "{}")

    hook("dynamodb.TransactWriteItems", lose)
    gatelet.json("apis", "create", "--identifier", "https://x.example", "--scope", "x=X")
    assert len(names) == 2
    assert len(set(names)) == 1


@pytest.mark.attack("ATK-392")
@pytest.mark.attack("ATK-393")
@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_transaction_that_meets_another_one(gatelet, hook, code):
    """Neither moto nor the emulator ever raises TransactionConflict; AWS does. A reason may have no Message."""
    refusal = {
        "__type": "x#TransactionCanceledException",
        "message": "Transaction cancelled",
        "CancellationReasons": [{"Code": "None"}, {"Code": code}],
    }
    hook("dynamodb.TransactWriteItems", lambda request, **_: respond(request.url, 400, json.dumps(refusal)))
    printed = gatelet.fails("apis", "create", "--identifier", "https://x.example", "--scope", "x")
    assert "Somebody else is changing the same records" in printed


def test_local_stack_that_does_not_run(gatelet, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    printed = gatelet.fails("--local", *LIST)
    assert "No local stack is running" in printed
    assert "make run" in printed


def test_local_stack_has_a_region_of_its_own(gatelet):
    assert "--local takes neither" in gatelet.fails("--local", *LIST, "--region", "eu-central-1", code=2)


def test_record_of_the_local_stack_that_is_broken(gatelet, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gatelet").mkdir()
    for text in ("{", "[]", '{"endpoint":"http://127.0.0.1:1"}'):
        (tmp_path / ".gatelet" / "local.json").write_text(text)
        assert "cannot be read" in gatelet.fails("--local", *LIST)


def test_local_stack_that_was_killed_has_left_its_record(gatelet, monkeypatch, tmp_path, broken):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gatelet").mkdir()
    record = {"endpoint": "http://127.0.0.1:9", "region": "us-east-1", "stack": "Gatelet"}
    (tmp_path / ".gatelet" / "local.json").write_text(json.dumps(record))
    broken("cloudformation", EndpointConnectionError(endpoint_url=record["endpoint"]))
    assert "does not answer at http://127.0.0.1:9" in gatelet.fails("--local", *LIST)


def test_local_stack_is_found_from_a_folder_below_and_asked_with_its_own_credentials(
    gatelet, monkeypatch, tmp_path, hook
):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / ".gatelet").mkdir()
    record = {"endpoint": "https://cloudformation.us-east-1.amazonaws.com", "region": "us-east-1", "stack": "Gatelet"}
    (tmp_path / ".gatelet" / "local.json").write_text(json.dumps(record))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    requests = []

    def refuse(request, **_):
        requests.append(request)
        raise NoCredentialsError

    hook("cloudformation", refuse)
    gatelet.fails("--local", *LIST)
    assert b"Credential=test/" in requests[0].headers["Authorization"]
    assert requests[0].url.startswith(record["endpoint"])


def test_a_fault_of_the_command_itself_is_not_hidden(gatelet, broken):
    broken("dynamodb", ZeroDivisionError("ours"))
    with pytest.raises(ZeroDivisionError):
        gatelet.run(*LIST)


def test_global_options_stand_before_or_after_the_command(gatelet):
    for arguments in (
        ("--output", "json", "clients", "list"),
        ("clients", "--output", "json", "list"),
        ("clients", "list", "--output=json"),
        ("clients", "list", "--output", "json", "--stack", "Gatelet", "--region", "us-east-1"),
    ):
        assert gatelet.run(*arguments) == "[]\n"


def test_unknown_output_is_a_usage_error(gatelet):
    assert "--output" in gatelet.fails("clients", "list", "--output", "xml", code=2)


def test_console_script_ends_with_the_exit_code(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["gatelet", "clients", "list", "--local", "--profile", "x"])
    with mock_aws(), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--local takes neither" in capsys.readouterr().err
