"""The server's endpoints as the traffic calls them: an answer that was expected, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from tests.e2e.server import Route, Server
from tests.load.wire import BUSY, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.registration import Registered
    from tests.load.ledger import Ledger
    from tests.load.wire import Call

OK = 200
BAD_REQUEST = 400
FORBIDDEN = 403
UNANSWERED = "no answer"


class Caller:
    """Writes down whatever is neither expected nor a request for patience."""

    def __init__(self, issuer: str, resource: str, gatekeeper: Registered, ledger: Ledger, calls: list[Call]) -> None:
        self.http = Wire(calls)
        self.issuer = issuer
        self._gatekeeper = gatekeeper
        self._ledger = ledger
        self._server = Server(issuer, self.http)
        self._route = Route(resource, self.http)

    def token(self, client: Registered, **form: str) -> dict[str, str] | None:
        """Ask for tokens."""
        answer = self._get(lambda: self._server.token(client, **form))
        return self._body(f"{form['grant_type']}", answer)

    def attempt(self, client: Registered, form: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        """Try to redeem or to rotate; a refusal is an answer too."""
        answer = self._get(lambda: self._server.token(client, **form))
        if answer is None or not self._is_expected(form["grant_type"], answer, OK, BAD_REQUEST):
            return None
        return answer.status_code, dict(answer.json())

    def is_refused(self, client: Registered, form: dict[str, str]) -> bool | None:
        """Tell whether a code or a refresh token is worth nothing; None where the server did not say."""
        tried = self.attempt(client, form)
        return None if tried is None else (tried[0], tried[1].get("error")) == (BAD_REQUEST, "invalid_grant")

    def revoke(self, client: Registered, token: str) -> bool:
        """Revoke a token, and tell whether that was acknowledged."""
        answer = self._get(lambda: self._server.revoke(client, token))
        return answer is not None and self._is_expected("revoke", answer, OK)

    def is_active(self, token: str, client: Registered | None = None) -> bool | None:
        """Introspect a refresh token as its client, an access token as the API; None where the server did not say."""
        asking = client or self._gatekeeper
        answer = self._get(
            lambda: self._server.request("POST", "/oauth2/introspect", data={"token": token}, auth=tuple(asking))
        )
        body = self._body("introspect", answer)
        return None if body is None else bool(body["active"])

    def is_let_in(self, access_token: str) -> bool | None:
        """Call the protected route; None where nothing was decided."""
        headers = {"authorization": f"Bearer {access_token}"}
        answer = self._get(lambda: self.http.get(self._route.url, headers=headers))
        if answer is None or not self._is_expected("protected route", answer, OK, FORBIDDEN):
            return None
        return answer.status_code == OK

    def fault(self, sentence: str) -> None:
        """Write down what must not happen."""
        self._ledger.faults.append(sentence)

    def _get(self, ask: Callable[[], requests.Response]) -> requests.Response | None:
        try:
            return ask()
        except requests.RequestException:
            return None

    def _body(self, what: str, answer: requests.Response | None) -> dict[str, Any] | None:
        return dict(answer.json()) if answer is not None and self._is_expected(what, answer, OK) else None

    def _is_expected(self, what: str, answer: requests.Response, *statuses: int) -> bool:
        if answer.status_code not in (*statuses, *BUSY):
            self.fault(f"{what}: {answer.status_code} {answer.text[:200]} ({answer.headers.get('apigw-requestid')})")
        return answer.status_code in statuses
