"""What a client may be registered with. RFC 7591 §2"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from gatelet.oauth.client import AUTHENTICATION_METHODS, LONGEST_REFRESH_GRACE
from gatelet.oauth.errors import OAuthError
from gatelet.oauth.openid import OFFLINE_ACCESS, SCOPES
from gatelet.oauth.registered_uri import InvalidUri, require_origin, require_redirect_uri, require_web_page
from gatelet.oauth.resource_owner import SUBJECT_PREFIX
from gatelet.oauth.resource_server import SIGNING_ALGORITHMS
from gatelet.oauth.scope import MOST_SCOPES, SCOPE_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from gatelet.oauth.client import Client

GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", "password")
CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
LONGEST_NAME = 200
MOST_URIS = 100
LARGEST_LOGO = 32 * 1024
"""Bytes of the image: it stands in the client's item, and in the consent page."""
LOGO = re.compile(r"data:image/(?:png|svg\+xml|jpeg|webp);base64,(?P<image>[A-Za-z0-9+/]+={0,2})")


class InvalidClientMetadata(OAuthError):
    """A member of the metadata is not acceptable; `parameter` is its name. RFC 7591 §3.2.2"""

    error = "invalid_client_metadata"

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter} {reason}")
        self.parameter = parameter
        self.reason = reason


class InvalidRedirectUri(InvalidClientMetadata):
    """A redirect URI is not acceptable. RFC 7591 §3.2.2"""

    error = "invalid_redirect_uri"


def require_client_metadata(client: Client) -> None:
    """Require that the client's metadata is well-formed and fits together. RFC 7591 §2.1

    Whether its scopes are those of an API is not known here. Raises InvalidClientMetadata.
    """
    _require_client_id(client.client_id)
    _require_client_name(client.client_name)
    _require_authentication_method(client.token_endpoint_auth_method)
    _require_grant_types(client)
    _require_redirect_uris("redirect_uris", client.redirect_uris)
    _require_redirect_uris("post_logout_redirect_uris", client.post_logout_redirect_uris)
    _require_each("allowed_origins", client.allowed_origins, require_origin, InvalidClientMetadata)
    _require_web_pages(client)
    _require_logo(client.logo_uri)
    _require_scope(client.scope)
    _require_user_for_openid(client)
    _require_id_token_algorithm(client.id_token_signed_response_alg)
    _require_pkce_of_public_client(client)
    _require_refresh_grace(client.refresh_grace)
    _require_cookie_for_public_client(client)


def require_registered_scopes(scopes: Collection[str], registered: Collection[str]) -> None:
    """Require that each scope is OpenID Connect's or an API's.

    Raises InvalidClientMetadata, naming the first that is not.
    """
    for scope in scopes:
        if scope not in SCOPES and scope not in registered:
            raise InvalidClientMetadata("scope", f"names {scope!r}, which no API has registered")


def _require_client_id(client_id: str) -> None:
    if not CLIENT_ID.fullmatch(client_id):
        raise InvalidClientMetadata("client_id", "must be 1 to 128 of A-Z a-z 0-9 . _ ~ -")
    if client_id.startswith(SUBJECT_PREFIX):  # a client's sub is its client_id, never taken for a user's: RFC 9068 §5
        raise InvalidClientMetadata("client_id", f"must not start with {SUBJECT_PREFIX}: subjects of users do")


def _require_client_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidClientMetadata("client_name", f"must be 1 to {LONGEST_NAME} printable characters")


def _require_authentication_method(method: str) -> None:
    if method not in AUTHENTICATION_METHODS:
        raise InvalidClientMetadata("token_endpoint_auth_method", f"must be one of {', '.join(AUTHENTICATION_METHODS)}")


def _require_grant_types(client: Client) -> None:
    """Require known grant types that suit the kind of client. RFC 6749 §4.4, RFC 9700 §2.4"""
    grant_types = client.grant_types
    if not grant_types or not set(grant_types) <= set(GRANT_TYPES):
        raise InvalidClientMetadata("grant_types", f"must be among {', '.join(GRANT_TYPES)}")
    if client.is_public and "client_credentials" in grant_types:
        raise InvalidClientMetadata(
            "grant_types", "cannot have client_credentials for a public client: it has no secret"
        )
    if "refresh_token" in grant_types and not {"authorization_code", "password"} & set(grant_types):
        raise InvalidClientMetadata("grant_types", "cannot have refresh_token without authorization_code or password")
    if "password" in grant_types and not client.first_party:
        raise InvalidClientMetadata("grant_types", "cannot have password unless the client is first_party")
    if "authorization_code" in grant_types and not client.redirect_uris:
        raise InvalidClientMetadata("redirect_uris", "must name at least one URI for authorization_code")


