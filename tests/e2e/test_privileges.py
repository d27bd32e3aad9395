"""What each function may do is tried with its own role: the emulator enforces the stack's IAM policies."""

from __future__ import annotations

from functools import partial

import boto3
import pytest
from botocore.exceptions import ClientError

SECRETS = ("Signing", "Grant")
TABLES = ("Directory", "Credentials", "Grants", "Limits", "Keys", "Feed")
# r: read; w: update and put; p: put alone.
FORGETS = {("authorize", "Credentials"), ("authorize", "Grants")}
"""A consent that is taken back, a session that has ended."""
MATRIX = {
    "token": ("r", "r", "r", "rw", "rw", "w", "", "p"),
    "refresh": ("r", "r", "r", "", "rw", "w", "", "p"),
    "authorize": ("", "r", "r", "rw", "rw", "w", "r", "p"),
    "introspect": ("", "r", "r", "", "r", "w", "r", "r"),
    "userinfo": ("", "", "r", "", "r", "", "r", "r"),
    "revoke": ("", "r", "r", "", "rw", "w", "r", "p"),
    "metadata": ("", "", "", "", "", "", "r", ""),
    "authorizer": ("", "", "", "", "", "", "r", "r"),
    "rotate_keys": ("r", "r", "", "", "", "", "rw", "p"),
    "whoami": ("", "", "", "", "", "", "", ""),
}
NOWHERE = {"pk": {"S": "nowhere"}, "sk": {"S": "nowhere"}}


@pytest.fixture
def session_of(stack):
    """Take on the role of a function."""

    def take(handler: str) -> boto3.Session:
        aws = stack.emulator.session
        functions = aws.client("lambda").list_functions()["Functions"]
        (role,) = {each["Role"] for each in functions if each["Handler"] == f"gatelet.handlers.{handler}.handler"}
        taken = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return boto3.Session(
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
            region_name=aws.region_name,
        )

    return take


@pytest.mark.parametrize("handler", MATRIX)
def test_role_allows_what_the_function_needs_and_nothing_else(handler, session_of, stack):
    """A function that is broken into can do no more than this."""
    session = session_of(handler)
    secrets = session.client("secretsmanager", endpoint_url=stack.emulator.endpoint)
    dynamodb = session.client("dynamodb", endpoint_url=stack.emulator.endpoint)
    observed = (
        *(_secret_privileges(secrets, stack.outputs[f"Gatelet{name}Secret"]) for name in SECRETS),
        *(_table_privileges(dynamodb, stack.outputs[f"Gatelet{name}Table"]) for name in TABLES),
    )
    assert observed == MATRIX[handler]
    deletes = partial(_may_delete, dynamodb)
    assert {(handler, name) for name in TABLES if deletes(stack.outputs[f"Gatelet{name}Table"])} == {
        each for each in FORGETS if each[0] == handler
    }


def _secret_privileges(client, secret: str) -> str:
    return "r" if _allowed(partial(client.get_secret_value, SecretId=secret)) else ""


def _table_privileges(client, table: str) -> str:
    """Try everything on an item that is not there, so that nothing changes."""
    unmet = {"TableName": table, "ConditionExpression": "attribute_exists(pk)"}
    get = _allowed(partial(client.get_item, TableName=table, Key=NOWHERE))
    query = _allowed(
        partial(
            client.query,
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": NOWHERE["pk"]},
        )
    )
    put = _allowed(partial(client.put_item, Item=NOWHERE, **unmet))
    update = _allowed(partial(client.update_item, Key=NOWHERE, **unmet))
    assert not _allowed(partial(client.scan, TableName=table))
    return ("r" if get or query else "") + ("w" if update else "p" if put else "")


def _may_delete(client, table: str) -> bool:
    return _allowed(
        partial(client.delete_item, TableName=table, Key=NOWHERE, ConditionExpression="attribute_exists(pk)")
    )


def _allowed(call) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] not in {"AccessDeniedException", "AccessDenied"}
    return True
