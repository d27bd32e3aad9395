"""Clients and users for single tests, made by the operator's own programs."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from gatelet.accounts.password import PasswordHashing
from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from gatelet.oauth.resource_owner import ResourceOwner

if TYPE_CHECKING:
    from gatelet_cli.administration import Administration


class Registered(NamedTuple):
    """A client and its secret."""

    client_id: str
    client_secret: str


class Person(NamedTuple):
    """A user and the password."""

    sub: str
    username: str
    password: str


class Registration:
    """Registers what a test needs beside the demonstration."""

    def __init__(self, administration: Administration) -> None:
        self._administration = administration

    def client(self, **metadata: Any) -> Registered:
        """Register a client, of the password grant unless the metadata says otherwise."""
        made = Registered(client_id=f"c_{secrets.token_hex(4)}", client_secret=secrets.token_urlsafe(32))
        secret = ClientSecret(sha256=hash_secret(made.client_secret), created_at=int(time.time()))
        usual = {
            "client_name": "Test",
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ("password", "refresh_token"),
            "scope": ("whoami:read",),
            "first_party": True,
        }
        self._administration.directory.create_client(
            Client(
                client_id=made.client_id,
                secrets=(secret,),
                **{**usual, **metadata},
            )
        )
        return made

    def person(self, *roles: str, **claims: Any) -> Person:
        """Create a user with these roles and claims."""
        name = secrets.token_hex(4)
        made = Person(sub=f"u_{name}", username=f"user-{name}", password=secrets.token_urlsafe(16))
        owner = ResourceOwner(sub=made.sub, username=made.username, roles=roles, claims=claims)
        self._administration.accounts.create_user(owner, PasswordHashing().hash(made.password))
        return made
