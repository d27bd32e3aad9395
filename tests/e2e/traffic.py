"""Clients that issue, verify and use tokens without a pause, as many as it takes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.server import Route, Server


class Traffic:
    """Remembers which keys have signed, and whatever failed."""

    def __init__(self, issue: Callable[[], str], server: Server, route: Route, audience: str) -> None:
        self._issue = issue
        self._server = server
        self._route = route
        self._audience = audience
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.kids: set[str] = set()
        self.faults: list[BaseException] = []

    def grow(self, clients: int) -> None:
        """Let more clients ask at the same time."""
        for _ in range(clients):
            self._threads.append(threading.Thread(target=self._run))
            self._threads[-1].start()

    def stop(self) -> None:
        """Let every client finish."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def has_seen(self, kid: str) -> bool:
        """Tell whether this key has signed, or something has failed."""
        return kid in self.kids or bool(self.faults)

    def _run(self) -> None:
        published = jwt.PyJWKClient(self._server.jwks_uri, cache_jwk_set=False)
        try:
            while not self._stop.is_set():
                self._once(published)
        except BaseException as fault:  # noqa: BLE001 - told to the test's own thread
            self.faults.append(fault)

    def _once(self, published: jwt.PyJWKClient) -> None:
        access_token = self._issue()
        key = published.get_signing_key_from_jwt(access_token)
        jwt.decode(access_token, key, algorithms=["ES256"], audience=self._audience, issuer=self._server.issuer)
        assert self._route.call(access_token) == 200
        self.kids.add(str(key.key_id))
