"""The discovery document and the key set, as anybody may read them. RFC 8414, RFC 7517 §5"""

from __future__ import annotations

import base64

import pytest

from gatelet.handlers import ENDPOINTS
from tests.integration.aws_wire import access_denied, throttled, to, unreachable
from tests.integration.tokens import claims_of

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/jwks.json"


@pytest.fixture
def get(deployment):
    return lambda path, headers=None, **more: deployment.request(path, method="GET", headers=headers, **more)


@pytest.mark.attack("ATK-344")
@pytest.mark.clause("RFC6749-3.1-3", "RFC6749-3.2-2", "RFC7009-2-2", "RFC7009-2-3", "RFC8414-2-1", "RFC8414-2-2")
@pytest.mark.clause("RFC8414-2-3", "RFC8414-2-4", "RFC8414-2-6", "RFC8414-3-1", "RFC8414-3-3", "RFC8414-3.2-2")
@pytest.mark.clause("RFC9068-4-1", "RFC9207-2.3-1", "RFC9207-2.3-2", "RFC9207-2.3-3", "RFC9700-2.1.1-4")
@pytest.mark.clause("RFC9700-4.7.1-1", "OIDC-8-1", "OIDC-16.15-1")
@pytest.mark.parametrize("path", [OPENID, OAUTH])
def test_the_document_says_what_works_and_nothing_else(get, path):
    """RFC 8414 §2"""
    assert get(path).json == {
        "issuer": "https://auth.example",
        "jwks_uri": "https://auth.example/.well-known/jwks.json",
        "authorization_endpoint": "https://auth.example/oauth2/authorize",
        "end_session_endpoint": "https://auth.example/oauth2/logout",
        "token_endpoint": "https://auth.example/oauth2/token",
        "revocation_endpoint": "https://auth.example/oauth2/revoke",
        "introspection_endpoint": "https://auth.example/oauth2/introspect",
        "userinfo_endpoint": "https://auth.example/oauth2/userinfo",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["authorization_code", "client_credentials", "password", "refresh_token"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": True,
        "prompt_values_supported": ["consent", "login", "none", "select_account"],
        "acr_values_supported": ["1"],
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
        "claims_supported": [
            *["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"],
            *["name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile"],
            *["picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"],
            *["email", "email_verified", "address", "phone_number", "phone_number_verified"],
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


def test_every_announced_endpoint_is_one_that_is_answered(get):
    document = get(OPENID).json
    announced = {
        url.removeprefix(document["issuer"]) for name, url in document.items() if name.endswith(("_endpoint", "_uri"))
    }

    assert announced <= {endpoint.path for endpoint in ENDPOINTS}


@pytest.mark.attack("ATK-344")
def test_a_grant_that_is_switched_off_is_not_announced(deployment, get):
    deployment.change_settings(password_grant=False)

    assert get(OPENID).json["grant_types_supported"] == ["authorization_code", "client_credentials", "refresh_token"]


@pytest.mark.attack("ATK-344")
@pytest.mark.clause("RFC8414-3-1", "RFC8414-3.3-1")
def test_the_issuer_is_configuration_and_never_the_host(get):
    """Or whoever writes the Host header would write the metadata. RFC 8414 §3.3"""
    answer = get(OPENID, {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})

    assert "evil" not in answer.body
    assert answer.json["issuer"] == "https://auth.example"


def test_the_issuer_is_the_one_in_the_tokens(deployment, get, service, secret):
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]

    assert claims_of(token)["iss"] == get(OPENID).json["issuer"]


def test_the_document_announces_the_algorithms_of_the_published_keys(get):
    """OpenID Connect Discovery §3: an ID token is signed with one of them."""
    announced = get(OPENID).json["id_token_signing_alg_values_supported"]

    assert announced == sorted({key["alg"] for key in get(JWKS).json["keys"]})


def test_the_document_needs_the_published_keys_and_no_other_call(get, wire):
    wire.clear()
    for _ in range(3):
        get(OPENID)

    assert wire.names == ["GetItem keys"]


@pytest.mark.attack("ATK-342")
@pytest.mark.attack("ATK-356")
@pytest.mark.clause("RFC8414-3.1-1", "RFC8414-3.2-1")
@pytest.mark.parametrize("path", [OPENID, OAUTH, JWKS])
def test_the_documents_are_public_and_may_be_cached(get, path):
    answer = get(path, {"origin": "https://anybody.example"})

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "pragma" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.cookies == []


@pytest.mark.attack("ATK-342")
@pytest.mark.parametrize("path", [OPENID, OAUTH, JWKS])
def test_an_unchanged_document_is_not_sent_again(get, path):
    """RFC 9110 §13.1.2"""
    etag = get(path).headers["etag"]

    for known in (etag, f'"old", W/{etag}', "*"):
        answer = get(path, {"if-none-match": known})
        assert (answer.status, answer.body) == (304, "")
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "public, max-age=300"
    assert get(path, {"if-none-match": '"other"'}).status == 200


@pytest.mark.parametrize("path", [OPENID, OAUTH, JWKS])
def test_head_is_get_without_the_body(deployment, get, path):
    """RFC 9110 §9.3.2"""
    head = deployment.request(path, method="HEAD")

    assert (head.status, head.body) == (200, "")
    assert head.headers == get(path).headers


def test_the_etag_changes_with_the_keys(deployment, get, clock):
    before = get(JWKS).headers["etag"]
    clock.advance(3600)
    deployment.rotate_keys({"action": "rotate", "secret": "signing"})

    assert get(JWKS).headers["etag"] != before


@pytest.mark.attack("ATK-343")
@pytest.mark.attack("ATK-402")
@pytest.mark.parametrize("fault", [throttled, unreachable, access_denied])
@pytest.mark.parametrize("path", [OPENID, JWKS])
def test_the_keys_are_answered_from_memory_when_the_table_is_not(get, wire, clock, path, fault):
    """An old set is better than none: a bad key is revoked through the feed."""
    before = get(path)
    clock.advance(3600)
    wire.fail(fault, to("GetItem keys"))

    answer = get(path)

    assert (answer.status, answer.body) == (200, before.body)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_key_set_that_was_never_read_is_an_outage(deployment, wire, method):
    wire.fail(throttled, to("GetItem keys"))

    answer = deployment.request(JWKS, method=method)

    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["cache-control"] == "no-store"
    assert method == "GET" or answer.body == ""


def test_a_stack_without_keys_says_that_it_is_not_ready(bare_deployment):
    answer = bare_deployment.request(JWKS, method="GET")

    assert answer.error == (503, "temporarily_unavailable")


class TestKeysOfEveryKind:
    """The published set of a stack that signs with ES256, RS256 and EdDSA."""

    @pytest.fixture
    def signing_algorithms(self):
        return ("ES256", "RS256", "EdDSA")

    @pytest.mark.attack("ATK-337")
    @pytest.mark.clause("RFC8414-2-5", "OIDC-10.1-4")
    def test_it_holds_public_members_alone(self, get):
        """RFC 7517 §4, RFC 7518 §6: no `d`, no `oct`, no short modulus."""
        keys = get(JWKS).json["keys"]

        assert len({key["kid"] for key in keys}) == len(keys) == 6
        for key in keys:
            assert key["use"] == "sig"
            members = {
                "EC": {"kty", "kid", "use", "alg", "crv", "x", "y"},
                "RSA": {"kty", "kid", "use", "alg", "n", "e"},
                "OKP": {"kty", "kid", "use", "alg", "crv", "x"},
            }[key["kty"]]
            assert set(key) == members
        assert sorted(key["alg"] for key in keys) == ["ES256", "ES256", "EdDSA", "EdDSA", "RS256", "RS256"]
        for key in keys:
            assert key["kty"] != "RSA" or len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 >= 2048

    @pytest.mark.attack("ATK-337")
    def test_nothing_of_the_secret_is_in_it(self, deployment, get):
        published = get(JWKS).body
        rings = deployment.secret_document("signing_secret")["rings"].values()
        private = [
            key["material"][name]
            for ring in rings
            for key in (ring["current"], ring["next"])
            for name in ("d", "p", "q", "dp", "dq", "qi")
            if name in key["material"]
        ]

        assert len(private) == 2 + 2 * 6 + 2
        assert not [value for value in private if value in published]

    @pytest.mark.attack("ATK-338")
    @pytest.mark.clause("OIDC-10.1-2")
    def test_the_next_key_is_published_before_it_signs(self, deployment, get):
        kids = {key["kid"] for key in get(JWKS).json["keys"]}
        rings = deployment.secret_document("signing_secret")["rings"].values()

        assert kids == {ring[name]["kid"] for ring in rings for name in ("current", "next")}
