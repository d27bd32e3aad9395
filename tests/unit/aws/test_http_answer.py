"""Answers of HTTP/1.1 however the network cuts them. RFC 9112"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.aws.fault import Fault, read_answer
from gatelet.aws.http_answer import LONGEST_BODY, Answer, AnswerBroken, AnswerReader

if TYPE_CHECKING:
    from collections.abc import Iterable

CUTS = st.lists(st.integers(0, 2000), max_size=8)


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut data at some places; no piece is empty, since that would be the end."""
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    return [data[begin:end] for begin, end in pairwise(places)]


def read(pieces: Iterable[bytes]) -> Answer:
    """Read pieces, and then the end of the connection if the answer is not whole yet."""
    reader = AnswerReader()
    for piece in pieces:
        if reader.feed(piece):
            return reader.answer()
    reader.feed(b"")
    return reader.answer()


@given(
    body=st.binary(max_size=500),
    chunks=st.lists(st.integers(0, 500), max_size=4),
    framing=st.sampled_from(["length", "chunked", "closed"]),
    cuts=CUTS,
)
def test_an_answer_is_the_same_in_any_pieces(body, chunks, framing, cuts):
    head = b"HTTP/1.1 400 Bad Request\r\nX-Any: \xe9 : b \r\n"
    if framing == "length":
        data = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    elif framing == "closed":
        data = head + b"\r\n" + body
    else:
        parts = b"".join(b"%X\r\n%b\r\n" % (len(part), part) for part in pieces_of(body, chunks))
        data = head + b"Transfer-Encoding: Chunked\r\n\r\n" + parts + b"0\r\nTrailer: x\r\n\r\n"

    answer = read(pieces_of(data, cuts))

    assert (answer.status, answer.headers["x-any"], answer.body) == (400, "é : b", body)


@given(
    data=st.binary(max_size=200)
    | st.builds(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest, st.binary(max_size=100))
    | st.builds(
        lambda rest: b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + rest,
        st.lists(st.sampled_from([b"\r\n", b"0", b"1", b"a", b";", b" ", b"{}", b"f" * 9, b"\r\n\r\n"])).map(b"".join),
    ),
    cuts=CUTS,
)
def test_whatever_comes_is_an_answer_or_refused(data, cuts):
    try:
        answer = read(pieces_of(data, cuts))
    except AnswerBroken:
        return
    assert 200 <= answer.status < 1000


@given(cut=st.integers(0, 80))
def test_part_of_an_answer_is_never_a_whole_one(cut):
    data = b'HTTP/1.1 200 OK\r\ncontent-type: application/json; any\r\ncontent-length: 22\r\n\r\n{"Item":{"pk":{"S":""}'
    assert len(data) > cut

    with pytest.raises(AnswerBroken):
        read([data[:cut]] if cut else [])


def test_a_body_without_a_length_is_bounded():
    piece = bytes(2**20)
    pieces = [b"HTTP/1.1 200 OK\r\n\r\n", *[piece] * (LONGEST_BODY // len(piece) + 1)]

    with pytest.raises(AnswerBroken, match="too long"):
        read(pieces)


def test_headers_are_bounded():
    pieces = [b"HTTP/1.1 200 OK\r\n", *[b"x: 1234567890\r\n"] * 10_000]

    with pytest.raises(AnswerBroken, match="too long"):
        read(pieces)


@pytest.mark.parametrize(
    "framing", [b"200 OK\r\ncontent-length: 0", b"200 OK\r\ncontent-length: 2", b"204 No Content", b"304 Not Modified"]
)
def test_what_comes_after_an_answer_is_not_taken_for_a_part_of_it(framing):
    """It would be the beginning of the next one. RFC 9112 §6.3"""
    with pytest.raises(AnswerBroken, match="more came"):
        read([b"HTTP/1.1 " + framing + b"\r\n\r\nxxx"])


@pytest.mark.parametrize("control", [b"\r", b"\n", b"\0"])
@pytest.mark.parametrize("line", [b"200 O%bK\r\nx: y", b"200 OK\r\nx: y%bz", b"200 OK\r\nx: y%b\r\ncontent-length: 0"])
def test_a_line_ends_with_both_characters_and_holds_neither(line, control):
    """RFC 9112 §2.2: a bare CR or LF is no end of a line, and neither they nor NUL are part of one. RFC 9110 §5.5"""
    with pytest.raises(AnswerBroken):
        read([b"HTTP/1.1 " + line % control + b"\r\n\r\n"])


@pytest.mark.parametrize("space", ["", " ", "\n", "\r\n\t "])
def test_space_around_the_json_of_an_answer_means_nothing(space):
    """RFC 8259 §2"""
    body = f'{space}{{"Item":{{}}}}{space}'.encode()
    assert read_answer(Answer(200, {}, body)) == {"Item": {}}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"Item":{}}x', b'x{"Item":{}}', b"{}{}", b"\xa0{}", '{"é":1}'.encode("utf-16")]
)
def test_what_is_not_one_json_object_is_no_result(body):
    """Nor is what other decoders take for one: other codings, other spaces. RFC 8259 §8.1"""
    assert read_answer(Answer(200, {}, body)) == Fault("AnswerUnreadable", is_repeated=True)
