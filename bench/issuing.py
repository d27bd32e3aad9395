"""Access tokens of the token endpoint, each of them new."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from bench.events import form_event
from bench.population import LEGACY, SERVICE
from bench.scenario import SETTINGS
from gatelet.handlers import token
from gatelet.handlers.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.scenario import Scenario

MACHINE = form_event("/oauth2/token", SERVICE, grant_type="client_credentials")


def refresh_event(scenario: Scenario) -> dict[str, Any]:
    """Return a refresh, which the canned store lets happen again and again."""
    return form_event("/oauth2/token", LEGACY, grant_type="refresh_token", refresh_token=scenario.refresh_token())


class TokenEndpoint:
    """A warm container of the token endpoint in this process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._server = Server(SETTINGS, clock=clock)

    def answer(self, event: dict[str, Any]) -> str:
        """Return the body of an answer. Raises RuntimeError for a refusal."""
        answer = token.handler.respond(event, self._server)
        if answer["statusCode"] != 200:  # noqa: PLR2004
            raise RuntimeError(f"the token endpoint refuses: {answer}")
        return str(answer["body"])

    def access_token(self) -> str:
        """Return a new token of a machine."""
        return str(json.loads(self.answer(MACHINE))["access_token"])
