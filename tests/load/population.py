"""Who makes the traffic: for each concurrent client an OAuth client and a person of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gatelet.oauth.client import LONGEST_REFRESH_GRACE
from tests.e2e.registration import Registration

if TYPE_CHECKING:
    from gatelet_cli.local.stack import LocalStack
    from tests.e2e.registration import Person, Registered

CALLBACK = "https://app.example/callback"


class Member(NamedTuple):
    """An OAuth client that may do everything, and a person who uses it."""

    client: Registered
    person: Person


class Population(NamedTuple):
    """The members, and the client that introspects for the protected API."""

    members: tuple[Member, ...]
    gatekeeper: Registered


def populate(stack: LocalStack, size: int) -> Population:
    """Register everybody, before any function remembers the API."""
    registration = Registration(stack.administration)
    gatekeeper = registration.client()
    stack.administration.directory.change_resource_server(
        stack.demonstration.resource.audience,
        lambda api: replace(api, introspection_client_id=gatekeeper.client_id),
    )
    return Population(tuple(_member(registration) for _ in range(size)), gatekeeper)


def _member(registration: Registration) -> Member:
    client = registration.client(
        grant_types=("client_credentials", "password", "authorization_code", "refresh_token"),
        scope=("openid", "whoami:read"),
        redirect_uris=(CALLBACK,),
        refresh_grace=LONGEST_REFRESH_GRACE,
    )
    return Member(client, registration.person("reader"))
