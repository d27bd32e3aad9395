"""What happens to keys: rotated, replaced after a theft, made anew by a stack, asked for wrongly."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.canaries.scene import Scene

RESPONSE_URL = "https://cloudformation.example/answer?X-Amz-Signature=kX3vQz81LmWb7RtYpNs4cHdGu2JfAo6iE9w"
"""Whoever knows it can answer in our place."""
ROTATIONS = (
    {"action": "rotate", "secret": "signing"},
    {"action": "rotate", "secret": "grant"},
    {"action": "rotate", "secret": "signing", "emergency": True},
    {"action": "rotate", "secret": "grant", "emergency": True},
    {"action": "revoke_compromised", "secret": "signing"},
    {"action": "rotate", "secret": "unknown"},
    {"Step": "createSecret", "SecretId": "unknown", "ClientRequestToken": "unknown"},
    {"RequestType": "Update", "ResponseURL": RESPONSE_URL, "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"},
)


def rotate(scene: Scene, *, is_outage: bool = False) -> None:
    """Rotate every key in every way, after a while; in an outage nobody can see what came of it."""
    scene.keep("address of an answer to CloudFormation", RESPONSE_URL.rpartition("=")[2])
    scene.stack.clock.advance(3600)
    for event in ROTATIONS:
        with contextlib.suppress(Exception):
            scene.stack.rotations.append(scene.stack.rotate_keys(dict(event)))
        if not is_outage:
            scene.keep_keys()
    for path in ("/.well-known/jwks.json", "/.well-known/openid-configuration"):
        scene.stack.request(path, method="GET")
