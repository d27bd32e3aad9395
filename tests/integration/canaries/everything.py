"""All that can be done with a stack, right and wrong, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.integration.canaries import clients, keys, people, tokens
from tests.integration.canaries.scene import PASSWORD, SECRET

if TYPE_CHECKING:
    from tests.integration.canaries.evidence import ObservedVisitor
    from tests.integration.canaries.scene import Scene


def do_everything(scene: Scene) -> None:
    """Let clients, people, APIs and operators do what they do."""
    clients.authenticate(scene)
    clients.put_secrets_in_wrong_places(scene)
    use_passwords_and_tokens(scene)
    use_browsers(scene)
    people.change_their_minds(scene)
    clients.guess_too_often(scene)
    keys.rotate(scene)
    first, second = clients.sign_in_by_password(scene)
    tokens.refresh(scene, first)
    tokens.restore_a_backup(scene, second)


def use_passwords_and_tokens(scene: Scene) -> None:
    """Sign in through a client, and use up what that gives."""
    first, second = clients.sign_in_by_password(scene)
    successor = tokens.refresh(scene, first)
    tokens.ask_about(scene, successor)
    tokens.call_apis(scene, successor)
    tokens.reuse(scene, first)
    tokens.revoke(scene, second)


def use_browsers(scene: Scene) -> None:
    """Sign in with a browser, use the code, and come to the end of the session."""
    visitor = scene.visitor()
    code = people.sign_in(scene, visitor)
    issued = people.redeem(scene, code)
    tokens.ask_about(scene, issued)
    people.replay(scene, code)
    people.use_anothers_form(scene, visitor)
    people.put_secrets_in_forms(scene)
    people.put_secrets_in_addresses(scene)
    people.sign_out(scene, visitor, issued["id_token"])
    people.change_password(scene, visitor)


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What is held before something goes wrong."""

    tokens: tuple[dict[str, Any], dict[str, Any]]
    visitor: ObservedVisitor
    code: str
    id_token: str


def prepare(scene: Scene) -> Ready:
    """Sign in by a client and by a browser."""
    visitor = scene.visitor()
    code = people.sign_in(scene, visitor)
    id_token = people.redeem(scene, code)["id_token"]
    return Ready(tokens=clients.sign_in_by_password(scene), visitor=visitor, code=code, id_token=id_token)


def use_up(scene: Scene, ready: Ready) -> None:
    """Do what needs no answer to go on."""
    clients.authenticate(scene)
    people.replay(scene, ready.code)
    tokens.call_apis(scene, ready.tokens[0])
    tokens.reuse(scene, ready.tokens[0])
    tokens.revoke(scene, ready.tokens[1])
    people.put_secrets_in_forms(scene)
    people.sign_out(scene, ready.visitor, ready.id_token)
    scene.stack.token(scene.client("legacy"), SECRET, grant_type="password", username="alice", password=PASSWORD)
    keys.rotate(scene, is_outage=True)
