"""Makes and rotates the keys. Called by Secrets Manager, by CloudFormation, and by the operator."""

from __future__ import annotations

import json
import urllib.request
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gatelet.aws.sdk_connection import SdkConnection
from gatelet.handlers.key_rotation import KeyRotation
from gatelet.handlers.powertools import LoggedAction
from gatelet.handlers.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER_TIMEOUT = 10
CALL_SHARES = (1 / 60, 1 / 30)
"""Of 60 s: 1 s and 2 s, so that no event lands later than what verifiers read again."""


class RotateKeys:
    """The Lambda handler. A failure raises: the caller must know."""

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any] | None:
        """Serve whoever calls."""
        del context
        return self.serve(event, self._server, answer_stack)

    def serve(
        self, event: dict[str, Any], server: Server, answer: Callable[[str, dict[str, Any]], None]
    ) -> dict[str, Any] | None:
        """Serve an event with a given server; `answer` sends a document to CloudFormation."""
        server.connection.start_request()
        observation = LoggedAction("rotate_keys")
        keys = KeyRotation(server, observation.record)
        if "RequestType" in event:
            _serve_stack(event, keys, observation, answer)
            return None
        observation.note(step=event.get("Step"), action=event.get("action"))
        try:
            result = keys.act(event) if "action" in event else keys.step(event)
        except Exception as error:
            observation.conclude(status=500, error=type(error).__name__)
            raise
        observation.conclude(status=200, result=result)
        return result

    @cached_property
    def _server(self) -> Server:
        return Server.from_environment(call_shares=CALL_SHARES, connect=SdkConnection)


def _serve_stack(
    event: dict[str, Any],
    keys: KeyRotation,
    observation: LoggedAction,
    answer: Callable[[str, dict[str, Any]], None],
) -> None:
    """Make the first keys of a stack, and tell CloudFormation how it went."""
    document = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "first-keys"),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        if event["RequestType"] == "Create":
            keys.make_first()
    except Exception as error:  # noqa: BLE001 - CloudFormation would wait for an hour
        reason = f"{type(error).__name__} while making the first keys: see the log of rotate_keys"
        document |= {"Status": "FAILED", "Reason": reason}
        observation.note(error=type(error).__name__, detail=str(error))
    answer(event["ResponseURL"], document)
    observation.conclude(status=200 if document["Status"] == "SUCCESS" else 500, action=event["RequestType"])


def answer_stack(url: str, document: dict[str, Any]) -> None:
    """Put the answer where CloudFormation waits for it."""
    request = urllib.request.Request(  # noqa: S310 - the URL is CloudFormation's own
        url, data=json.dumps(document).encode(), method="PUT", headers={"content-type": ""}
    )
    with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT):  # noqa: S310
        pass


handler = RotateKeys()
