"""Metadata that a client may be registered with. RFC 7591 §2"""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.client import Client
from gatelet.oauth.client_metadata import (
    GRANT_TYPES,
    InvalidClientMetadata,
    InvalidRedirectUri,
    require_client_metadata,
    require_registered_scopes,
)

WEB = Client(
    client_id="c_web",
    client_name="Web",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("authorization_code", "refresh_token"),
    scope=("notes:read",),
    redirect_uris=("https://app.example/cb",),
)
EVERY_GRANT_TYPE = ("authorization_code", "refresh_token", "client_credentials", "password")
PNG = b"\x89PNG\r\n\x1a\n"
BROWSER = replace(WEB, token_endpoint_auth_method="none", allowed_origins=("https://app.example",))


def logo(image: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


@pytest.mark.parametrize(
    "client",
    [
        WEB,
        BROWSER,
        replace(BROWSER, refresh_token_cookie=True),
        replace(WEB, grant_types=("client_credentials",), redirect_uris=()),
        replace(WEB, grant_types=("password", "refresh_token"), first_party=True, redirect_uris=()),
        replace(WEB, post_logout_redirect_uris=("https://app.example/bye",)),
        replace(WEB, scope=("openid", "profile", "email", "address", "phone", "offline_access", "notes:read")),
        replace(WEB, client_uri="https://app.example", policy_uri="https://app.example/legal#privacy"),
        replace(WEB, tos_uri="http://127.0.0.1:8000/terms?v=*"),
        *(replace(WEB, logo_uri=logo(PNG, kind)) for kind in ("png", "svg+xml", "jpeg", "webp")),
        replace(WEB, require_pkce=False),
        *(replace(WEB, id_token_signed_response_alg=algorithm) for algorithm in ("RS256", "ES256", "EdDSA")),
        *(replace(WEB, token_endpoint_auth_method=method) for method in ("client_secret_basic", "client_secret_post")),
        replace(WEB, grant_types=EVERY_GRANT_TYPE, first_party=True),
        replace(WEB, grant_types=("password",), first_party=True, redirect_uris=(), scope=("openid", "notes:read")),
        replace(WEB, client_uri="https://app.example#contact"),
    ],
)
def test_sound_metadata_is_accepted(client):
    require_client_metadata(client)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "Az09._~-"},
        {"client_id": "x" * 128},
        {"client_name": "x" * 200},
        {"redirect_uris": tuple(f"https://app.example/{n}" for n in range(100))},
        {"scope": tuple(f"notes:{n}" for n in range(100))},
        {"logo_uri": logo(b"x")},
        {"logo_uri": logo(bytes(32 * 1024))},
        {"refresh_grace": 0},
        {"refresh_grace": 60},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_limit_itself_is_accepted(change):
    require_client_metadata(replace(WEB, **change))


