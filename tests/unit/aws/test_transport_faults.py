"""What goes wrong between a function and AWS, by a server that does exactly that: never the client's fault."""

from __future__ import annotations

import traceback

import pytest

from gatelet.aws.connection import CallRefused, ConditionFailed
from gatelet.oauth.errors import TemporarilyUnavailable
from tests.unit.aws.stub_aws import HANG_UP, JSON, SILENCE, Reply, StubAws, error, reply, summed
from tests.unit.aws.transport import KEY, SECRET_ACCESS_KEY, SESSION_TOKEN, Transport

ITEM = {"Item": {**KEY, "n": {"N": "1"}, "text": {"S": "é" * 5000}}}
WHOLE = reply(200, ITEM)
HIDDEN = "a grant's" + " id"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n"
DATE = {"date": "Fri, 15 Jan 2027 10:00:00 GMT"}
ELEVEN = 1_800_010_800
"""Three hours after that of `DATE`, and the time of a container."""


@pytest.fixture
def stub():
    with StubAws(WHOLE) as stub:
        yield stub


@pytest.fixture
def transport(stub) -> Transport:
    return Transport(stub)


def chunked(*chunks: bytes, trailer: bytes = b"") -> Reply:
    parts = b"".join(b"%x;any=1\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return Reply(HEAD + b"transfer-encoding: chunked\r\n\r\n" + parts + b"0\r\n" + trailer + b"\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        WHOLE,
        summed(ITEM),
        chunked(b'{"Item":', b'{"pk":{"S":"p"}}', b"}"),
        chunked(b'{"Item":{"pk":{"S":"p"}}}', trailer=b"x-any: 1\r\n"),
        Reply(HEAD + b'connection: close\r\n\r\n{"Item":{"pk":{"S":"p"}}}', closes=True),
        Reply(b'HTTP/1.0 200 OK\r\n\r\n{"Item":{"pk":{"S":"p"}}}', closes=True),
        reply(200, ITEM, {"connection": "close"}, closes=True),
    ],
    ids=["length", "checksum", "chunked", "trailer", "until it closes", "HTTP/1.0", "length, closed"],
)
def test_an_answer_is_read_however_it_is_framed(stub, transport, answer):
    """RFC 9112 §6.3; and the connection is good, or opened anew, for the next."""
    stub.will([answer, WHOLE])

    assert transport.get()["Item"]["pk"] == {"S": "p"}
    assert transport.get() == ITEM
    assert transport.pauses == []


def test_one_connection_is_kept(stub, transport):
    for _ in range(5):
        transport.get()

    assert (len(stub.requests), stub.connections) == (5, 1)


def test_a_connection_that_was_closed_between_requests_is_opened_anew(stub, transport):
    """No attempt is lost to it."""
    transport.get()
    stub.hang_up()

    assert transport.get() == ITEM
    assert (len(stub.requests), stub.connections, transport.pauses) == (2, 2, [])


def test_what_came_unasked_is_never_an_answer(stub, transport):
    """A second answer on the wire would be taken for that of the next request."""
    stub.will([Reply(WHOLE.data + reply(200, {"Item": {"pk": {"S": "of somebody else"}}}).data), WHOLE])

    assert transport.get() == ITEM
    assert transport.get() == ITEM


