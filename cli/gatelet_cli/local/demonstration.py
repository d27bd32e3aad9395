"""The API, clients, role and user that every local stack has, under the same names each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatelet_cli.local.kept_secrets import KeptSecrets

SERVICE = "service"
LEGACY = "legacy"
CLIENT_IDS = {SERVICE: "c_service", LEGACY: "c_legacy"}
SCOPE = "whoami:read"
USERNAME = "alice"
EMAIL = "alice@example.com"


@dataclass(frozen=True, kw_only=True)
class DemonstrationClient:
    """A client, and what it needs to know of itself."""

    client_id: str
    client_secret: str
    scope: str


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


def invent(issuer: str, audience: str, state: Path | None) -> Demonstration:
    """Make up a demonstration: its names are always the same, its secrets last as long as the state."""
    secrets = KeptSecrets(state)
    return Demonstration(
        clients={
            name: DemonstrationClient(client_id=client_id, client_secret=secrets.get(client_id), scope=SCOPE)
            for name, client_id in CLIENT_IDS.items()
        },
        user=DemonstrationUser(username=USERNAME, password=secrets.get(USERNAME), email=EMAIL),
        resource=ProtectedResource(url=f"{issuer}/whoami", scope=SCOPE, audience=audience),
    )