@pytest.mark.clause("RFC6749-3.1.2.2-1", "OIDC-2-11")
@pytest.mark.parametrize(
    ("parameter", "change"),
    [
        ("client_id", {"client_id": ""}),
        ("client_id", {"client_id": "c web"}),
        ("client_id", {"client_id": "ü"}),
        ("client_id", {"client_id": "x" * 129}),
        ("client_id", {"client_id": "c_web\n"}),
        ("client_name", {"client_name": " "}),
        ("client_name", {"client_name": "a\x1b[31mb"}),
        ("client_name", {"client_name": "x" * 201}),
        ("token_endpoint_auth_method", {"token_endpoint_auth_method": "private_key_jwt"}),
        ("grant_types", {"grant_types": ()}),
        ("grant_types", {"grant_types": ("implicit",)}),
        ("grant_types", {"grant_types": ("refresh_token",)}),
        ("grant_types", {"grant_types": ("client_credentials", "refresh_token")}),
        ("redirect_uris", {"redirect_uris": ()}),
        ("redirect_uris", {"redirect_uris": ("https://app.example/cb", "https://app.example/cb")}),
        ("redirect_uris", {"redirect_uris": tuple(f"https://app.example/{n}" for n in range(101))}),
        ("post_logout_redirect_uris", {"post_logout_redirect_uris": ("http://app.example",)}),
        ("allowed_origins", {"allowed_origins": ("https://app.example/",)}),
        *((page, {page: "javascript:alert(1)"}) for page in ("client_uri", "policy_uri", "tos_uri")),
        ("client_uri", {"client_uri": "http://app.example"}),
        ("client_uri", {"client_uri": "https://user@app.example"}),
        ("client_uri", {"client_uri": "https://app.example/\x1b[2J"}),
        ("client_uri", {"client_uri": "/home"}),
        ("logo_uri", {"logo_uri": "https://app.example/logo.png"}),
        ("logo_uri", {"logo_uri": logo(b"<html>", "html")}),
        ("logo_uri", {"logo_uri": "data:image/png;base64,"}),
        ("logo_uri", {"logo_uri": "data:image/png;base64,AAA"}),
        ("logo_uri", {"logo_uri": logo(PNG) + '" onerror="alert(1)'}),
        ("logo_uri", {"logo_uri": "data:image/png;base64,AAA=="}),
        ("logo_uri", {"logo_uri": logo(bytes(32 * 1024 + 1))}),
        *(("id_token_signed_response_alg", {"id_token_signed_response_alg": alg}) for alg in ("none", "HS256", "")),
        ("scope", {"scope": ("openid",), "grant_types": ("client_credentials",)}),
        ("scope", {"scope": ("openid", "offline_access"), "grant_types": ("authorization_code",)}),
        ("scope", {"scope": ()}),
        ("scope", {"scope": ("a b",)}),
        ("scope", {"scope": ('a"b',)}),
        ("scope", {"scope": tuple(f"notes:{n}" for n in range(101))}),
        ("client_uri", {"client_uri": "ftp://app.example/"}),
        ("refresh_grace", {"refresh_grace": -1}),
        ("refresh_grace", {"refresh_grace": 61}),
        ("refresh_token_cookie", {"refresh_token_cookie": True, "allowed_origins": ("https://app.example",)}),
    ],
)
def test_refusal_names_the_parameter(parameter, change):
    with pytest.raises(InvalidClientMetadata) as refused:
        require_client_metadata(replace(WEB, **change))
    assert refused.value.parameter == parameter
    assert refused.value.description.startswith(f"{parameter} ")


@pytest.mark.parametrize(
    ("change", "description"),
    [
        ({"client_id": ""}, "client_id must be 1 to 128 of A-Z a-z 0-9 . _ ~ -"),
        ({"client_id": "u_1"}, "client_id must not start with u_: subjects of users do"),
        ({"client_name": ""}, "client_name must be 1 to 200 printable characters"),
        (
            {"token_endpoint_auth_method": "tls_client_auth"},
            "token_endpoint_auth_method must be one of client_secret_basic, client_secret_post, none",
        ),
        (
            {"grant_types": ()},
            "grant_types must be among authorization_code, refresh_token, client_credentials, password",
        ),
        (
            {"token_endpoint_auth_method": "none", "grant_types": ("client_credentials",)},
            "grant_types cannot have client_credentials for a public client: it has no secret",
        ),
        (
            {"grant_types": ("refresh_token",)},
            "grant_types cannot have refresh_token without authorization_code or password",
        ),
        ({"grant_types": ("password",)}, "grant_types cannot have password unless the client is first_party"),
        ({"redirect_uris": ()}, "redirect_uris must name at least one URI for authorization_code"),
        ({"redirect_uris": WEB.redirect_uris * 101}, "redirect_uris must have at most 100 entries"),
        ({"allowed_origins": ("https://a.example",) * 2}, "allowed_origins must not have an entry twice"),
        ({"scope": ()}, "scope must be 1 to 100 scope tokens of printable ASCII without quotes"),
        (
            {"scope": ("notes:read", "email"), "grant_types": ("client_credentials",)},
            "scope cannot have email without authorization_code or password",
        ),
        (
            {"scope": ("offline_access",), "grant_types": ("authorization_code",)},
            "scope cannot have offline_access without the grant type refresh_token",
        ),
        ({"logo_uri": "x"}, "logo_uri must be a PNG, SVG, JPEG or WebP image of at most 32 KB as a data URI"),
        ({"id_token_signed_response_alg": ""}, "id_token_signed_response_alg must be one of ES256, RS256, EdDSA"),
        (
            {"token_endpoint_auth_method": "none", "require_pkce": False},
            "require_pkce cannot be switched off for a public client (method none)",
        ),
        ({"refresh_grace": 61}, "refresh_grace must be 0 to 60 seconds"),
        ({"refresh_token_cookie": True}, "refresh_token_cookie is only for public clients (method none)"),
        (
            {"token_endpoint_auth_method": "none", "refresh_token_cookie": True},
            "refresh_token_cookie needs allowed_origins: the pages that may use the cookie",
        ),
    ],
)
def test_refusal_tells_the_operator_which_values_would_do(change, description):
    """Of several faults the first is told. RFC 7591 §3.2.2"""
    with pytest.raises(InvalidClientMetadata) as refused:
        require_client_metadata(replace(WEB, **change))
    assert refused.value.description == f"{refused.value.parameter} {refused.value.reason}" == description
    assert str(refused.value) == description