BROKEN = {
    "closed instead of an answer": HANG_UP,
    "closed in the headers": Reply(HEAD, closes=True),
    "closed in the body": Reply(WHOLE.data[:-10], closes=True),
    "closed in a chunk": Reply(chunked(b"{}" * 50).data[:-40], closes=True),
    "closed before the last chunk": Reply(chunked(b"{}").data[:-5], closes=True),
    "not JSON": reply(200, b"<html>busy</html>"),
    "not an object": reply(200, b"[]"),
    "not text": reply(200, b"\xff\xfe"),
    "nothing": reply(200, b""),
    "deep": reply(200, b"[" * 100_000),
    "a wrong checksum": summed(ITEM, checksum=1),
    "a checksum that is none": reply(200, ITEM, {"x-amz-crc32": "x"}),
    "no HTTP": Reply(b"SSH-2.0-OpenSSH\r\n\r\n", closes=True),
    "an interim answer": Reply(b"HTTP/1.1 103 Early Hints\r\n\r\n" + WHOLE.data),
    "a length that is none": reply(200, ITEM, {"content-length": "+10"}),
    "two lengths": Reply(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
    "length and chunks": Reply(HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    "another coding": Reply(HEAD + b"transfer-encoding: gzip\r\n\r\n{}", closes=True),
    "a chunk that is none": Reply(HEAD + b"transfer-encoding: chunked\r\n\r\nxyz\r\n", closes=True),
    "a chunk without its end": Reply(HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\n"),
    "a folded header": Reply(HEAD + b" folded\r\ncontent-length: 2\r\n\r\n{}"),
    "a space before the colon": Reply(HEAD + b"content-length : 2\r\n\r\n{}"),
    "a body without end": Reply(HEAD + b"content-length: 99999999999\r\n\r\n{}"),
    "a body of 4 GB": Reply(HEAD + b"content-length: 4294967296\r\n\r\n{}"),
    "a chunk of 4 GB": Reply(HEAD + b"transfer-encoding: chunked\r\n\r\nffffffff\r\n{}"),
    "headers without end": Reply(HEAD + b"x: " + b"y" * 70_000, closes=True),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again(stub, transport, answer):
    stub.will([answer, WHOLE])

    assert transport.get() == ITEM
    assert len(stub.requests) == 2
    assert transport.pauses == [0.0125]


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_after_three_broken_answers_it_is_an_outage(stub, transport, answer):
    stub.will([answer])

    with pytest.raises(TemporarilyUnavailable, match=r"^get_item: \w+$"):
        transport.get()
    assert len(stub.requests) == 3
    assert transport.pauses == [0.0125, 0.025]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"<html>", b"", b'{"__type":"x#InternalServerError"}'])
def test_a_server_error_is_asked_again(stub, transport, status, body):
    stub.will([reply(status, body), reply(status, body), WHOLE])

    assert transport.get() == ITEM
    assert transport.pauses == [0.0125, 0.025]


@pytest.mark.parametrize("answer", [error(400, "ThrottlingException"), reply(429, b"slow down")])
def test_a_service_that_throttles_is_given_more_time(stub, transport, answer):
    """As boto3's standard mode does: up to a second, then up to two."""
    stub.will([answer, answer, WHOLE])

    assert transport.get() == ITEM
    assert transport.pauses == [0.5, 1.0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error(400, "AccessDeniedException"), "AccessDeniedException"),
        (error(400, "ValidationException"), "ValidationException"),
        (error(400, "UnrecognizedClientException"), "UnrecognizedClientException"),
        (error(400, "InvalidSignatureException"), "InvalidSignatureException"),
        (reply(413, b"<html>too large</html>"), "413"),
        (reply(400, {"__type": 7}), "400"),
        (reply(400, {"__type": "x#not a\ncode"}), "400"),
        (reply(302, b"", {"location": "https://elsewhere.example/"}), "302"),
    ],
)
def test_a_refusal_is_a_fault_of_ours_and_is_not_repeated(stub, transport, answer, code):
    stub.will([answer])

    with pytest.raises(CallRefused, match=f"^get_item: {code}$") as refused:
        transport.get()
    assert refused.value.code == code
    assert len(stub.requests) == 1


def test_a_condition_that_does_not_hold_brings_the_item(stub, transport):
    stub.will([error(400, "ConditionalCheckFailedException", Item=KEY)])

    with pytest.raises(ConditionFailed) as failed:
        transport.connection.dynamodb("put_item", TableName="t", Item=KEY)
    assert failed.value.item == KEY
    assert len(stub.requests) == 1


def test_a_condition_on_an_item_that_is_not_there(stub, transport):
    stub.will([error(400, "ConditionalCheckFailedException")])

    with pytest.raises(ConditionFailed) as failed:
        transport.get()
    assert failed.value.item is None


