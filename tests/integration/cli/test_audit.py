"""`gatelet audit`, and what each command that changes something adds to the trail."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore import handlers

from gatelet_cli.audit_trail import filter_pattern
from gatelet_cli.operator_event import OperatorEvent
from tests.integration.cli.conftest import respond
from tests.integration.cli.deployed import LOG_GROUP

OPERATOR = "arn:aws:sts::123456789012:user/moto"
PASSWORD = "correct horse battery staple"
ONE_ANSWER = 10_000
NEW_PASSWORD = "another horse another battery"
EVERYTHING = """
apis create --identifier https://new.example --scope new:read | operator.api_created | audience=https://new.example
apis update https://new.example --name New | operator.api_updated | audience=https://new.example
roles create new --permission new:read | operator.role_created | role=new
clients create --client-id c_new --client-name New --grant-type client_credentials --scope new:read \
| operator.client_created | client_id=c_new
clients update c_new --client-name Newer | operator.client_updated | client_id=c_new changed=client_name
clients rotate-secret c_new | operator.client_secret_rotated | client_id=c_new
clients disable c_new --yes | operator.client_disabled | client_id=c_new
clients enable c_new | operator.client_enabled | client_id=c_new
clients delete c_new --yes | operator.client_deleted | client_id=c_new
users update bob --email bob@example.com | operator.user_updated | sub=SUB changed=email
users set-password bob --password-stdin | operator.user_password_set | sub=SUB
users set-roles bob --role clerk | operator.user_roles_set | sub=SUB roles=clerk
users disable bob --yes | operator.user_disabled | sub=SUB
users enable bob | operator.user_enabled | sub=SUB
grants revoke GID --yes | operator.grant_revoked | gid=GID sub=SUB client_id=c_legacy
sessions end --user bob --yes | operator.sessions_ended | sub=SUB
users delete bob --yes | operator.user_deleted | sub=SUB
roles delete new --yes | operator.role_deleted | role=new
apis delete https://new.example --yes | operator.api_deleted | audience=https://new.example
keys rotate | operator.keys_rotated | keys=signing
keys rotate --emergency --at-once --yes | operator.keys_replaced | keys=signing
keys revoke-compromised --yes | operator.keys_revoked | keys=signing
"""


@pytest.fixture
def happened(deployment):
    """Let a function write lines, some time ago."""
    deployment.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="2026/11/22/token[$LATEST]1")

    def happened(*lines: object, ago: float = 0) -> None:
        now = int((time.time() - ago) * 1000)
        entries = [{"timestamp": now, "message": line if isinstance(line, str) else json.dumps(line)} for line in lines]
        deployment.logs.put_log_events(
            logGroupName=LOG_GROUP, logStreamName="2026/11/22/token[$LATEST]1", logEvents=entries
        )

    return happened


def line(*events: str, **members: str) -> dict[str, object]:
    return {"message": "token", "_aws": {}, "outcome": "refused", "events": events, **members}


def test_every_command_that_changes_something_says_who_did_what_to_whom(deployment, gatelet, bob, terminal, clock):
    """And nothing else: an id, never a name, a secret or a password."""
    bob.tokens()
    gid = deployment.grant()["gid"]["S"]
    assert [each["events"] for each in deployment.operator_lines()] == [["operator.user_created"]]
    seen = {"operator.user_created"}
    for row in EVERYTHING.replace("GID", gid).replace("SUB", bob.sub).strip().splitlines():
        command, event, about = (cell.strip() for cell in row.split(" | "))
        terminal.input = NEW_PASSWORD + "\n"
        before = [json.dumps(each) for each in deployment.operator_lines()]
        clock.advance(100)

        gatelet.run(*command.split())

        fresh = [each for each in deployment.operator_lines() if json.dumps(each) not in before]
        written = next(each for each in fresh if each["events"] == [event])
        assert written["operator"] == OPERATOR
        assert written["outcome"] == "succeeded"
        members = dict(pair.split("=", 1) for pair in about.split())
        assert members.items() <= written.items(), command
        seen.add(event)
    assert seen == {str(event) for event in OperatorEvent}
    text = json.dumps(deployment.operator_lines())
    assert not [word for word in (PASSWORD, NEW_PASSWORD, bob.secret, "bob@example.com", "argon2") if word in text]


def test_what_only_reads_or_was_refused_is_not_in_the_trail(deployment, gatelet):
    for command in ("clients list", "users list", "keys list", "roles list", "audit"):
        gatelet.run(*command.split())
    gatelet.fails("users", "disable", "nobody", "--yes")
    gatelet.fails("clients", "create", "--client-name", "x", "--grant-type", "nonsense", code=2)
    gatelet.fails("users", "delete", "nobody", "--yes")

    assert deployment.operator_lines() == []


def test_what_failed_half_way_is_in_the_trail(deployment, gatelet, bob):
    """The flag may be written, the sessions not ended."""
    assert bob.sub
    deployment.dynamodb.delete_table(TableName="feed")

    gatelet.fails("users", "disable", "bob", "--yes")

    (failed,) = [each for each in deployment.operator_lines() if each["events"] == ["operator.user_disabled"]]
    assert (failed["outcome"], failed["sub"]) == ("failed", bob.sub)


def test_where_the_trail_cannot_be_written_the_work_is_done_and_the_operator_knows(deployment, gatelet, directory):
    deployment.logs.delete_log_group(logGroupName=LOG_GROUP)

    printed = gatelet.run("roles", "create", "new", "--permission", "stock:read")

    assert "This is not in the audit trail (operator.role_created)" in printed
    assert directory.role("new").permissions == {"stock:read"}


@pytest.fixture
def thrown_away():
    """Let CloudWatch Logs take no line, as where a clock is wrong: it answers 200 then."""

    def answer(request: Any, **_: object) -> Any:
        return respond(request.url, 200, json.dumps({"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1}}))

    hook = ("before-send.cloudwatch-logs.PutLogEvents", answer)
    handlers.BUILTIN_HANDLERS.append(hook)
    yield
    handlers.BUILTIN_HANDLERS.remove(hook)


@pytest.mark.usefixtures("thrown_away")
def test_a_line_that_aws_throws_away_is_no_line(gatelet):
    assert "does not take a line of this time" in gatelet.run("roles", "create", "new", "--permission", "stock:read")


def test_a_stack_of_an_earlier_release_has_no_trail(deploy, gatelet):
    deploy("Old", GateletLogGroup="")

    assert "has no output GateletLogGroup" in gatelet.fails("audit", "--stack", "Old")
    assert "GateletLogGroup" in gatelet.run("roles", "create", "n", "--permission", "stock:read", "--stack", "Old")


def test_the_trail_shows_lines_with_events_and_leaves_out_the_rest(gatelet, happened):
    happened(
        "START RequestId: 1",
        '"text"',
        {"message": "metadata", "outcome": "succeeded"},
        line("sign_in.failed", "token.refused", sub="u_1", source_ip="203.0.113.7", detail="wrong password"),
    )

    (found,) = gatelet.json("audit")

    assert found == {
        "time": found["time"],
        "outcome": "refused",
        "events": ["sign_in.failed", "token.refused"],
        "sub": "u_1",
        "source_ip": "203.0.113.7",
        "detail": "wrong password",
    }
    printed = gatelet.run("audit")
    assert "sign_in.failed" in printed
    assert "203.0.113.7" in printed


def test_only_what_is_asked_for_is_shown(gatelet, happened, bob):
    happened(
        line("sign_in.failed", "token.refused", sub=bob.sub, client_id="c_1"),
        line("token.issued", sub="u_gone", client_id="c_1"),
        line("token.issued", sub="u_gone", client_id="c_2"),
    )

    def shown(*options: str) -> int:
        return len([each for each in gatelet.json("audit", *options) if "operator" not in each])

    assert shown() == 3
    assert shown("--subject", "bob") == shown("--subject", bob.sub) == 1
    assert shown("--subject", "u_gone") == 2
    assert shown("--client", "c_1") == 2
    assert shown("--client", "*") == 0
    assert shown("--event", "token.issued") == 2
    assert shown("--event", "token") == 3
    assert shown("--event", "sign_in", "--event", "key.rotated") == 1
    assert shown("--client", "c_2", "--event", "sign_in") == 0
    assert gatelet.json("audit", "--event", "operator")[0]["events"] == ["operator.user_created"]


def test_only_as_far_back_as_is_asked_for(gatelet, happened):
    happened(line("token.issued"), ago=7200)

    assert "Nothing of that kind happened in the last 1h." in gatelet.run("audit")
    assert len(gatelet.json("audit", "--since", "3h")) == 1


def test_every_page_is_read_and_no_more_than_the_limit_is_shown(gatelet, happened):
    """CloudWatch Logs gives 10,000 lines at most in one answer, and often none."""
    happened(*(line("token.issued", jti=str(number)) for number in range(ONE_ANSWER)))
    happened(line("token.refused"))

    assert len(gatelet.json("audit", "--event", "token.refused")) == 1
    assert len(gatelet.json("audit", "--limit", "3")) == 3
    assert "There are more than 3" in gatelet.run("audit", "--limit", "3")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--since", "soon"), "--since must be a number of seconds"),
        (("--since", "0"), "--since must be longer than nothing"),
        (("--event", "sign_in.perhaps"), "--event sign_in.perhaps is the name of no event"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(gatelet, options, sentence):
    assert sentence in gatelet.fails("audit", *options, code=2)


def test_cloudwatch_is_asked_for_the_lines_of_the_subject_alone():
    """Or every line of the period would travel."""
    assert filter_pattern({}) == '{ $.events[0] = "*" }'
    assert filter_pattern({"sub": 'u_"'}) == '{ $.events[0] = "*" && $.sub = "u_\\"" }'
