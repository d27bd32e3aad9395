"""A connection to a stub of AWS, whose time, pauses, credentials and randomness are a test's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.aws.direct_connection import DirectConnection

if TYPE_CHECKING:
    from tests.unit.aws.stub_aws import StubAws

KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
GET = {"TableName": "grants", "Key": KEY, "ConsistentRead": True}
SECRET_ACCESS_KEY, SESSION_TOKEN = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLETOKEN=="


class Transport:
    """The connection, and what it does besides calling."""

    def __init__(self, stub: StubAws, *, deadline: float = 8.0, time: float = 1_800_000_000.0, **environ: str) -> None:
        self.environ = {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": stub.url,
            **environ,
        }
        self.time = time
        self.passed = 0.0
        """Seconds of the monotonic clock."""
        self.pauses: list[float] = []
        self.connection = DirectConnection(
            deadline=deadline,
            environ=self.environ,
            clock=lambda: self.time,
            monotonic=lambda: self.passed,
            sleep=self.pauses.append,
            random=lambda size: b"\x80" + bytes(size - 1),
        )

    def get(self) -> dict[str, Any]:
        """Read an item within a request of its own."""
        self.connection.start_request()
        return self.connection.dynamodb("get_item", **GET)