@pytest.mark.parametrize("code", ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"])
def test_credentials_that_changed_on_the_way_are_used_at_once(stub, transport, code):
    """Lambda replaces them before they expire; what was signed a moment before may still arrive too late."""
    stub.will([error(400, code), WHOLE])
    stub.on_request = lambda: transport.environ.update(AWS_ACCESS_KEY_ID="AKIDNEW", AWS_SESSION_TOKEN="new")

    assert transport.get() == ITEM
    first, second = stub.requests
    assert "Credential=AKIDEXAMPLE/" in first.headers["authorization"]
    assert "Credential=AKIDNEW/" in second.headers["authorization"]
    assert second.headers["x-amz-security-token"] == "new"
    assert transport.pauses == []


@pytest.mark.parametrize("code", ["ExpiredTokenException", "ExpiredToken"])
def test_credentials_that_have_expired_are_an_outage(stub, transport, code):
    stub.will([error(400, code)])

    with pytest.raises(TemporarilyUnavailable):
        transport.get()
    assert len(stub.requests) == 1


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_without_credentials_nothing_is_sent(stub, transport, missing):
    del transport.environ[missing]

    with pytest.raises(TemporarilyUnavailable, match="CredentialsMissing"):
        transport.get()
    assert stub.requests == []


@pytest.mark.parametrize("token", ["a\r\nx-injected: 1", "ü", "a\0"])
def test_credentials_that_do_not_fit_into_a_header_are_none(stub, transport, token):
    transport.environ["AWS_SESSION_TOKEN"] = token

    with pytest.raises(TemporarilyUnavailable):
        transport.get()
    assert stub.requests == []


SKEW = {
    "too skewed": error(403, "RequestTimeTooSkewed", DATE),
    "expired": error(400, "InvalidSignatureException", DATE, message="Signature expired: 20270115T130000Z is now"),
    "too early": error(400, "InvalidSignatureException", DATE, message="Signature not yet current: 20270115T130000Z"),
}


@pytest.mark.parametrize("answer", SKEW.values(), ids=SKEW)
def test_a_clock_that_is_wrong_is_corrected_by_that_of_aws(stub, answer):
    """A container that was frozen may wake with it; the answer's Date is AWS's own time."""
    transport = Transport(stub, time=ELEVEN)
    stub.will([answer, WHOLE])

    assert transport.get() == ITEM
    assert [request.headers["x-amz-date"] for request in stub.requests] == ["20270115T110000Z", "20270115T100000Z"]
    assert transport.pauses == []

    transport.get()
    assert stub.requests[-1].headers["x-amz-date"] == "20270115T100000Z"


@pytest.mark.parametrize("answer", [*SKEW.values(), error(403, "RequestTimeTooSkewed"), error(403, "RequestExpired")])
def test_a_clock_that_cannot_be_corrected_is_an_outage(stub, answer):
    transport = Transport(stub, time=ELEVEN)
    stub.will([answer])

    with pytest.raises(TemporarilyUnavailable):
        transport.get()
    assert len(stub.requests) <= 2


def test_a_date_that_is_none_corrects_nothing(stub, transport):
    stub.will([error(403, "RequestTimeTooSkewed", {"date": "yesterday"})])

    with pytest.raises(TemporarilyUnavailable):
        transport.get()
    assert len(stub.requests) == 1


def test_nobody_there_is_an_outage(stub):
    transport = Transport(stub, AWS_ENDPOINT_URL="http://127.0.0.1:1")

    with pytest.raises(TemporarilyUnavailable, match="ConnectionRefusedError"):
        transport.get()
    assert transport.pauses == [0.0125, 0.025]


def test_silence_ends_with_the_time_to_read(stub):
    """Of 0.2 s one attempt may read for 0.05 s."""
    transport = Transport(stub, deadline=0.2)
    stub.will([SILENCE])

    with pytest.raises(TemporarilyUnavailable, match="TimeoutError"):
        transport.get()
    assert len(stub.requests) == 3


def test_no_attempt_begins_that_could_end_after_the_deadline(stub, transport):
    """An attempt may take 3 of the 8 s: after 5.1 s none is made, nor a pause before it."""
    stub.will([error(400, "ThrottlingException")])
    stub.on_request = lambda: setattr(transport, "passed", 4.6)

    with pytest.raises(TemporarilyUnavailable, match="DeadlinePassed"):
        transport.get()
    assert len(stub.requests) == 1
    assert transport.pauses == []


def test_in_a_long_outage_nothing_is_repeated_any_more(stub, transport):
    """boto3's standard mode has a quota too: repetitions would only add to the outage."""
    stub.will([reply(500, b"")])
    counts = []
    for _ in range(30):
        stub.requests.clear()
        with pytest.raises(TemporarilyUnavailable):
            transport.get()
        counts.append(len(stub.requests))

    assert counts[0] == 3
    assert counts[-1] == 1


def test_an_answer_that_was_not_waited_for_is_not_that_of_the_next_request(stub, transport):
    """Lambda's timeout, or anything, may come between the two."""
    transport.get()
    stub.will([SILENCE])

    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    channel = transport.connection._dynamodb._line
    channel._monotonic = kill
    with pytest.raises(Killed):
        transport.get()
    channel._monotonic = lambda: 0.0
    stub.will([WHOLE])

    assert transport.get() == ITEM
    assert stub.connections == 2


def test_no_secret_is_in_what_is_raised(stub, transport):
    for answer in (error(400, "AccessDeniedException"), reply(500, b""), HANG_UP, reply(403, b"x")):
        stub.will([answer])
        with pytest.raises((TemporarilyUnavailable, CallRefused)) as raised:
            transport.connection.dynamodb("get_item", TableName="t", Key={"pk": {"S": HIDDEN}})
        text = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
        for secret in (SECRET_ACCESS_KEY, SESSION_TOKEN, HIDDEN, "Signature="):
            assert secret not in text


def test_headers_are_what_aws_asks_for(stub, transport):
    transport.get()

    headers = stub.requests[0].headers
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["content-type"] == JSON["content-type"]
    assert headers["host"] == f"localhost:{stub.port}"
