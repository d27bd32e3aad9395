from __future__ import annotations

import pytest

from gatelet.oauth.client import Client
from gatelet.oauth.errors import InvalidScope
from gatelet.oauth.grant import Grant
from gatelet.oauth.issuance import Issuer
from gatelet.oauth.jws import Signer
from gatelet.oauth.resource_server import ResourceServer
from tests.unit import in_memory
from tests.unit.tokens import AUDIENCE, ISSUER, KEYS, KIDS, NOW, verify

APP = Client(
    client_id="c_app",
    client_name="App",
    token_endpoint_auth_method="none",
    grant_types=("refresh_token",),
    scope=("orders:read",),
)
GRANT = Grant(
    gid="grant-1",
    client_id="c_app",
    sub="u_alice",
    session_id="s",
    scope=("orders:read",),
    audience=AUDIENCE,
    auth_time=NOW - 9,
    acr="1",
    amr=("pwd",),
    generation=0,
    rotated_at=NOW,
    idle_expires_at=NOW + 1,
    absolute_expires_at=NOW + 1,
    attempt="a",
)
SIGNERS = in_memory.Signers({alg: Signer(KEYS[alg], alg) for alg in KEYS})


def api(**changes):
    return ResourceServer(identifier=AUDIENCE, name="Orders", **changes)


def issue(audience=None, scope=("orders:read",), **changes):
    issuer = Issuer(issuer=ISSUER, signers=SIGNERS)
    return issuer.issue(client=APP, audience=audience or api(), scope=scope, now=NOW, **changes)


def test_without_a_grant_the_client_is_its_own_subject():
    """RFC 9068 §2.2, RFC 6749 §4.4"""
    response = issue()
    claims = verify(response.access_token).claims
    assert (claims.sub, claims.client_id, claims.gid, claims.roles) == ("c_app", "c_app", None, ())
    assert response.refresh_token is None


def test_with_a_grant_the_user_is_the_subject():
    """RFC 9068 §2.2.1, §2.2.3.1"""
    claims = verify(issue(grant=GRANT, roles=("clerk",)).access_token).claims
    assert (claims.sub, claims.client_id, claims.gid) == ("u_alice", "c_app", "grant-1")
    assert (claims.auth_time, claims.acr, claims.roles) == (NOW - 9, "1", ("clerk",))


@pytest.mark.parametrize("lifetime", [60, 900, 3600])
def test_a_token_lives_as_long_as_its_api_says(lifetime):
    """RFC 6749 §5.1"""
    response = issue(api(access_token_lifetime=lifetime))
    assert response.expires_in == lifetime
    assert verify(response.access_token).claims.exp == NOW + lifetime


@pytest.mark.parametrize("alg", KEYS)
def test_a_token_is_signed_as_its_api_says(alg):
    """API Gateway's own authorizer takes RSA alone."""
    assert verify(issue(api(signing_alg=alg)).access_token).kid == KIDS[alg]


@pytest.mark.attack("ATK-351")
def test_a_jti_has_128_random_bits_and_is_never_the_same():
    """RFC 7519 §4.1.7"""
    names = {issue().jti for _ in range(200)}
    assert len(names) == 200
    assert {len(name) for name in names} == {22}


def test_randomness_comes_as_an_argument():
    issuer = Issuer(issuer=ISSUER, signers=SIGNERS, random=lambda size: b"\x01" * size)
    first, second = (
        issuer.issue(client=APP, audience=api(), scope=("orders:read",), now=NOW).access_token for _ in range(2)
    )
    assert first == second


@pytest.mark.attack("ATK-090")
@pytest.mark.clause("RFC6749-5.1-1", "RFC6749-5.1-2")
def test_the_answer_tells_what_was_granted():
    """RFC 6749 §5.1"""
    response = issue(scope=("orders:read", "orders:write"))
    assert response.parameters() == {
        "access_token": response.access_token,
        "token_type": "Bearer",
        "expires_in": 900,
        "scope": "orders:read orders:write",
    }


@pytest.mark.attack("ATK-361")
def test_an_answer_does_not_show_its_tokens_when_it_is_printed():
    response = issue()
    assert response.access_token not in repr(response)


def test_a_token_that_would_not_fit_into_a_header_is_invalid_scope():
    """Asking for fewer scopes helps."""
    with pytest.raises(InvalidScope, match="fewer scopes"):
        issue(scope=tuple(f"a-long-name-of-a-scope-{i:03}" for i in range(100)) * 2)


def test_an_answer_names_user_grant_and_token_for_the_audit():
    """The log line has them; the client gets no member of that name. RFC 6749 §5.1"""
    response = issue(grant=GRANT)
    jti = verify(response.access_token).claims.jti
    assert (response.sub, response.gid, response.jti) == ("u_alice", "grant-1", jti)
    own = issue()
    assert (own.sub, own.gid) == ("c_app", None)


def test_the_issuer_is_the_audience_of_userinfo():
    """OpenID Connect Core §5.3"""
    issuer = Issuer(issuer=ISSUER, signers=SIGNERS)
    response = issue(issuer.own_resource, scope=("openid",), grant=GRANT)
    assert verify(response.access_token, audience=ISSUER).claims.aud == ISSUER
    assert response.expires_in == 900
