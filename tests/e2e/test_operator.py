"""An operator whose IAM identity has the policy among the stack's outputs, and nothing else."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from gatelet_cli.administration import Administration
from gatelet_cli.audit_trail import AuditTrail
from gatelet_cli.aws_session import LocalSession
from gatelet_cli.inspection import inspect
from gatelet_cli.local.synthesis import STACK
from gatelet_cli.operator_event import OperatorEvent
from gatelet_cli.stack import describe_stack
from gatelet_cli.terminal import Terminal
from tests.e2e.concurrency import eventually
from tests.e2e.registration import Registration
from tests.e2e.server import error_of

ANYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


@pytest.fixture(scope="module")
def session(stack):
    """Take on a role that has the operator's policy."""
    aws = stack.emulator.session
    iam = aws.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [ANYBODY]})
    role = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=trust)["Role"]
    iam.attach_role_policy(RoleName="operator", PolicyArn=stack.outputs["GateletOperatorPolicy"])
    taken = aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    session = LocalSession(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
        region_name=aws.region_name,
    )
    session.endpoint = stack.emulator.endpoint
    return session


@pytest.fixture(scope="module")
def administration(session):
    return Administration(describe_stack(session, STACK))


def test_policy_lets_an_operator_manage_clients(administration, server):
    """And what was registered works at once."""
    client = Registration(administration).client(grant_types=("client_credentials",))
    assert server.token(client, grant_type="client_credentials").status_code == 200
    directory = administration.directory
    assert client.client_id in {each.client_id for each in directory.clients()}
    directory.change_client(client.client_id, lambda found: replace(found, client_name="Another name"))
    assert directory.client(client.client_id).client_name == "Another name"
    administration.accounts.disable_client(client.client_id)
    administration.accounts.delete_client(client.client_id)
    assert client.client_id not in {each.client_id for each in directory.clients()}


def test_policy_lets_an_operator_manage_users_and_end_their_sessions(administration, server, legacy):
    """To the end."""
    person = Registration(administration).person("reader")
    refresh_token = server.password(legacy, person)["refresh_token"]
    accounts = administration.accounts
    (session,) = accounts.sessions(person.sub)
    assert [grant.client_id for grant in accounts.grants(session.grants)] == [legacy.client_id]
    assert accounts.end_sessions(person.sub) == 1
    assert error_of(server.refresh(legacy, refresh_token)) == "invalid_grant"
    accounts.set_roles(person.sub, ())
    accounts.delete_user(administration.directory.find_user(person.username, person.sub))


def test_status_shows_what_was_asked_of_the_running_stack(stack, server, legacy):
    """By an identity that may do anything: the emulator judges log groups and alarms by other ARNs than AWS."""
    server.token(legacy, grant_type="password", username="nobody", password="wrong")
    trail = AuditTrail(stack.administration.stack)

    def look():
        seen = inspect(stack.administration, trail, Terminal())
        return seen if "token" in {each["operation"] for each in seen["requests_of_the_last_hour"]} else None

    seen = eventually(look, within=10)
    assert seen["problems"] == []
    assert {each["alarm"] for each in seen["alarms"]} >= {"ReuseDetected", "ServerErrors", "ApiThrottles"}
    assert seen["failures_of_the_last_hour"].keys() == {"addresses", "clients", "users"}
    assert seen["dollars_of_the_last_day"]["total"] > 0
    assert "The local stack has no metrics" in seen["remarks"][0]


def test_policy_lets_an_operator_look_at_the_keys(administration):
    """Their ids and ages, which the function that has them tells."""
    assert administration.keys.status()["signing"]["kids"]["ES256"]["current"]["kid"]
    assert administration.published_algorithms() >= ("ES256", "RS256")
    assert administration.registered_scopes()["whoami:read"]


def test_functions_and_operators_write_to_one_log_group(stack, server, service):
    """The audit trail, by an identity that may do anything: the emulator judges log groups by another ARN than AWS."""
    trail = AuditTrail(describe_stack(stack.emulator.session, STACK))
    now = int(time.time())
    server.client_credentials(service)
    trail.write(OperatorEvent.CLIENT_UPDATED, {"client_id": service.client_id}, outcome="succeeded", now=now)

    lines = eventually(lambda: _with_both(list(trail.read(now - 60, client=service.client_id))), within=5)

    (own,) = [line for line in lines if line["events"] == ["operator.client_updated"]]
    assert own["operator"].startswith("arn:aws:")


def test_policy_takes_nothing_from_the_audit_trail(session, stack):
    logs, group = session.client("logs"), stack.outputs["GateletLogGroup"]
    for forbidden in (
        lambda: logs.delete_log_group(logGroupName=group),
        lambda: logs.put_retention_policy(logGroupName=group, retentionInDays=1),
        lambda: logs.delete_log_stream(logGroupName=group, logStreamName="operator/x"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            forbidden()


def _with_both(lines):
    """Wait for what the function wrote: the emulator writes it down after the answer."""
    events = {event for line in lines for event in line["events"]}
    return lines if {"token.issued", "operator.client_updated"} <= events else None


def test_policy_opens_no_secret_and_reads_no_grant_wholesale(session, stack):
    """An operator needs neither."""
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("secretsmanager").get_secret_value(SecretId=stack.outputs["GateletSigningSecret"])
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("dynamodb").put_item(
            TableName=stack.outputs["GateletKeysTable"], Item={"pk": {"S": "x"}, "sk": {"S": "x"}}
        )
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("dynamodb").delete_table(TableName=stack.outputs["GateletKeysTable"])