@pytest.mark.clause("RFC9700-4.15.1-1")
def test_client_id_never_looks_like_the_subject_of_a_user():
    """Else a resource server would take a client for a user. RFC 9068 §5"""
    with pytest.raises(InvalidClientMetadata, match="client_id"):
        require_client_metadata(replace(WEB, client_id="u_alice"))


@pytest.mark.clause("RFC6749-4.4-1")
def test_public_client_cannot_have_client_credentials():
    """RFC 6749 §4.4"""
    with pytest.raises(InvalidClientMetadata, match="grant_types"):
        require_client_metadata(replace(BROWSER, grant_types=("authorization_code", "client_credentials")))


def test_public_client_cannot_do_without_pkce():
    """RFC 9700 §2.1.1"""
    with pytest.raises(InvalidClientMetadata, match="require_pkce"):
        require_client_metadata(replace(BROWSER, require_pkce=False))


@pytest.mark.clause("RFC9700-2.4-1")
def test_password_grant_is_for_first_party_clients():
    """RFC 9700 §2.4"""
    with pytest.raises(InvalidClientMetadata, match="first_party"):
        require_client_metadata(replace(WEB, grant_types=("password",)))


def test_cookie_needs_a_page_that_may_use_it():
    with pytest.raises(InvalidClientMetadata, match="allowed_origins"):
        require_client_metadata(replace(BROWSER, refresh_token_cookie=True, allowed_origins=()))


def test_bad_redirect_uri_has_an_error_code_of_its_own():
    """RFC 7591 §3.2.2"""
    with pytest.raises(InvalidClientMetadata) as refused:
        require_client_metadata(replace(WEB, client_name=""))
    assert refused.value.error == "invalid_client_metadata"
    with pytest.raises(InvalidRedirectUri) as refused:
        require_client_metadata(replace(WEB, redirect_uris=("http://app.example/cb",)))
    assert refused.value.error == "invalid_redirect_uri"


def test_refused_uri_is_quoted_without_its_control_characters():
    with pytest.raises(InvalidRedirectUri) as refused:
        require_client_metadata(replace(WEB, redirect_uris=("https://app.example/\x1b[2J",)))
    assert refused.value.description.isprintable()


def test_of_a_refused_uri_no_more_than_its_beginning_is_quoted():
    """What was sent cannot flood a page or a terminal."""
    beginning = "http://app.example/".ljust(80, "x")
    with pytest.raises(InvalidRedirectUri) as refused:
        require_client_metadata(replace(WEB, redirect_uris=(beginning + "y" * 1000,)))
    assert refused.value.description.endswith(f" ('{beginning}')")


def test_scope_that_no_api_has_is_named():
    with pytest.raises(InvalidClientMetadata, match="'notes:write'") as refused:
        require_registered_scopes(("notes:read", "notes:write"), {"notes:read"})
    assert refused.value.parameter == "scope"


def test_scopes_of_openid_connect_belong_to_no_api():
    require_registered_scopes(("openid", "profile", "email", "address", "phone", "offline_access"), ())


@pytest.mark.clause("RFC6749-3.1.2.2-1", "RFC6749-10.2-2", "RFC6749-10.6-2")
@given(
    st.builds(
        Client,
        client_id=st.text(max_size=12),
        client_name=st.text(max_size=12),
        token_endpoint_auth_method=st.sampled_from(["client_secret_basic", "client_secret_post", "none", "x"]),
        grant_types=st.lists(st.sampled_from(GRANT_TYPES), unique=True).map(tuple),
        scope=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        redirect_uris=st.lists(st.sampled_from(["https://app.example/cb", "http://x", "javascript:1"])).map(tuple),
        first_party=st.booleans(),
        refresh_grace=st.integers(min_value=-5, max_value=70),
        refresh_token_cookie=st.booleans(),
    )
)
def test_what_is_accepted_fits_together(client):
    try:
        require_client_metadata(client)
    except InvalidClientMetadata:
        return
    assert not (client.is_public and "client_credentials" in client.grant_types)
    assert "password" not in client.grant_types or client.first_party
    assert "authorization_code" not in client.grant_types or client.redirect_uris
    assert 0 <= client.refresh_grace <= 60
