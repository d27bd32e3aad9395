"""AWS that answers at once: botocore builds, signs and reads as ever, but nothing leaves the process.

So what is measured is the caller's own work, boto3's included, but neither a store's nor the network's.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from bench.interception import intercept
from bench.population import API, AUDIENCE, DIRECTORY, LEGACY, NOW, USER
from gatelet.aws.attributes import marshal_item
from gatelet.oauth.grant import REFRESH_ABSOLUTE, REFRESH_IDLE, Grant
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_rotation import shift
from gatelet.oauth.key_set import KeySet
from gatelet.oauth.seal import SEALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.interception import Call

SIGNING_KEYS = shift(KeySet(), ("ES256",), generate, now=NOW, next_key_age=0, retention=0)
GRANT_KEYS = shift(KeySet(), (SEALS,), generate, now=NOW, next_key_age=0, retention=0)
HEADERS = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
SIGNING_SECRET, GRANT_SECRET = "signing", "grant"


def grant(gid: str) -> Grant:
    """Return the user's grant after a first rotation."""
    return Grant(
        gid=gid,
        client_id=LEGACY.client_id,
        sub=USER.sub,
        session_id="session",
        scope=tuple(sorted(API.scopes)),
        audience=AUDIENCE,
        auth_time=NOW,
        acr="1",
        amr=("pwd",),
        generation=1,
        rotated_at=NOW,
        idle_expires_at=NOW + REFRESH_IDLE,
        absolute_expires_at=NOW + REFRESH_ABSOLUTE,
        attempt="attempt",
    )


class CannedAws:
    """Answers by operation and a word of the request."""

    def __init__(self, gid: str) -> None:
        self._answers = [(operation, word.encode(), _json(body)) for operation, word, body in _answers(gid)]

    def install(self) -> None:
        """Answer everything that this process asks of AWS from now on."""
        intercept(self._answer)

    def _answer(self, call: Call) -> AWSResponse:
        body = next(
            body for operation, word, body in self._answers if operation == call.operation and word in call.body
        )
        return AWSResponse(call.url, HTTPStatus.OK, HEADERS, _Raw(body))


class _Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _answers(gid: str) -> list[tuple[str, str, dict[str, Any]]]:
    service, legacy, api, role, user = (marshal_item(item) for item in DIRECTORY)
    published = {"jwks": json.dumps(SIGNING_KEYS.published()), "version": 1, "rotation": "first"}
    return [
        ("GetSecretValue", f'"{SIGNING_SECRET}"', {"SecretString": SIGNING_KEYS.to_json()}),
        ("GetSecretValue", f'"{GRANT_SECRET}"', {"SecretString": GRANT_KEYS.to_json()}),
        ("GetItem", '"CLIENT#c_service"', {"Item": service}),
        ("GetItem", '"CLIENT#c_legacy"', {"Item": legacy}),
        ("GetItem", f'"USER#{USER.sub}"', {"Item": user}),
        ("GetItem", '"KEYS"', {"Item": marshal_item(published)}),
        ("Query", '"RESOURCE_SERVERS"', {"Items": [api]}),
        ("Query", '"ROLES"', {"Items": [role]}),
        ("Query", '"FEED#', {"Items": []}),
        ("UpdateItem", f'"GRANT#{gid}"', {"Attributes": marshal_item(asdict(grant(gid)))}),
    ]


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()
