"""A registered client and its metadata. RFC 7591 §2"""

from __future__ import annotations

from dataclasses import dataclass

SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post"})
AUTHENTICATION_METHODS = (*sorted(SECRET_METHODS), "none")
REFRESH_GRACE = 30
LONGEST_REFRESH_GRACE = 60


@dataclass(frozen=True, kw_only=True)
class ClientSecret:
    """The hash of a generated 256-bit secret, and until when it is good (None: no end)."""

    sha256: str
    created_at: int
    expires_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client, under the names of RFC 7591; the last group of members is Gatelet's own."""

    client_id: str
    client_name: str
    token_endpoint_auth_method: str
    grant_types: tuple[str, ...]
    scope: tuple[str, ...]
    """What the client may ask for, and gets when it names no scope."""
    id_token_signed_response_alg: str = "RS256"
    redirect_uris: tuple[str, ...] = ()
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    post_logout_redirect_uris: tuple[str, ...] = ()
    created_at: int = 0

    secrets: tuple[ClientSecret, ...] = ()
    enabled: bool = True
    first_party: bool = False
    require_pkce: bool = True
    refresh_grace: int = REFRESH_GRACE
    """Seconds in which a repeated refresh is an honest retry; 0 to 60."""
    allowed_origins: tuple[str, ...] = ()
    refresh_token_cookie: bool = False

    @property
    def is_public(self) -> bool:
        """Whether the client cannot keep a secret. RFC 6749 §2.1"""
        return self.token_endpoint_auth_method == "none"
