"""Asks the function that alone may touch the keys. See `gatelet.handlers.rotate_keys`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from gatelet_cli.duration import describe
from gatelet_cli.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3

SIGNING = "signing"
SECRETS = (SIGNING, "grant")
PATIENCE = 120
"""Seconds; making RSA keys takes a while on a small function."""


class KeyRotation:
    """The operator's side of the `rotate_keys` function."""

    def __init__(self, session: boto3.Session, function: str) -> None:
        self._session = session
        self._function = function

    def status(self) -> dict[str, Any]:
        """Return ids and ages of the keys of both secrets."""
        return self._invoke({"action": "status"})

    def rotate(self, secret: str) -> dict[str, Any]:
        """Let the next keys sign and make new next ones. Raises Failure with the time left where it is too early."""
        return _require_rotated(self._invoke({"action": "rotate", "secret": secret}))

    def replace(self, secret: str, kid: str | None) -> dict[str, Any]:
        """Make fresh keys at once: instead of one that is known bad, or of all."""
        event = {"action": "rotate", "secret": secret, "emergency": True}
        return _require_rotated(self._invoke({**event, "kid": kid} if kid else event))

    def revoke_compromised(self, secret: str) -> list[str]:
        """Have everything refused that the replaced keys have signed, and return their ids."""
        return list(self._invoke({"action": "revoke_compromised", "secret": secret})["revoked"])

    def _invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        # One attempt: a rotation that was not heard of is not made twice.
        config = Config(read_timeout=PATIENCE, retries={"total_max_attempts": 1})
        client = self._session.client("lambda", config=config)
        answer = client.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
        document: dict[str, Any] = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise _failure(document)
        return document


def key_rows(status: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one row for each key of a status."""
    return [row for secret in SECRETS for row in _rows(secret, status[secret]["kids"])]


def _rows(secret: str, rings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for alg, ring in sorted(rings.items()):
        for use, keys in (("next", [ring["next"]]), ("current", [ring["current"]]), ("retired", ring["retired"])):
            for key in keys:
                yield {
                    "secret": secret,
                    "alg": alg,
                    "use": "compromised" if key.get("compromised") else use,
                    "kid": key["kid"],
                    "created_at": key.get("created_at"),
                    "retired_at": key.get("retired_at"),
                }


def _require_rotated(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["rotated"]:
        return answer
    wait = describe(answer["retry_after"])
    if answer["reason"] == "next_key_too_young":
        raise Failure(
            f"The next {answer['secret']} key is too young: it may be used in {wait}, when every verifier has seen it."
            " Nothing was changed. Where the current key is known bad, use --emergency."
        )
    raise Failure(f"A rotation of the {answer['secret']} keys is under way. Nothing was changed; try again in {wait}.")


def _failure(document: dict[str, Any]) -> Failure:
    if document.get("errorType") == "UnknownKey":
        return Failure("--kid is neither a current nor a next key. See `gatelet keys list`.")
    what = f"{document.get('errorType', 'an error')}: {document.get('errorMessage', 'without a message')}"
    return Failure(
        f"The function rotate_keys failed with {what}. Its log says more; the keys are as `gatelet keys list` shows."
    )
