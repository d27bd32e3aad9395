"""The API, clients, role and user that every local stack has, under the same names each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatelet_cli.local.kept_secrets import KeptSecrets

SERVICE = "service"
LEGACY = "legacy"
WEB = "web"
CLIENT_IDS = {SERVICE: "c_service", LEGACY: "c_legacy", WEB: "c_web"}
SCOPE = "whoami:read"
SCOPES = {WEB: f"openid profile email offline_access {SCOPE}"}
CALLBACK = "/callback"
PAGE = "/demo"
PAGE_CLIENT_ID = "c_demo"
PAGE_SCOPE = f"openid profile email {SCOPE}"
"""What the page asks for: see door/files/demo.js."""
USERNAME = "alice"
EMAIL = "alice@example.com"


@dataclass(frozen=True, kw_only=True)
class DemonstrationClient:
    """A client, and what it needs to know of itself."""

    client_id: str
    client_secret: str
    scope: str
    redirect_uri: str = ""
    """Where it is answered, if users sign in there; any port of the loopback address is good. RFC 8252 §7.3"""


@dataclass(frozen=True, kw_only=True)
class DemonstrationUser:
    """A user who can sign in."""

    username: str
    password: str
    email: str


@dataclass(frozen=True, kw_only=True)
class ProtectedResource:
    """A protected route, and what a token for it must have."""

    url: str
    scope: str
    audience: str


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """All that somebody needs to know to try the local stack."""

    clients: Mapping[str, DemonstrationClient]
    user: DemonstrationUser
    resource: ProtectedResource
    page: str
    """The URL of a page that signs in."""


def invent(issuer: str, audience: str, state: Path | None) -> Demonstration:
    """Make up a demonstration: its names are always the same, its secrets last as long as the state."""
    secrets = KeptSecrets(state)
    return Demonstration(
        clients={
            name: DemonstrationClient(
                client_id=client_id,
                client_secret=secrets.get(client_id),
                scope=SCOPES.get(name, SCOPE),
                redirect_uri=f"{issuer}{CALLBACK}" if name == WEB else "",
            )
            for name, client_id in CLIENT_IDS.items()
        },
        user=DemonstrationUser(username=USERNAME, password=secrets.get(USERNAME), email=EMAIL),
        resource=ProtectedResource(url=f"{issuer}/whoami", scope=SCOPE, audience=audience),
        page=f"{issuer}{PAGE}",
    )
