"""The API, clients, role and user that the measured requests are about."""

from __future__ import annotations

import json

from gatelet.accounts.password import PasswordHashing
from gatelet.aws.credentials import password_key
from gatelet.aws.directory import client_to_item, resource_server_to_item, role_to_item, user_to_item
from gatelet.aws.settings import Settings
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role

NOW = 1_700_000_100
ISSUER = "https://auth.example"
AUDIENCE = "https://orders.example"
ROUTE = "GET /orders"
SECRET = "s" * 43
CALLBACK = "https://app.example/callback"
USERNAME = "alice"
PASSWORD = "correct horse battery staple"
TABLES = ("directory", "credentials", "grants", "limits", "keys", "feed")

_SECRETS = (ClientSecret(sha256=hash_secret(SECRET), created_at=NOW),)
SERVICE = Client(
    client_id="c_service",
    client_name="Service",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("client_credentials",),
    scope=("orders:read", "orders:write"),
    secrets=_SECRETS,
)
LEGACY = Client(
    client_id="c_legacy",
    client_name="Legacy",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("password", "refresh_token"),
    scope=("orders:read", "orders:write"),
    secrets=_SECRETS,
    first_party=True,
)
WEB = Client(
    client_id="c_web",
    client_name="Web",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("authorization_code", "refresh_token"),
    scope=("openid", "orders:read", "orders:write"),
    id_token_signed_response_alg="ES256",
    redirect_uris=(CALLBACK,),
    secrets=_SECRETS,
)
API = ResourceServer(
    identifier=AUDIENCE,
    name="Orders",
    scopes={"orders:read": "See orders", "orders:write": "Change orders"},
    introspection_client_id=SERVICE.client_id,
)
ROLE = Role(name="clerk", permissions=frozenset(API.scopes))
USER = ResourceOwner(sub="u_alice", username=USERNAME, roles=(ROLE.name,))

DIRECTORY = (
    client_to_item(SERVICE),
    client_to_item(LEGACY),
    client_to_item(WEB),
    resource_server_to_item(API),
    role_to_item(ROLE),
    user_to_item(USER),
)


def credential() -> dict[str, object]:
    """Return the item of the user's password."""
    pk, sk = password_key(USERNAME)
    return {"pk": pk, "sk": sk, "sub": USER.sub, "password_hash": PasswordHashing().hash(PASSWORD)}


def settings(*, signing_secret: str, grant_secret: str) -> Settings:
    """Return what all functions together are told; tables are called by their roles."""
    return Settings(
        issuer=ISSUER,
        password_grant=True,
        audience=AUDIENCE,
        routes=json.dumps({ROUTE: {"scope": "orders:read"}}),
        deadline=30.0,
        signing_secret=signing_secret,
        grant_secret=grant_secret,
        **{f"{name}_table": name for name in TABLES},  # type: ignore[arg-type]
    )
