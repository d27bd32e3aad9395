"""The authorization server and the protected route, as a client without a library sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.e2e.concurrency import eventually

if TYPE_CHECKING:
    import requests

PATIENCE = 60
REVOKED_WITHIN = 6.0
"""Seconds: authorizers read the feed every 5, and the request that finds out takes its time too."""


class Confidential(Protocol):
    """A client with a secret."""

    @property
    def client_id(self) -> str: ...

    @property
    def client_secret(self) -> str: ...


class Person(Protocol):
    """Somebody with a password."""

    @property
    def username(self) -> str: ...

    @property
    def password(self) -> str: ...


class Server:
    """Knows its issuer; the metadata tells it the rest. RFC 8414"""

    def __init__(self, issuer: str, http: requests.Session) -> None:
        self.issuer = issuer
        self._http = http
        self.metadata: dict[str, Any] = self.request("GET", "/.well-known/oauth-authorization-server").json()
        self.token_endpoint = str(self.metadata["token_endpoint"])
        self.revocation_endpoint = str(self.metadata["revocation_endpoint"])
        self.jwks_uri = str(self.metadata["jwks_uri"])

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Make a request."""
        return self._http.request(method, self.issuer + path, timeout=PATIENCE, **options)

    def token(self, client: Confidential, **form: str) -> requests.Response:
        """Ask for a token."""
        return self._post(self.token_endpoint, client, form)

    def client_credentials(self, client: Confidential) -> str:
        """Return an access token for a machine."""
        return _granted(self.token(client, grant_type="client_credentials"))["access_token"]

    def password(self, client: Confidential, user: Person) -> dict[str, str]:
        """Sign a user in."""
        form = {"grant_type": "password", "username": user.username, "password": user.password}
        return _granted(self.token(client, **form))

    def refresh(self, client: Confidential, refresh_token: str, **form: str) -> requests.Response:
        """Ask for the next token."""
        return self.token(client, grant_type="refresh_token", refresh_token=refresh_token, **form)

    def successor(self, client: Confidential, refresh_token: str) -> dict[str, str]:
        """Return the next token."""
        return _granted(self.refresh(client, refresh_token))

    def revoke(self, client: Confidential, token: str) -> requests.Response:
        """Revoke a token. RFC 7009 §2.1"""
        return self._post(self.revocation_endpoint, client, {"token": token})

    def _post(self, url: str, client: Confidential, form: dict[str, str]) -> requests.Response:
        auth = (client.client_id, client.client_secret)
        return self._http.post(url, data=form, auth=auth, timeout=PATIENCE)


class Route:
    """The protected route."""

    def __init__(self, url: str, http: requests.Session) -> None:
        self.url = url
        self._http = http

    def call(self, access_token: str) -> int:
        """Call it with a token, and return the status."""
        headers = {"authorization": f"Bearer {access_token}"}
        return self._http.get(self.url, headers=headers, timeout=PATIENCE).status_code

    def refuses_in_time(self, access_token: str) -> bool:
        """Wait until it refuses the token; fail if that takes longer than it may."""
        return eventually(lambda: self.call(access_token) == 403, within=REVOKED_WITHIN)


def _granted(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def error_of(answer: requests.Response) -> str:
    """Return the error of an answer. RFC 6749 §5.2"""
    return str(answer.json().get("error"))
