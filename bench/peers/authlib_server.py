"""Authlib's authorization server and resource server on Flask, everything in memory."""

from __future__ import annotations

import json
import os
import secrets
import time
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, InvalidGrantError, TokenMixin, grants
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator, JWTBearerTokenValidator
from flask import Flask, jsonify, request
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from collections.abc import Collection

PEER: dict[str, Any] = json.loads(os.environ["BENCH_PEER"])
SCOPE = " ".join(PEER["scopes"])
"""What both clients may ask for."""
KEYS = KeySet.import_key_set({"keys": [PEER["key"]]})
LIFETIME = 900


class Client(ClientMixin):
    """A client that authenticates with client_secret_basic."""

    def __init__(self, client_id: str, grant_type: str) -> None:
        self.client_id = client_id
        self._grant_type = grant_type

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        """Return what is asked for and registered."""
        asked = scope.split() if isinstance(scope, str) else scope
        return " ".join(name for name in asked or PEER["scopes"] if name in PEER["scopes"])

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare the secret."""
        return secrets.compare_digest(client_secret, PEER["secret"])

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Take client_secret_basic."""
        del endpoint
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        """Take the one grant."""
        return grant_type == self._grant_type


class Token(TokenMixin):
    """A refresh token."""

    def __init__(self, refresh_token: str) -> None:
        self.refresh_token = refresh_token

    def check_client(self, client: Client) -> bool:
        """Take the client it was issued to."""
        return client.client_id == str(PEER["legacy"])

    def get_scope(self) -> str:
        """Return the scope."""
        return SCOPE

    def is_expired(self) -> bool:
        """Say that it never is."""
        return False

    def is_revoked(self) -> bool:
        """Tell whether it was used."""
        return self.refresh_token not in REFRESH_TOKENS


class User:
    """The user behind a refresh token."""

    def get_user_id(self) -> str:
        """Return the subject."""
        return str(PEER["sub"])


class Generator(JWTBearerTokenGenerator):
    """Signs with the key that all share."""

    def get_jwks(self) -> KeySet:
        """Return the key, read once."""
        return KEYS

    def get_audiences(self, *_: object) -> str:
        """Return the API."""
        return str(PEER["audience"])


class Validator(JWTBearerTokenValidator):
    """Verifies with it."""

    def get_jwks(self) -> KeySet:
        """Return the key, read once."""
        return KEYS


class RefreshTokenGrant(grants.RefreshTokenGrant):
    """Each refresh token is good once."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token:
        """Find a token."""
        found = REFRESH_TOKENS.get(refresh_token)
        if found is None:
            raise InvalidGrantError
        return found

    def authenticate_user(self, token: Token) -> User:
        """Find its user."""
        del token
        return User()

    def revoke_old_credential(self, refresh_token: TokenMixin) -> None:
        """Use a token up."""
        if isinstance(refresh_token, Token):
            del REFRESH_TOKENS[refresh_token.refresh_token]


def save_token(token: dict[str, Any], _request: object) -> None:
    """Remember what may be refreshed."""
    if "refresh_token" in token:
        REFRESH_TOKENS[token["refresh_token"]] = Token(token["refresh_token"])


CLIENTS = {
    PEER["service"]: Client(PEER["service"], "client_credentials"),
    PEER["legacy"]: Client(PEER["legacy"], "refresh_token"),
}
REFRESH_TOKENS = {name: Token(name) for name in (secrets.token_urlsafe(32) for _ in range(PEER["tokens"]))}

app = Flask(__name__)
server = AuthorizationServer(app, query_client=CLIENTS.get, save_token=save_token)
generator = Generator(
    PEER["issuer"],
    alg="ES256",
    refresh_token_generator=lambda **_: secrets.token_urlsafe(32),
    expires_generator=lambda *_: LIFETIME,
)
server.register_token_generator("default", generator)
server.register_grant(grants.ClientCredentialsGrant)
server.register_grant(RefreshTokenGrant)
require_oauth = ResourceProtector()
require_oauth.register_token_validator(Validator(PEER["issuer"], PEER["audience"]))
BARE = {"access_token": "x" * PEER["size"], "token_type": "Bearer", "expires_in": LIFETIME}


def token() -> Any:  # noqa: ANN401 - Flask's response
    """Answer a token request."""
    return server.create_token_response()


def orders() -> Any:  # noqa: ANN401
    """Verify an access token and its scope."""
    with require_oauth.acquire(["orders:read"]) as verified:
        return jsonify(active=True, client_id=verified["client_id"], checked_at=int(time.time()))


def bare() -> Any:  # noqa: ANN401
    """Read a form and answer as many bytes as a token has."""
    request.form.get("grant_type")
    return jsonify(BARE)


app.add_url_rule("/oauth2/token", view_func=token, methods=["POST"])
app.add_url_rule("/orders", view_func=orders)
app.add_url_rule("/bare", view_func=bare, methods=["POST"])
print(json.dumps(list(REFRESH_TOKENS)), flush=True)
