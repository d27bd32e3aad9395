"""An answer of HTTP/1.1, read piece by piece; whatever is not quite one is refused. RFC 9112

Without regular expressions: to compile them would be a third of what the transport costs a cold start.
"""

from __future__ import annotations

from typing import NamedTuple

VERSIONS = (b"HTTP/1.0 ", b"HTTP/1.1 ")
TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CONTROLS = b"\r\n\0"
HEXADECIMAL = b"0123456789ABCDEFabcdef"
MOST_DIGITS = 10
LONGEST_HEAD = 65_536
LONGEST_BODY = 16 * 2**20
"""A page of DynamoDB is 1 MB of items; as JSON it is some times that."""


class AnswerBroken(ConnectionError):
    """What came is no whole answer of HTTP."""


class Answer(NamedTuple):
    """A whole answer; the names of its headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class AnswerReader:
    """Takes pieces until the answer is whole."""

    def __init__(self) -> None:
        self.is_kept = False
        """Whether the connection may be used again."""
        self._buffer = b""
        self._status = 0
        self._headers: dict[str, str] = {}
        self._length: int | None = None
        self._is_chunked = False
        self._body: list[bytes] = []
        self._size = 0

    def answer(self) -> Answer:
        """Return the answer once it is whole."""
        return Answer(self._status, self._headers, b"".join(self._body))

    def feed(self, piece: bytes) -> bool:
        """Take a piece, an empty one being the end, and tell whether the answer is whole. Raises AnswerBroken."""
        self._buffer = self._buffer + piece if self._buffer else piece
        is_whole = (self._status > 0 or self._read_head()) and self._read_body(is_end=not piece)
        if not piece and not is_whole:
            raise AnswerBroken("the connection was closed before the answer was whole")
        return is_whole

    def _read_body(self, *, is_end: bool) -> bool:
        if self._is_chunked:
            is_whole = self._read_chunks()
        else:
            self._take(self._buffer)
            self._buffer = b""
            is_whole = is_end if self._length is None else self._size >= self._length
        if is_whole and (self._buffer or self._length not in {None, self._size}):
            raise AnswerBroken("more came than the answer")
        return is_whole

    def _take(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > LONGEST_BODY:
            raise AnswerBroken("the answer is too long")
        self._body.append(part)

    def _read_head(self) -> bool:
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if len(head) > LONGEST_HEAD:
            raise AnswerBroken("the headers are too long")
        if not separator:
            return False
        status_line, *lines = head.split(b"\r\n")
        version, status, rest_of_line = status_line[:9], status_line[9:12], status_line[12:]
        if version not in VERSIONS or not status.isdigit() or rest_of_line[:1] not in {b"", b" "}:
            raise AnswerBroken("the status line is none")
        self._status = int(status)
        if self._status < 200:  # noqa: PLR2004 - an interim answer; nothing that is sent asks for one
            raise AnswerBroken("an interim answer")
        if len(head.translate(None, CONTROLS)) != len(head) - len(b"\r\n") * len(lines):
            raise AnswerBroken("a line does not end as one, or holds what no line may")
        self._buffer = rest
        self._read_headers(lines)
        self._frame(is_current=version == VERSIONS[1])
        return True

    def _read_headers(self, lines: list[bytes]) -> None:
        for line in lines:
            token, colon, text = line.partition(b":")
            if not colon or not token or token.translate(None, TOKEN):
                raise AnswerBroken("a header is none")
            name, value = token.decode().lower(), text.strip(b" \t").decode("latin-1")
            if name in self._headers and name in {"content-length", "transfer-encoding"}:
                raise AnswerBroken("the length is said twice")
            self._headers[name] = value

    def _frame(self, *, is_current: bool) -> None:
        """Find out where the body ends. RFC 9112 §6.3"""
        length, coding = self._headers.get("content-length"), self._headers.get("transfer-encoding")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise AnswerBroken("the body has a coding that is not known")
            self._is_chunked = True
        elif length is not None:
            if not (length.isascii() and length.isdigit() and len(length) <= MOST_DIGITS) or int(length) > LONGEST_BODY:
                raise AnswerBroken("the length is none, or too long")
            self._length = int(length)
        elif self._status in {204, 304}:
            self._length = 0
        ends = self._length is not None or self._is_chunked
        self.is_kept = is_current and ends and "close" not in self._headers.get("connection", "").lower()

    def _read_chunks(self) -> bool:
        """Take whole chunks off the buffer. RFC 9112 §7.1"""
        while True:
            line, separator, rest = self._buffer.partition(b"\r\n")
            if not separator and len(line) <= LONGEST_HEAD:
                return False
            digits = line.partition(b";")[0].rstrip(b" \t")
            if not _consists_of(HEXADECIMAL, digits) or len(digits) > MOST_DIGITS:
                raise AnswerBroken("a chunk is none")
            size = int(digits, 16)
            if size == 0:
                return self._read_trailers(rest)
            if size > LONGEST_BODY:
                raise AnswerBroken("the answer is too long")
            if len(rest) < size + 2:
                return False
            if rest[size : size + 2] != b"\r\n":
                raise AnswerBroken("a chunk does not end")
            self._take(rest[:size])
            self._buffer = rest[size + 2 :]

    def _read_trailers(self, rest: bytes) -> bool:
        """Skip what follows the last chunk."""
        if rest.startswith(b"\r\n"):
            self._buffer = rest[2:]
            return True
        _, separator, after = rest.partition(b"\r\n\r\n")
        if separator:
            self._buffer = after
        elif len(rest) > LONGEST_HEAD:
            raise AnswerBroken("the trailers are too long")
        return bool(separator)


def _consists_of(characters: bytes, text: bytes) -> bool:
    return bool(text) and not text.translate(None, characters)
