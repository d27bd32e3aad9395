"""What an answer of AWS says went wrong, and whether it is worth asking again, as boto3's standard mode decides it."""

from __future__ import annotations

import json
from binascii import crc32
from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.aws.connection import TOO_MANY_REQUESTS, is_outage

if TYPE_CHECKING:
    from gatelet.aws.http_answer import Answer

OK = 200
REPEATED_STATUS = frozenset({500, 502, 503, 504})
REPEATED = frozenset(
    {"PriorRequestNotComplete", "ReplicatedWriteConflictException", "RequestTimeout", "RequestTimeoutException"}
)
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
UNAUTHENTICATED = EXPIRED | {"InvalidClientTokenId", "InvalidSignatureException", "UnrecognizedClientException"}
"""What may be said of credentials that have just been replaced."""
SKEWED = frozenset({"InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed"})
LONGEST_CODE = 100
SPACE = " \t\n\r"
"""What may stand around a JSON text. RFC 8259 §2"""
_decode = json.JSONDecoder().raw_decode


class Fault(NamedTuple):
    """Why an attempt has no result."""

    code: str
    status: int = 0
    document: dict[str, Any] = {}  # noqa: RUF012 - never changed
    date: str = ""
    """The time of AWS, as its answer says it."""
    is_repeated: bool = False

    @property
    def is_throttling(self) -> bool:
        """Whether AWS asks for less, so that more time should pass before the next attempt."""
        return self.code in THROTTLED or self.status == TOO_MANY_REQUESTS

    @property
    def is_unauthenticated(self) -> bool:
        """Whether AWS does not take the credentials."""
        return self.code in UNAUTHENTICATED

    @property
    def is_skew(self) -> bool:
        """Whether the clock is to blame: the signature is of another time than that of AWS."""
        about = str(self.document.get("message", self.document.get("Message", "")))
        return self.code in SKEWED and (
            self.code != "InvalidSignatureException" or about.startswith(("Signature expired", "Signature not yet"))
        )

    @property
    def is_outage(self) -> bool:
        """Whether the same call may succeed later; else it is refused."""
        return self.is_repeated or self.code in EXPIRED or self.is_skew or is_outage(self.code, self.status)


def read_answer(answer: Answer) -> dict[str, Any] | Fault:
    """Return the result of an operation, or what went wrong."""
    checksum = answer.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(crc32(answer.body)):
        return Fault("ChecksumMismatch", answer.status, is_repeated=True)
    document = _object(answer.body)
    if answer.status == OK:
        return Fault("AnswerUnreadable", is_repeated=True) if document is None else document
    return _error(answer, document or {})


def _object(body: bytes) -> dict[str, Any] | None:
    """Read an object; `json.loads` looks for space around it with regular expressions, a fifth of its time."""
    try:
        text = body.decode().strip(SPACE)
        document, end = _decode(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and end == len(text) else None


def _error(answer: Answer, document: dict[str, Any]) -> Fault:
    said = document.get("__type")
    code = said.partition(":")[0].rpartition("#")[2] if isinstance(said, str) else ""
    code = code[:LONGEST_CODE] if code.isidentifier() else str(answer.status)
    fault = Fault(code, answer.status, document, answer.headers.get("date", ""))
    is_repeated = answer.status in REPEATED_STATUS or code in REPEATED or fault.is_throttling
    return fault._replace(is_repeated=is_repeated)
