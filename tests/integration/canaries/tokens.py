"""What is done with tokens: refreshed, retried, reused, asked about, revoked, sent to APIs, put in wrong places."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gatelet.handlers.authorizer import CannotDecide
from tests.integration.api_gateway import basic, http_api_call, rest_request_call, rest_token_call
from tests.integration.canaries.scene import SECRET

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.canaries.scene import Scene


def refresh(scene: Scene, tokens: dict[str, Any]) -> dict[str, Any]:
    """Refresh a token, again within the grace, and wrongly; return what came of it."""
    stack, legacy, token = scene.stack, scene.client("legacy"), tokens["refresh_token"]
    stack.refresh(legacy, SECRET, token, scope=token)
    stack.refresh(legacy, SECRET, token, resource=tokens["access_token"])
    stack.refresh(scene.client("service"), SECRET, token)
    stack.refresh(scene.client("web"), SECRET, token)
    stack.refresh(legacy, SECRET, token[:-1] + ("A" if token[-1] != "A" else "B"))
    stack.refresh(legacy, SECRET, tokens["access_token"])
    successor = scene.keep_tokens(stack.refresh(legacy, SECRET, token))
    scene.keep_tokens(stack.refresh(legacy, SECRET, token))
    stack.request("/oauth2/token", method="GET", query=f"grant_type=refresh_token&refresh_token={token}")
    return successor


def reuse(scene: Scene, tokens: dict[str, Any]) -> None:
    """Use a rotated token when the grace is over."""
    scene.stack.clock.advance(31)
    scene.stack.refresh(scene.client("legacy"), SECRET, tokens["refresh_token"])


def ask_about(scene: Scene, tokens: dict[str, Any]) -> None:
    """Introspection and userinfo, with the token where it belongs and where it does not."""
    access, held = tokens["access_token"], [value for value in tokens.values() if isinstance(value, str)]
    for token in held:
        for client in ("service", "legacy", "web"):
            form, headers = {"token": token}, basic(f"c_{client}", SECRET)
            scene.stack.request("/oauth2/introspect", form=form, headers=headers)
        scene.stack.request("/oauth2/userinfo", method="GET", headers={"authorization": f"Bearer {token}"})
        scene.stack.request("/oauth2/userinfo", form={"access_token": token})
        scene.stack.request("/oauth2/userinfo", method="GET", query=f"access_token={token}")
        scene.stack.request("/oauth2/userinfo", method="GET", headers={"authorization": token})
    scene.stack.request(
        "/oauth2/introspect", form={"token": access, access: access}, headers=basic("c_service", SECRET)
    )


def call_apis(scene: Scene, tokens: dict[str, Any]) -> None:
    """Ask the authorizer of each kind of API about good tokens, changed ones and others."""
    for token in filter(lambda value: isinstance(value, str), tokens.values()):
        for sent in (token, token[:-2] + "AA", f"{token},{token}"):
            header = f"Bearer {sent}"
            several = {"Authorization": [header, header]}
            for event in (
                http_api_call({"authorization": header}),
                http_api_call({"authorization": header}, "POST /unknown"),
                http_api_call({"authorization": sent, "x-api-key": sent}),
                rest_token_call(header),
                rest_request_call({"Authorization": header}),
                rest_request_call({}, several=several),
            ):
                with contextlib.suppress(CannotDecide):
                    scene.stack.decide(event)


def revoke(scene: Scene, tokens: dict[str, Any]) -> None:
    """Revocation by those who may and those who may not; then the tokens are used once more."""
    for client in ("service", "web", "legacy"):
        for name in ("access_token", "refresh_token"):
            scene.stack.revoke(scene.client(client), SECRET, token=tokens[name])
    scene.stack.revoke(scene.client("legacy"), SECRET + "x", token=tokens["refresh_token"])
    scene.stack.request("/oauth2/revoke", method="GET", query=f"token={tokens['refresh_token']}")
    scene.stack.refresh(scene.client("legacy"), SECRET, tokens["refresh_token"])
    call_apis(scene, tokens)
    ask_about(scene, tokens)


def restore_a_backup(scene: Scene, tokens: dict[str, Any]) -> None:
    """Let the table of grants be as it was before a refresh, and use what that gave."""
    before = scene.stack.items("grants")
    successor = scene.keep_tokens(scene.stack.refresh(scene.client("legacy"), SECRET, tokens["refresh_token"]))
    for item in before:
        scene.stack.dynamodb.put_item(TableName="grants", Item=item)
    scene.stack.refresh(scene.client("legacy"), SECRET, successor["refresh_token"])
