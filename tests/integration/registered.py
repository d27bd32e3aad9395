"""Who and what the operator of the stack has registered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gatelet.accounts.password import PasswordHashing
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_owner import ResourceOwner
from gatelet.oauth.resource_server import ResourceServer
from gatelet.oauth.role import Role
from tests.integration.stack import AUDIENCE, FIRST_KEYS

if TYPE_CHECKING:
    from tests.integration.deployment import Deployment

SECRET = "s" * 43
PASSWORD = "correct horse battery staple"
SERVICE = Client(
    client_id="c_service",
    client_name="Service",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("client_credentials",),
    scope=("orders:read", "orders:write"),
    secrets=(ClientSecret(sha256=hash_secret(SECRET), created_at=1_800_000_000),),
)
LEGACY = replace(
    SERVICE,
    client_id="c_legacy",
    grant_types=("password", "refresh_token"),
    scope=("orders:read", "orders:write", "orders:admin"),
    first_party=True,
)
BROWSER = replace(
    LEGACY,
    client_id="c_browser",
    token_endpoint_auth_method="none",
    secrets=(),
    refresh_token_cookie=True,
    allowed_origins=("https://app.example",),
)
WEB = replace(
    LEGACY,
    client_id="c_web",
    client_name="Web",
    first_party=False,
    grant_types=("authorization_code", "refresh_token"),
    scope=("openid", "profile", "email", "offline_access", "orders:read", "orders:write"),
    id_token_signed_response_alg="ES256",
    redirect_uris=("https://app.example/callback",),
    post_logout_redirect_uris=("https://app.example/bye",),
)
ALICE = ResourceOwner(sub="u_alice", username="alice", roles=("clerk",))
CLERK = Role(name="clerk", permissions=frozenset({"orders:read", "orders:write"}))
STOREMAN = Role(name="storeman", permissions=frozenset({"stock:read"}))
ORDERS = ResourceServer(
    identifier=AUDIENCE,
    name="Orders",
    scopes={"orders:read": "See orders", "orders:write": "Change orders", "orders:admin": "Everything"},
)
STOCK = ResourceServer(
    identifier="https://stock.example", name="Stock", scopes={"stock:read": "See stock"}, access_token_lifetime=300
)


def furnish(stack: Deployment) -> None:
    """Make keys and register everybody; the second API signs with the last of the algorithms."""
    stack.rotate_keys(FIRST_KEYS)
    stack.put_resource_server(ORDERS)
    stack.put_resource_server(replace(STOCK, signing_alg=stack.settings.signing_algorithms[-1]))
    for role in (CLERK, STOREMAN):
        stack.put_role(role)
    for client in (SERVICE, LEGACY, BROWSER):
        stack.put_client(client)
    stack.put_user(ALICE, PasswordHashing().hash(PASSWORD))