def _require_redirect_uris(parameter: str, uris: tuple[str, ...]) -> None:
    _require_each(parameter, uris, require_redirect_uri, InvalidRedirectUri)


def _require_each(
    parameter: str,
    uris: tuple[str, ...],
    require: Callable[[str], None],
    refusal: type[InvalidClientMetadata],
) -> None:
    if len(uris) > MOST_URIS:
        raise refusal(parameter, f"must have at most {MOST_URIS} entries")
    if len(set(uris)) < len(uris):
        raise refusal(parameter, "must not have an entry twice")
    for uri in uris:
        try:
            require(uri)
        except InvalidUri as why:
            raise refusal(parameter, f"{why} ({_quoted(uri)})") from None


def _quoted(uri: str) -> str:
    """Show a refused URI without letting it draw on a terminal or flood a page."""
    return ascii(uri[:80])


def _require_scope(scopes: tuple[str, ...]) -> None:
    """Require scope tokens. RFC 6749 §3.3"""
    if not 0 < len(scopes) <= MOST_SCOPES or not all(map(SCOPE_TOKEN.fullmatch, scopes)):
        raise InvalidClientMetadata(
            "scope", f"must be 1 to {MOST_SCOPES} scope tokens of printable ASCII without quotes"
        )


def _require_user_for_openid(client: Client) -> None:
    """Require that a scope about a user comes with a grant that has one. OpenID Connect Core §5.4, §11"""
    of_openid = [scope for scope in client.scope if scope in SCOPES]
    if of_openid and not {"authorization_code", "password"} & set(client.grant_types):
        raise InvalidClientMetadata("scope", f"cannot have {of_openid[0]} without authorization_code or password")
    if OFFLINE_ACCESS in of_openid and "refresh_token" not in client.grant_types:
        raise InvalidClientMetadata("scope", f"cannot have {OFFLINE_ACCESS} without the grant type refresh_token")


def _require_web_pages(client: Client) -> None:
    for parameter in ("client_uri", "policy_uri", "tos_uri"):
        uri: str = getattr(client, parameter)
        if uri:
            _require_each(parameter, (uri,), require_web_page, InvalidClientMetadata)


def _require_logo(logo_uri: str) -> None:
    """Require a small image that is stored here: a page of ours loads nothing from elsewhere."""
    if not logo_uri:
        return
    syntax = LOGO.fullmatch(logo_uri)
    try:
        image = base64.b64decode(syntax["image"], validate=True) if syntax else b""
    except binascii.Error:
        image = b""
    if not 0 < len(image) <= LARGEST_LOGO:
        raise InvalidClientMetadata(
            "logo_uri", f"must be a PNG, SVG, JPEG or WebP image of at most {LARGEST_LOGO // 1024} KB as a data URI"
        )


def _require_id_token_algorithm(algorithm: str) -> None:
    if algorithm not in SIGNING_ALGORITHMS:
        raise InvalidClientMetadata("id_token_signed_response_alg", f"must be one of {', '.join(SIGNING_ALGORITHMS)}")


def _require_pkce_of_public_client(client: Client) -> None:
    """Require PKCE of whoever has no secret. RFC 9700 §2.1.1"""
    if client.is_public and not client.require_pkce:
        raise InvalidClientMetadata("require_pkce", "cannot be switched off for a public client (method none)")


def _require_refresh_grace(seconds: int) -> None:
    if not 0 <= seconds <= LONGEST_REFRESH_GRACE:
        raise InvalidClientMetadata("refresh_grace", f"must be 0 to {LONGEST_REFRESH_GRACE} seconds")


def _require_cookie_for_public_client(client: Client) -> None:
    if client.refresh_token_cookie and not client.is_public:
        raise InvalidClientMetadata("refresh_token_cookie", "is only for public clients (method none)")
    if client.refresh_token_cookie and not client.allowed_origins:
        raise InvalidClientMetadata("refresh_token_cookie", "needs allowed_origins: the pages that may use the cookie")
