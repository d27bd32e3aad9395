"""A stack whose every secret is a canary, and what is done with them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatelet.oauth.client import ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from tests.integration.canaries.canary import Canary
from tests.integration.canaries.evidence import ANSWERS, COOKIES, PAGES, REDIRECTS, Observed, ObservedVisitor
from tests.integration.registered import ALICE, BROWSER, LEGACY, ORDERS, SERVICE, WEB
from tests.integration.stage import QUICK
from tests.integration.tokens import encode
from tests.integration.visitor import answer_to_client

if TYPE_CHECKING:
    from gatelet.oauth.client import Client
    from tests.integration.api_gateway import Answer
    from tests.integration.deployment import Deployment

SECRET = "qZ7wKe-93mVbTr_8LxYpNs5cHdGu2JfAo4iRkWtEz1M"
NEAR_SECRET = SECRET[:-1] + "N"
PASSWORD = 'Kanarie "vogel" & <ei>+äß/?%'
WRONG_PASSWORD = PASSWORD.swapcase()
TYPED_AS_NAME = "nachtigall-in-the-field-of-the-name"
NEW_PASSWORD = "zaunkönig & <nest>"
SHORT_PASSWORD = "wren;äö"
VERIFIER = "Verifier-7f~Qx0PzkB3uMn9sWcYd2Hg5TjLa8Re1VoX"
WRONG_VERIFIER = "Wrongful-4k~Tz2LpqN8wBv6yXcRd1Jm9SgHa3Fe7UoI"
STATE = "state-of-the-client-8d1f0c"
NONCE = "nonce-of-the-client-5b7e2a"
CLIENTS = {
    client.client_id: replace(client, secrets=(ClientSecret(sha256=hash_secret(SECRET), created_at=1_800_000_000),))
    for client in (SERVICE, LEGACY, WEB)
} | {"c_browser": BROWSER}
PRIVATE_MEMBERS = ("d", "k", "p", "q", "dp", "dq", "qi")
"""Of a JSON Web Key. RFC 7518 §6"""


class Scene:
    """Tables with these clients and this user, seen from containers of its own."""

    def __init__(self, deployment: Deployment) -> None:
        self.stack = Observed(deployment)
        self.canaries: list[Canary] = [
            Canary(name="client secret", value=SECRET),
            Canary(name="client secret with a slip", value=NEAR_SECRET),
            Canary(name="password", value=PASSWORD, guessable=True),
            Canary(name="wrong password", value=WRONG_PASSWORD, guessable=True),
            Canary(name="password typed as a name", value=TYPED_AS_NAME, guessable=True, places=frozenset({PAGES})),
            Canary(name="new password", value=NEW_PASSWORD, guessable=True),
            Canary(name="password that is too short", value=SHORT_PASSWORD, guessable=True),
            Canary(name="verifier", value=VERIFIER),
            Canary(name="wrong verifier", value=WRONG_VERIFIER),
            Canary(name="state", value=STATE, places=frozenset({REDIRECTS, PAGES})),
            Canary(name="nonce", value=NONCE, places=frozenset({REDIRECTS, PAGES, ANSWERS, "table grants"})),
        ]
        for client in CLIENTS.values():
            self.stack.put_client(client)
        self.stack.put_resource_server(replace(ORDERS, introspection_client_id="c_service"))
        self.stack.put_user(ALICE, QUICK.hash(PASSWORD))
        self.keep_keys()

    def visitor(self) -> ObservedVisitor:
        """Return a browser."""
        return ObservedVisitor(self.stack)

    def client(self, name: str) -> Client:
        """Return a client by the last word of its id."""
        return CLIENTS[f"c_{name}"]

    def keep(self, name: str, value: str, *places: str) -> str:
        """Look for one more secret, that was handed over in these places."""
        self.canaries.append(Canary(name=name, value=value, places=frozenset(places)))
        return value

    def keep_keys(self) -> None:
        """Look for all private keys that there are by now."""
        for secret in ("signing_secret", "grant_secret"):
            for material in _materials(self.stack.secret_document(secret)):
                for member in PRIVATE_MEMBERS:
                    if member in material:
                        self.keep(f"key of the {secret}", material[member])

    def keep_tokens(self, answer: Answer) -> dict[str, Any]:
        """Look for the tokens of an answer, and return them."""
        tokens = answer.json
        assert answer.status == 200, answer.body
        # a signature is what nobody else can make; all tokens of a key begin alike
        self.keep("access token", tokens["access_token"].rpartition(".")[2], ANSWERS)
        if "id_token" in tokens:
            self.keep("ID token", tokens["id_token"].rpartition(".")[2], ANSWERS, REDIRECTS, PAGES)
        if "refresh_token" in tokens:
            self.keep_handle("refresh token", tokens["refresh_token"], ANSWERS)
        return tokens

    def keep_handle(self, name: str, handle: str, *places: str) -> str:
        """Look for a code or a refresh token, and for the secret in it by itself."""
        self._keep_secret_in(name, handle)
        self.keep(name, handle[-60:], *places)
        return handle

    def _keep_secret_in(self, name: str, sealed: str) -> None:
        """Look for the 16 random bytes behind the id of the key, which open whatever it is."""
        body = base64.urlsafe_b64decode(sealed[4:] + "=" * (-len(sealed[4:]) % 4))
        self.keep(f"secret of the {name}, in hex", body[4:20].hex())
        self.keep(f"secret of the {name}", encode(body[4:20]))

    def keep_cookies(self, visitor: ObservedVisitor) -> None:
        """Look for the cookies that a browser holds by now."""
        for name, value in visitor.cookies.items():
            if value.startswith(("gs1_", "gd1_")):
                self._keep_secret_in(f"cookie {name}", value)
            self.keep(f"cookie {name}", value, COOKIES)

    def code_of(self, answer: Answer) -> str:
        """Look for the code of a redirect, and return it."""
        return self.keep_handle("code", answer_to_client(answer)["code"], REDIRECTS)


def _materials(document: dict[str, Any]) -> list[dict[str, str]]:
    """Return the material of every key in a secret, wherever it stands."""
    found: list[dict[str, str]] = []

    def take(members: dict[str, Any]) -> dict[str, Any]:
        if "material" in members:
            found.append(members["material"])
        return members

    json.loads(json.dumps(document), object_hook=take)
    assert found
    return found
