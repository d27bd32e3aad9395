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
    LARGEST_LOGO,
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
        replace(WEB, logo_uri=logo(bytes(LARGEST_LOGO))),
        replace(WEB, require_pkce=False),
        *(replace(WEB, id_token_signed_response_alg=algorithm) for algorithm in ("RS256", "ES256", "EdDSA")),
    ],
)
def test_sound_metadata_is_accepted(client):
    require_client_metadata(client)


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
        ("logo_uri", {"logo_uri": logo(bytes(LARGEST_LOGO + 1))}),
        *(("id_token_signed_response_alg", {"id_token_signed_response_alg": alg}) for alg in ("none", "HS256", "")),
        ("scope", {"scope": ("openid",), "grant_types": ("client_credentials",)}),
        ("scope", {"scope": ("openid", "offline_access"), "grant_types": ("authorization_code",)}),
        ("scope", {"scope": ()}),
        ("scope", {"scope": ("a b",)}),
        ("scope", {"scope": ('a"b',)}),
        ("refresh_grace", {"refresh_grace": -1}),
        ("refresh_grace", {"refresh_grace": 61}),
        ("refresh_token_cookie", {"refresh_token_cookie": True}),
    ],
)
def test_refusal_names_the_parameter(parameter, change):
    with pytest.raises(InvalidClientMetadata) as refused:
        require_client_metadata(replace(WEB, **change))
    assert refused.value.parameter == parameter
    assert refused.value.description.startswith(f"{parameter} ")


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
    with pytest.raises(InvalidRedirectUri) as refused:
        require_client_metadata(replace(WEB, redirect_uris=("http://app.example/cb",)))
    assert refused.value.error == "invalid_redirect_uri"


def test_refused_uri_is_quoted_without_its_control_characters():
    with pytest.raises(InvalidRedirectUri) as refused:
        require_client_metadata(replace(WEB, redirect_uris=("https://app.example/\x1b[2J",)))
    assert refused.value.description.isprintable()


def test_scope_that_no_api_has_is_named():
    with pytest.raises(InvalidClientMetadata, match="'notes:write'"):
        require_registered_scopes(("notes:read", "notes:write"), {"notes:read"})


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
