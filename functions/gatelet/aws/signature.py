"""Signature Version 4 of a POST without path and query, all that the JSON protocol needs. AWS IAM user guide"""

from __future__ import annotations

import hashlib
import hmac
import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALGORITHM = "AWS4-HMAC-SHA256"


class CredentialsMissing(Exception):
    """The environment holds no credentials, or some that do not fit into a header."""


class Credentials(NamedTuple):
    """What a request is signed with."""

    access_key_id: str
    secret_access_key: str
    session_token: str

    def __repr__(self) -> str:
        """Show nothing: a traceback may hold it."""
        return "Credentials()"


def credentials_of(environ: Mapping[str, str]) -> Credentials:
    """Return the credentials that the environment holds now. Raises CredentialsMissing."""
    credentials = Credentials(
        environ.get("AWS_ACCESS_KEY_ID", ""),
        environ.get("AWS_SECRET_ACCESS_KEY", ""),
        environ.get("AWS_SESSION_TOKEN", ""),
    )
    text = "".join(credentials)
    if not credentials.access_key_id or not credentials.secret_access_key:
        raise CredentialsMissing("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
    if not (text.isascii() and text.isprintable()):
        raise CredentialsMissing("the credentials are not printable ASCII")
    return credentials


class Signature:
    """Signs the requests to one service in one region; the key is made once a day."""

    def __init__(self, service: str, region: str) -> None:
        self._service = service
        self._region = region
        self._made_for: tuple[str, str] | None = None
        self._key = b""

    def sign(
        self, headers: Sequence[tuple[str, str]], body: bytes, credentials: Credentials, now: float
    ) -> list[tuple[str, str]]:
        """Return the headers with those that sign them: time, session token, Authorization.

        Names are in lower case and their values without spaces at the ends.
        """
        moment = _moment(int(now))
        date = moment[:8]
        signed = [*headers, ("x-amz-date", moment)]
        if credentials.session_token:
            signed.append(("x-amz-security-token", credentials.session_token))
        signed.sort()
        names = ";".join([name for name, _ in signed])
        lines = "".join([f"{name}:{value}\n" for name, value in signed])
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{date}/{self._region}/{self._service}/aws4_request"
        text = f"{ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key_of(credentials, date), text.encode(), "sha256").hex()
        credential = f"Credential={credentials.access_key_id}/{scope}"
        signed.append(("authorization", f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"))
        return signed

    def _key_of(self, credentials: Credentials, date: str) -> bytes:
        made_for = (credentials.secret_access_key, date)
        if made_for != self._made_for:
            key = f"AWS4{credentials.secret_access_key}".encode()
            for part in (date, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._made_for, self._key = made_for, key
        return self._key


@lru_cache(1)
def _moment(second: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))
