"""The audit trail on an event bus: each event arrives by its name, or somebody is told."""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.backends import get_backend

from gatelet.aws.event_bus import LARGEST, MOST, EventBus, EventBusConnection
from gatelet.aws.http_answer import Answer
from gatelet.handlers.event_delivery import EventDelivery, Undelivered
from gatelet_cli.audit_trail import AuditTrail
from gatelet_cli.operator_event import OperatorEvent
from tests.integration.aws_wire import ENVIRONMENT, AwsWire, WireChannel, access_denied, throttled, to
from tests.integration.stack import ACCOUNT, REGION

BUS, TRAIL = "security", "trail"
AT = 1_800_000_000_123
AUDIT = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text()
DOCUMENTED = {"id", *re.findall(r"^\| `(\w+)` \|", AUDIT, re.MULTILINE)}


def bus_behind(wire):
    connection = EventBusConnection(
        deadline=30.0, channel=WireChannel.before(wire), environ=ENVIRONMENT, sleep=lambda _seconds: None
    )
    return EventBus(connection, BUS, pause=lambda _seconds: None)


@pytest.fixture
def logs(aws, wire):
    """Return CloudWatch Logs with the trail, and make the bus."""
    for service in ("events", "logs"):
        get_backend(service)[ACCOUNT][REGION].reset()
    aws.session.client("events").create_event_bus(Name=BUS)
    logs = aws.session.client("logs")
    logs.create_log_group(logGroupName=TRAIL)
    wire.clear()
    return logs


@pytest.fixture
def put(wire):
    """Return the events of each call that asked the bus to take some."""
    return lambda: [call.parameters["Entries"] for call in wire.calls if call.operation == "PutEvents"]


@pytest.fixture
def deliver(logs, wire, put):  # noqa: ARG001 - the bus is there then
    """Hand a message to the function, and return what was sent to the bus: moto refuses another bus, and no JSON."""
    delivery = EventDelivery()

    def deliver(event):
        before = len(put())
        delivery.deliver(event, bus_behind(wire))
        return [{**entry, "Detail": json.loads(entry["Detail"])} for call in put()[before:] for entry in call]

    return deliver


def names(entries):
    return [entry["DetailType"] for entry in entries]


def packed(message):
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(message).encode())).decode()}}


def message_of(*lines):
    """Return what CloudWatch Logs brings of lines."""
    records = [{"id": f"{38 + number}", "timestamp": AT, "message": line} for number, line in enumerate(lines)]
    return packed({"messageType": "DATA_MESSAGE", "logGroup": TRAIL, "logStream": "s", "logEvents": records})


def line(*events, **members):
    return json.dumps({"message": "token", "events": events, **members})


def test_each_event_of_a_request_arrives_by_its_name(deployment, service, deliver, log):
    deployment.token(service, "wrong", grant_type="client_credentials")
    failed, refused = deliver(message_of(log.text.strip()))
    assert (failed["Source"], failed["DetailType"]) == ("gatelet", "client_authentication.failed")
    assert (refused["Source"], refused["DetailType"]) == ("gatelet", "token.refused")
    assert {(event["EventBusName"], event["Time"]) for event in (failed, refused)} == {(BUS, AT / 1000)}
    about = failed["Detail"]
    assert about["id"] == "38/client_authentication.failed"
    assert (about["client_id"], about["source_ip"]) == ("c_service", "203.0.113.7")
    assert about["events"] == ["client_authentication.failed", "token.refused"]


def test_so_does_what_rotate_keys_and_operators_did(aws, deployment, clock, deliver, log, logs):
    clock.advance(100_000)
    deployment.rotate_keys({"action": "rotate", "secret": "signing"})
    rotated = next(text for text in log.text.splitlines() if "key.rotated" in text)
    stack: Any = SimpleNamespace(name="Gatelet", session=aws.session, log_group=TRAIL)
    AuditTrail(stack).write(OperatorEvent.USER_DISABLED, {"sub": "u_1"}, outcome="succeeded", now=int(time.time()))
    (written,) = logs.filter_log_events(logGroupName=TRAIL)["events"]
    events = deliver(message_of(rotated, written["message"]))
    assert names(events) == ["key.rotated", "operator.user_disabled"]
    assert events[1]["Detail"]["sub"] == "u_1"
    assert events[1]["Detail"]["operator"].startswith("arn:aws:")


def test_every_member_is_documented(deployment, legacy, secret, tokens, clock, deliver, log):
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    deployment.authorize(tokens["access_token"], "GET /nothing")
    clock.advance(100_000)
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    deployment.revoke(legacy, secret, token=tokens["refresh_token"])
    deployment.rotate_keys({"action": "rotate", "secret": "signing"})
    events = deliver(message_of(*(text for text in log.text.splitlines() if '"events"' in text)))
    assert {"token.refreshed", "access.refused", "refresh_token.reused", "key.rotated"} <= set(names(events))
    assert {name for event in events for name in event["Detail"]} <= DOCUMENTED


