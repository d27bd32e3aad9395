"""Replacing the secret of a client without a moment in which neither the old nor the new one works."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet_cli.failure import Usage

if TYPE_CHECKING:
    from gatelet_cli.administration import Administration

LIVE_AT_A_TIME = 2
LONGEST_OVERLAP = 90 * 86_400


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """A client with its new secret, which nobody can read again."""

    client: Client
    secret: str


def require_overlap(seconds: int) -> None:
    """Require an overlap that ends."""
    if seconds > LONGEST_OVERLAP:
        raise Usage(f"--overlap must be at most {LONGEST_OVERLAP // 86_400} days.")


def live_secrets(client: Client, now: int) -> tuple[ClientSecret, ...]:
    """Return the secrets that are good now, the oldest first."""
    return tuple(secret for secret in client.secrets if secret.expires_at is None or secret.expires_at > now)


def secret_to_drop(client: Client, now: int, overlap: int) -> ClientSecret | None:
    """Return the secret that one more would push out before it expires by itself."""
    live = live_secrets(client, now)
    return live[0] if overlap and len(live) >= LIVE_AT_A_TIME else None


def rotate_secret(client: Client, overlap: int, administration: Administration) -> Rotation:
    """Add a secret and let the one before it expire after `overlap` seconds. Raises Usage for a public client."""
    if client.is_public:
        raise Usage(f"Client {client.client_id} is public (token_endpoint_auth_method none): it has no secret.")
    now = administration.directory.now()
    secret = secrets.token_urlsafe(32)
    fresh = ClientSecret(sha256=hash_secret(secret), created_at=now)

    def rotated(client: Client) -> Client:
        kept = live_secrets(client, now)[-1:] if overlap else ()
        return replace(client, secrets=(*(_ending(old, now + overlap) for old in kept), fresh))

    return Rotation(client=administration.directory.change_client(client.client_id, rotated), secret=secret)


def _ending(secret: ClientSecret, at: int) -> ClientSecret:
    return replace(secret, expires_at=min(secret.expires_at or at, at))
