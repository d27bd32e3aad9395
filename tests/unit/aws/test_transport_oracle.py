"""boto3 is the oracle: the same calls signed and sent by both, and the same answers read by both."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gatelet.aws.connection import CallRefused, ConditionFailed, Connection
from gatelet.aws.fault import REPEATED, THROTTLED
from gatelet.aws.sdk_connection import SdkConnection
from gatelet.aws.service import DYNAMODB, SECRETS_MANAGER, Service
from gatelet.aws.signature import Credentials, Signature
from gatelet.oauth.errors import TemporarilyUnavailable
from tests.unit.aws.stub_aws import HANG_UP, Reply, StubAws, reply, summed
from tests.unit.aws.transport import KEY, SECRET_ACCESS_KEY, SESSION_TOKEN, Transport

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50) | st.just("é" * 10_000)
VALUE = st.recursive(
    st.builds(lambda text: {"S": text}, TEXT)
    | st.builds(lambda number: {"N": str(number)}, st.integers())
    | st.just({"NULL": True})
    | st.builds(lambda truth: {"BOOL": truth}, st.booleans()),
    lambda inner: (
        st.builds(lambda many: {"L": many}, st.lists(inner, max_size=3))
        | st.builds(lambda named: {"M": named}, st.dictionaries(TEXT, inner, max_size=3))
    ),
    max_leaves=5,
)
ITEM = st.dictionaries(TEXT, VALUE, max_size=4)
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
TIMES = st.integers(0, 4_000_000_000)


@given(
    service=st.sampled_from([DYNAMODB, SECRETS_MANAGER]),
    parameters=ITEM,
    key_id=st.from_regex(r"[A-Z0-9]{16,20}", fullmatch=True),
    secret=PRINTABLE,
    token=PRINTABLE | st.just(""),
    region=st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"]),
    now=TIMES,
    data=st.data(),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_same_request_has_the_same_signature(service, parameters, key_id, secret, token, region, now, data):
    target = data.draw(st.sampled_from(sorted(service.targets.values())))
    host = f"{service.name}.{region}.amazonaws.com"
    body = json.dumps(parameters, separators=(",", ":")).encode()
    headers = (("content-type", service.content_type), ("host", host), ("x-amz-target", target))

    ours = dict(Signature(service.name, region).sign(headers, body, Credentials(key_id, secret, token), now))

    sdk_credentials = SdkCredentials(key_id, secret, token or None)
    assert ours == _signed_by_botocore(service, headers, body, sdk_credentials, region, now)


def _signed_by_botocore(
    service: Service,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    credentials: SdkCredentials,
    region: str,
    now: int,
) -> dict[str, str]:
    request = AWSRequest("POST", f"https://{dict(headers)['host']}/", dict(headers), body)
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: moment)
        SigV4Auth(credentials, service.name, region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


def test_the_key_is_made_anew_for_another_day_and_another_secret():
    """A cached one would be of the wrong day."""
    headers = (("content-type", DYNAMODB.content_type), ("host", "h"), ("x-amz-target", "t"))
    signature = Signature("dynamodb", "us-east-1")
    for now in (0, 86_399, 86_400, 1_800_000_000, 0):
        for secret in ("a", "b", "a"):
            ours = dict(signature.sign(headers, b"{}", Credentials("AKID", secret, ""), now))
            expected = _signed_by_botocore(DYNAMODB, headers, b"{}", SdkCredentials("AKID", secret), "us-east-1", now)
            assert ours == expected


CALLS: dict[str, dict[str, Any]] = {
    "get_item": {"TableName": "grants", "Key": KEY, "ConsistentRead": True},
    "put_item": {"TableName": "grants", "Item": {**KEY, "ü": {"M": {}}}, "ConditionExpression": "attribute_exists(pk)"},
    "update_item": {"TableName": "grants", "Key": KEY, "UpdateExpression": "SET a = a", "ReturnValues": "ALL_NEW"},
    "delete_item": {"TableName": "grants", "Key": KEY},
    "query": {
        "TableName": "feed",
        "KeyConditionExpression": "#pk = :pk",
        "ExpressionAttributeNames": {"#pk": "pk"},
        "ExpressionAttributeValues": {":pk": {"S": "é"}},
        "ConsistentRead": True,
    },
}


@pytest.fixture(scope="module")
def stub():
    with StubAws(reply()) as stub:
        yield stub


@pytest.fixture(scope="module")
def both(stub):
    """Make a connection of each kind to the stub; neither runs out of repetitions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", stub.url)
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
        patch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda _quota, _amount: True)
        patch.setattr("gatelet.aws.retry.CAPACITY", 10**9)
        session = boto3.Session("AKIDEXAMPLE", SECRET_ACCESS_KEY, SESSION_TOKEN, region_name="eu-west-1")
        yield SdkConnection(deadline=3600, session=session), Transport(stub, deadline=3600).connection


