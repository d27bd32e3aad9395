"""A request to the token endpoint, and its answer. RFC 6749 §4, §5.1"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatelet.oauth.errors import InvalidRequest, UnauthorizedClient
from gatelet.oauth.scope import format_scope, parse_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet.oauth.client import Client


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """The parameters of a token request that have a value; None is an absent one."""

    grant_type: str
    scope: tuple[str, ...] | None = None
    resource: str | None = None
    code: str | None = field(default=None, repr=False)
    code_verifier: str | None = field(default=None, repr=False)
    redirect_uri: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> TokenRequest:
        """Read the parameters. Raises InvalidRequest and InvalidScope."""
        return cls(
            grant_type=require_parameter(form.get("grant_type"), "grant_type"),
            scope=parse_scope(form["scope"]) if "scope" in form else None,
            resource=form.get("resource"),
            code=form.get("code"),
            code_verifier=form.get("code_verifier"),
            redirect_uri=form.get("redirect_uri"),
            refresh_token=form.get("refresh_token"),
            username=form.get("username"),
            password=form.get("password"),
        )


@dataclass(frozen=True, kw_only=True)
class TokenResponse:
    """Tokens for the client; the last group is for the log and is not sent."""

    access_token: str = field(repr=False)
    expires_in: int
    scope: tuple[str, ...]
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)

    sub: str
    jti: str
    gid: str | None = None
    refresh_expires_in: int = 0

    def parameters(self) -> dict[str, str | int]:
        """Return the members of the JSON answer. RFC 6749 §5.1"""
        members: dict[str, str | int] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": format_scope(self.scope),
        }
        given = {"refresh_token": self.refresh_token, "id_token": self.id_token}
        return members | {name: token for name, token in given.items() if token is not None}


def require_parameter(value: str | None, name: str) -> str:
    """Return the value of a parameter that this grant must have. Raises InvalidRequest."""
    if value is None:
        raise InvalidRequest(f"{name} is missing")
    return value


def require_grant_type(client: Client, grant_type: str) -> None:
    """Require that the client is registered for a grant type. RFC 6749 §5.2"""
    if grant_type not in client.grant_types:
        raise UnauthorizedClient("the client is not registered for this grant_type")