def test_an_event_that_comes_twice_is_known_by_its_id(deliver):
    message = message_of(line("token.issued", "grant.revoked"), line("token.issued"))
    first, again = ([event["Detail"]["id"] for event in deliver(message)] for _ in range(2))
    assert first == again
    assert len(set(first)) == 3


def test_a_call_takes_ten_events(deliver, put):
    assert len(deliver(message_of(*[line("token.issued")] * 25))) == 25
    assert [len(call) for call in put()] == [MOST, MOST, 5]


def test_a_call_takes_no_more_bytes_than_it_may(deliver, put):
    large = line("token.issued", detail="x" * (LARGEST * 2 // 5))
    assert len(deliver(message_of(*[large] * 5))) == 5
    assert [len(call) for call in put()] == [2, 2, 1]


def partly(*codes):
    """Let EventBridge take the events that have no error code here."""
    entries = [{"ErrorCode": code} if code else {"EventId": "e"} for code in codes]
    body = json.dumps({"FailedEntryCount": 1, "Entries": entries}).encode()
    return lambda _send: Answer(200, {}, body)


def test_what_was_not_taken_is_sent_again_and_nothing_else(deliver, put, wire):
    wire.fail(partly(None, "ThrottlingException", None), to("PutEvents"), times=1)
    deliver(message_of(line("token.issued"), line("token.refused"), line("token.revoked")))
    assert list(map(names, put())) == [["token.issued", "token.refused", "token.revoked"], ["token.refused"]]


def test_what_is_never_taken_is_a_failure_that_lambda_repeats(deliver, put, wire, log):
    wire.fail(partly("InternalFailure"), to("PutEvents"))
    with pytest.raises(Undelivered, match="0 delivered, 1 not"):
        deliver(message_of(line("token.issued")))
    assert len(put()) == 3
    (own,) = log.lines
    assert (own["outcome"], own["undelivered"], own["error"]) == ("unavailable", 1, "InternalFailure")


@pytest.mark.parametrize(("fault", "code"), [(throttled, "ThrottlingException"), (access_denied, "AccessDenied")])
def test_a_call_that_fails_keeps_no_other_from_being_made(deliver, wire, log, fault, code):
    wire.fail(fault, lambda call: call.position == 0)
    with pytest.raises(Undelivered, match="2 delivered, 10 not"):
        deliver(message_of(*[line("token.issued")] * 12))
    assert code in log.lines[0]["error"]


def test_a_message_of_control_brings_nothing(deliver, put):
    lines = [{"id": "", "timestamp": AT, "message": "CWL CONTROL MESSAGE: Checking health of destination Lambda."}]
    assert deliver(packed({"messageType": "CONTROL_MESSAGE", "logEvents": lines})) == []
    assert put() == []


def cut_off(event):
    data = base64.b64decode(event["awslogs"]["data"])
    return {"awslogs": {"data": base64.b64encode(data[:-9]).decode()}}


@pytest.mark.parametrize(
    "event",
    [
        cut_off(message_of(line("token.issued"))),
        {"awslogs": {"data": "not base64"}},
        {"awslogs": {"data": base64.b64encode(b"no gzip").decode()}},
        {"awslogs": {}},
        packed([]),
        packed({"messageType": "DATA_MESSAGE"}),
        packed({"messageType": "DATA_MESSAGE", "logEvents": 3}),
    ],
    ids=["cut off", "no base64", "no gzip", "no data", "a list", "no lines", "lines that are none"],
)
def test_what_cannot_be_read_is_a_failure_and_no_silence(deliver, put, log, event):
    with pytest.raises(Undelivered, match="1 unreadable"):
        deliver(event)
    assert put() == []
    assert (log.lines[0]["outcome"], log.lines[0]["unreadable"]) == ("failed", 1)


@pytest.mark.parametrize("bad", ["{", "[]", "3", '{"events":3}', '{"events":[3]}', '{"events":["x y"]}', '{"x":1}'])
def test_a_line_that_cannot_be_read_stops_no_other(deliver, put, bad):
    with pytest.raises(Undelivered, match="2 delivered, 0 not, 1 unreadable"):
        deliver(message_of(line("token.issued"), bad, line("token.refused")))
    assert list(map(names, put())) == [["token.issued", "token.refused"]]


@settings(max_examples=25)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_it_is_called_with_it_raises_nothing_else(event):
    for call in (event, {"awslogs": event}, {"awslogs": {"data": event}}, packed(event)):
        with pytest.raises(Undelivered):
            EventDelivery().deliver(call, bus_behind(AwsWire()))


def test_what_it_logs_itself_is_no_event(deliver, log):
    """Even if it were written to the log that calls it."""
    deliver(message_of(line("token.issued")))
    (own,) = log.lines
    assert (own["operation"], own["outcome"], own["delivered"]) == ("event_delivery", "succeeded", 1)
    assert "events" not in own