def outcome_of(connection: Connection, stub: StubAws, replies: list[Reply], operation: str = "get_item"):
    """Let a connection call, and tell what the code above it learns and how often was asked."""
    stub.will(replies)
    connection.start_request()
    try:
        if operation == "get_secret_value":
            answer = connection.secretsmanager(operation, SecretId="s", VersionStage="AWSCURRENT")
        else:
            answer = connection.dynamodb(operation, **CALLS[operation])
    except ConditionFailed as failed:
        came: tuple[object, ...] = ("condition", failed.item)
    except CallRefused as refused:
        came = ("refused", refused.code)
    except TemporarilyUnavailable:
        came = ("outage",)
    else:
        came = ("answer", {name: value for name, value in answer.items() if name != "ResponseMetadata"})
    return came, len(stub.requests)


@pytest.mark.parametrize("operation", [*CALLS, "get_secret_value"])
def test_the_same_call_is_the_same_request(both, stub, operation):
    requests = []
    for connection in both:
        assert outcome_of(connection, stub, [reply()], operation) == (("answer", {}), 1)
        requests += stub.requests

    theirs, ours = requests
    assert ours.json == theirs.json
    for header in ("x-amz-target", "content-type", "host", "x-amz-security-token"):
        assert ours.headers[header] == theirs.headers[header]


@given(item=ITEM)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_same_answer_is_the_same_item(both, stub, item):
    theirs, ours = (outcome_of(connection, stub, [summed({"Item": item})]) for connection in both)

    assert ours == theirs


CODES = [
    *sorted(THROTTLED | REPEATED),
    "AccessDeniedException",
    "ConditionalCheckFailedException",
    "DecryptionFailure",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "InvalidSignatureException",
    "ItemCollectionSizeLimitExceededException",
    "ResourceNotFoundException",
    "SerializationException",
    "ServiceUnavailable",
    "TransactionConflictException",
    "UnrecognizedClientException",
    "ValidationException",
    "SomethingNew",
]
KINDS = ["{}", "com.amazonaws.dynamodb.v20120810#{}", "{}:http://internal.amazon.com/coral/"]


@given(
    status=st.sampled_from([302, 400, 403, 404, 408, 413, 429, 500, 501, 502, 503, 504, 529]),
    kind=st.sampled_from(KINDS),
    code=st.sampled_from(CODES),
    members=st.sampled_from([{}, {"message": "no"}, {"Message": "no", "Item": KEY}]),
    recovers=st.booleans(),
    operation=st.sampled_from(["get_item", "put_item", "get_secret_value"]),
)
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_same_error_is_the_same_outcome_after_as_many_attempts(
    both, stub, status, kind, code, members, recovers, operation
):
    assume(status != 429 or code in THROTTLED | {"SomethingNew"})  # the only ones that come with it
    assume(operation == "put_item" or code != "ReplicatedWriteConflictException")  # as its name says
    failing = reply(status, {"__type": kind.format(code), **members})
    replies = [failing, reply()] if recovers else [failing]

    theirs, ours = (outcome_of(connection, stub, replies, operation) for connection in both)

    assert ours == theirs


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500, 503])
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'"text"x', b'{"message":"no"}'])
def test_an_error_without_a_code_is_called_by_its_status(both, stub, status, body):
    theirs, ours = (outcome_of(connection, stub, [reply(status, body)]) for connection in both)

    assert ours == theirs


@pytest.mark.parametrize(
    "replies",
    [
        [HANG_UP],
        [HANG_UP, reply()],
        [reply(200, {"Item": KEY}, {"connection": "close"}, closes=True)],
        [summed({"Item": KEY}, checksum=1), reply(200, {"Item": KEY})],
        [reply(500, b""), reply(400, {"__type": "ConditionalCheckFailedException"})],
        [reply(503, b""), reply(400, {"__type": "AccessDeniedException"})],
    ],
    ids=["closed", "closed once", "closing", "checksum", "failed write", "refused later"],
)
def test_the_same_fault_of_the_wire_is_the_same_outcome(both, stub, replies):
    theirs, ours = (outcome_of(connection, stub, replies) for connection in both)

    assert ours == theirs


def test_an_answer_that_was_cut_off_is_never_an_item_that_is_not_there(both, stub):
    """Here the two differ: what is no JSON is an empty answer for boto3, and a user who is not there loses grants."""
    replies = [Reply(reply(200, {"Item": KEY}).data[:-5], closes=True)]

    theirs, ours = (outcome_of(connection, stub, replies) for connection in both)

    assert theirs == (("answer", {}), 1)
    assert ours == (("outage",), 3)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "RequestTimeTooSkewed"])
def test_credentials_and_clock_are_never_a_refusal(both, stub, code):
    """Here too: the same call succeeds a moment later, with what Lambda gives then."""
    theirs, ours = (outcome_of(connection, stub, [reply(403, {"__type": code})]) for connection in both)

    assert theirs == (("refused", code), 1)
    assert ours == (("outage",), 1)
