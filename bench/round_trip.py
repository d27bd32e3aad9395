"""What the system and OpenSSL take for a request and its answer, and nobody can save: bytes out, bytes in, over TLS."""

from __future__ import annotations

import json
import socket
import ssl
from typing import TYPE_CHECKING

from bench.certificate import AUTHORITY
from bench.population import USER

if TYPE_CHECKING:
    from bench.canned_aws import CannedAws

BODY = json.dumps({"TableName": "directory", "Key": {"pk": {"S": f"USER#{USER.sub}"}, "sk": {"S": "USER"}}})
HEAD = "POST / HTTP/1.1\r\nhost: aws\r\nx-amz-target: DynamoDB_20120810.GetItem\r\ncontent-length: {length}\r\n\r\n"
PIECE = 65_536


class RoundTrip:
    """One kept-alive connection to the canned AWS, which answers in one piece."""

    def __init__(self, aws: CannedAws) -> None:
        host, _, port = aws.url.rpartition("/")[2].partition(":")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=aws.directory / AUTHORITY)
        plain = socket.create_connection((host, int(port)))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = context.wrap_socket(plain, server_hostname=host)
        self._request = (HEAD.format(length=len(BODY)) + BODY).encode()

    def exchange(self, _: object) -> None:
        """Send the bytes of a read and take those of its answer."""
        self._connection.sendall(self._request)
        if not self._connection.recv(PIECE).startswith(b"HTTP/1.1 200"):
            raise RuntimeError("the canned AWS does not answer")
