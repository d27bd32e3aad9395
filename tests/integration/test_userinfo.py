"""The userinfo endpoint. OpenID Connect Core §5.3, RFC 6750"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.integration.aws_wire import access_denied, internal_error, throttled, to, unreachable
from tests.integration.registered import SECRET
from tests.integration.tokens import OurKey, claims_of, compact, ecdsa, foreign_key, header_of

if TYPE_CHECKING:
    from tests.integration.api_gateway import Answer

PATH = "/oauth2/userinfo"
ORIGIN = "https://portal.example"
CLAIMS = {
    "name": "Alice Liddell",
    "given_name": "Alice",
    "email": "alice@example.org",
    "email_verified": True,
    "address": {"locality": "Oxford", "country": "GB"},
    "phone_number": "+44 1865 1",
    "sub": "u_mallory",
    "ssn": "078-05-1120",
}


@pytest.fixture
def portal(deployment, legacy):
    """Register a client that signs users in."""
    scope = ("openid", "profile", "email", "address", "phone", "offline_access", "orders:read")
    portal = replace(legacy, client_id="c_portal", scope=scope, id_token_signed_response_alg="ES256")
    return deployment.put_client(replace(portal, allowed_origins=(ORIGIN,)))


@pytest.fixture
def user(deployment, alice, password_hash):
    return deployment.put_user(replace(alice, claims=CLAIMS), password_hash)


@pytest.fixture
def tokens(sign_in, portal, user):  # noqa: ARG001 - the user must be there
    return sign_in(portal, scope="openid")


@pytest.fixture
def ask(deployment):
    """Ask with a token in the header."""

    def ask(token: str, method: str = "GET", **headers: str) -> Answer:
        answer: Answer = deployment.request(
            PATH, method=method, headers={"authorization": f"Bearer {token}", **headers}
        )
        return answer

    return ask


@pytest.fixture
def warm(ask, tokens, clock, wire):
    """Let the container remember what it may, away from the edge of a partition of the feed; then count from 0."""
    clock.advance(100)
    assert ask(tokens["access_token"]).status == 200
    wire.clear()
    return wire


def refused(answer: Answer, status: int, error: str) -> bool:
    """Tell whether an answer refuses a token in the words of RFC 6750 §3."""
    return answer.error == (status, error) and answer.headers["www-authenticate"].startswith(f'Bearer error="{error}"')


@pytest.mark.attack("ATK-213")
@pytest.mark.clause("OIDC-5.3-2", "OIDC-5.3-3", "OIDC-5.3.2-3")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_token_comes_in_the_header(ask, tokens, method):
    """RFC 6750 §2.1"""
    answer = ask(tokens["access_token"], method)

    assert (answer.status, answer.json) == (200, {"sub": "u_alice"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.clause("OIDC-5.3-3")
def test_the_token_comes_in_the_body(deployment, tokens):
    """RFC 6750 §2.2"""
    answer = deployment.request(PATH, form={"access_token": tokens["access_token"]})

    assert (answer.status, answer.json) == (200, {"sub": "u_alice"})


def test_a_body_that_is_no_form_does_not_matter_beside_the_header(deployment, tokens):
    headers = {"authorization": f"Bearer {tokens['access_token']}", "content-type": "application/json"}

    assert deployment.request(PATH, body=b'{"access_token": "x"}', headers=headers).status == 200
    assert deployment.request(PATH, form={"other": "x"}, headers={**headers, "content-type": ""}).status == 200


def test_a_head_request_is_answered_without_a_body(ask, tokens):
    answer = ask(tokens["access_token"], "HEAD")

    assert (answer.status, answer.body) == (200, "")


@pytest.mark.clause("OIDC-5.3.2-1", "OIDC-5.3.2-2", "OIDC-5.6-1")
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("openid", set()),
        ("openid profile", {"name", "given_name"}),
        ("openid email", {"email", "email_verified"}),
        ("openid address", {"address"}),
        ("openid phone", {"phone_number"}),
        ("openid profile email orders:read", {"name", "given_name", "email", "email_verified"}),
    ],
)
@pytest.mark.usefixtures("user")
def test_each_scope_opens_its_claims(ask, sign_in, portal, scope, expected):
    """OpenID Connect Core §5.4: those that are known, and nothing that is no claim of it"""
    members = ask(sign_in(portal, scope=scope)["access_token"]).json

    assert members == {"sub": "u_alice", **{name: CLAIMS[name] for name in expected}}


def test_single_claims_are_given_where_the_request_named_them(deployment, ask, tokens):
    """OpenID Connect Core §5.5"""
    requested = {"L": [{"S": "email"}, {"S": "nickname"}, {"S": "ssn"}, {"S": "sub"}]}
    change_grant(deployment, userinfo_claims=requested, id_token_claims={"L": [{"S": "name"}]})

    assert ask(tokens["access_token"]).json == {"sub": "u_alice", "email": "alice@example.org"}


@pytest.mark.usefixtures("user")
def test_a_token_of_narrower_scope_opens_less(deployment, ask, sign_in, portal, secret):
    """RFC 6749 §6"""
    tokens = sign_in(portal, scope="openid email")
    answer = deployment.refresh(portal, secret, tokens["refresh_token"], scope="openid")

    assert ask(answer.json["access_token"]).json == {"sub": "u_alice"}


def test_claims_are_those_of_this_moment(deployment, ask, sign_in, portal, user):
    token = sign_in(portal, scope="openid email")["access_token"]
    deployment.put_user(replace(user, claims={"email": "liddell@example.org"}))

    assert ask(token).json == {"sub": "u_alice", "email": "liddell@example.org"}


@pytest.mark.attack("ATK-215")
@pytest.mark.clause("OIDC-5.3.2-2")
def test_sub_is_the_one_of_the_id_token(ask, tokens):
    """OpenID Connect Core §5.3.2; a profile claim of that name has no say"""
    assert ask(tokens["access_token"]).json["sub"] == claims_of(tokens["id_token"])["sub"] == "u_alice"


@pytest.mark.attack("ATK-215")
@pytest.mark.parametrize("fate", ["disabled", "deleted"])
def test_nothing_is_told_of_a_user_who_is_disabled_or_gone(deployment, ask, tokens, user, fate):
    if fate == "disabled":
        deployment.put_user(replace(user, enabled=False))
    else:
        key = {"pk": {"S": f"USER#{user.sub}"}, "sk": {"S": "USER"}}
        deployment.dynamodb.delete_item(TableName="directory", Key=key)

    assert refused(ask(tokens["access_token"]), 401, "invalid_token")


@pytest.mark.parametrize(
    "authorization", [None, "Basic Y19wb3J0YWw6eA==", "DPoP x", "Digest username=x", "", "x", " Bearer x"]
)
def test_who_does_not_authenticate_is_told_how_and_no_error(deployment, authorization):
    """RFC 6750 §3.1"""
    headers = {} if authorization is None else {"authorization": authorization}

    answer = deployment.request(PATH, method="GET", headers=headers)

    assert (answer.status, answer.body) == (401, "")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.attack("ATK-209")
@pytest.mark.clause("RFC9068-4-9")
@pytest.mark.parametrize("which", ["id_token", "refresh_token"])
@pytest.mark.parametrize("door", ["header", "body"])
def test_no_other_kind_of_token_is_taken(deployment, ask, tokens, which, door):
    """RFC 9068 §4: `typ` tells them apart"""
    in_header = door == "header"
    answer = ask(tokens[which]) if in_header else deployment.request(PATH, form={"access_token": tokens[which]})

    assert refused(answer, 401, "invalid_token")


@pytest.mark.attack("ATK-209")
@pytest.mark.clause("RFC9068-4-9")
def test_an_expired_token_is_refused(ask, tokens, clock):
    clock.advance(900)

    assert refused(ask(tokens["access_token"]), 401, "invalid_token")


@pytest.mark.attack("ATK-209")
@pytest.mark.parametrize("revoked", ["access_token", "refresh_token"])
def test_a_revoked_token_is_refused_at_once(deployment, ask, portal, secret, tokens, revoked):
    """A container that read the feed a moment ago reads it anew."""
    assert ask(tokens["access_token"]).status == 200

    deployment.revoke(portal, secret, token=tokens[revoked])

    assert refused(ask(tokens["access_token"]), 401, "invalid_token")


@pytest.mark.attack("ATK-209")
@pytest.mark.parametrize("attributes", [{"status": {"S": "revoked"}}, {"absolute_expires_at": {"N": "1800000000"}}])
def test_a_token_of_a_grant_that_has_ended_is_refused(deployment, ask, tokens, attributes):
    change_grant(deployment, **attributes)

    assert refused(ask(tokens["access_token"]), 401, "invalid_token")


@pytest.mark.attack("ATK-209")
@pytest.mark.parametrize("fate", ["disabled", "deleted"])
def test_a_token_of_a_client_that_is_disabled_or_gone_is_refused(deployment, ask, portal, tokens, fate):
    if fate == "disabled":
        deployment.put_client(replace(portal, enabled=False))
    else:
        key = {"pk": {"S": f"CLIENT#{portal.client_id}"}, "sk": {"S": "CLIENT"}}
        deployment.dynamodb.delete_item(TableName="directory", Key=key)
        deployment.restart()

    assert refused(ask(tokens["access_token"]), 401, "invalid_token")


@pytest.mark.attack("ATK-209")
@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "e30.e30.e30", "x" * 5000, "a b", "a,b", '"', "="])
def test_garbage_is_refused_and_costs_nothing(ask, warm, token):
    assert refused(ask(token), 401, "invalid_token")
    assert warm.calls == []


@pytest.mark.attack("ATK-209")
@pytest.mark.clause("RFC9068-4-9")
@pytest.mark.parametrize("forgery", ["foreign", "unsigned"])
def test_a_forged_token_is_refused_and_costs_nothing(ask, tokens, warm, forgery):
    header, claims = header_of(tokens["access_token"]), claims_of(tokens["access_token"])
    unsigned = compact({**header, "alg": "none"}, claims, lambda _message: b"x")
    forged = unsigned if forgery == "unsigned" else compact(header, claims, ecdsa(foreign_key()))

    assert refused(ask(forged), 401, "invalid_token")
    assert warm.calls == []


@pytest.mark.attack("ATK-209")
def test_two_authorization_headers_are_refused(ask, tokens):
    """API Gateway joins them with a comma."""
    token = tokens["access_token"]

    assert refused(ask(f"{token},Bearer {token}"), 401, "invalid_token")


@pytest.mark.attack("ATK-210")
def test_a_token_without_openid_reaches_not_that_far(ask, sign_in, portal, user, wire):  # noqa: ARG001
    """OpenID Connect Core §5.3.1"""
    token = sign_in(portal, scope="orders:read profile")["access_token"]
    ask(token)
    wire.clear()

    answer = ask(token)

    assert refused(answer, 403, "insufficient_scope")
    assert 'scope="openid"' in answer.headers["www-authenticate"]
    assert wire.calls == []


@pytest.mark.attack("ATK-210")
def test_a_client_has_no_userinfo(deployment, ask, service, secret):
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]

    assert refused(ask(token), 403, "insufficient_scope")


@pytest.mark.attack("ATK-210")
def test_a_client_has_none_with_openid_either(deployment, ask, service):
    """Nothing issues such a token, so it is one of ours by force."""
    claims = {"sub": service.client_id, "client_id": service.client_id, "scope": "openid", "gid": None}

    assert refused(ask(OurKey(deployment).token(claims=claims)), 403, "insufficient_scope")


@pytest.mark.attack("ATK-211")
@pytest.mark.parametrize("authorization", ["Bearer {token}", "Bearer x", "Basic eDp5"])
def test_a_token_in_header_and_body_is_refused(deployment, tokens, authorization):
    """RFC 6750 §2"""
    token = tokens["access_token"]
    headers = {"authorization": authorization.format(token=token)}

    answer = deployment.request(PATH, form={"access_token": token}, headers=headers)

    assert refused(answer, 400, "invalid_request")


@pytest.mark.attack("ATK-211")
def test_a_repeated_token_is_refused(deployment, tokens):
    body = "&".join([f"access_token={tokens['access_token']}"] * 2).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert refused(deployment.request(PATH, body=body, headers=headers), 400, "invalid_request")


@pytest.mark.attack("ATK-212")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_in_the_query_is_not_read(deployment, tokens, method):
    """OAuth 2.1 §5.1: query strings stand in logs."""
    answer = deployment.request(PATH, method=method, query=f"access_token={tokens['access_token']}")

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_in_the_body_of_a_get_is_not_read(deployment, tokens):
    """RFC 6750 §2.2: a method whose body means something"""
    assert deployment.request(PATH, method="GET", form={"access_token": tokens["access_token"]}).status == 401


@pytest.mark.attack("ATK-216")
def test_a_token_that_is_bound_to_a_key_is_no_bearer_token(deployment, ask, portal, tokens):
    """RFC 9449 §7.2"""
    claims = {**claims_of(tokens["access_token"]), "client_id": portal.client_id, "cnf": {"jkt": "x"}}

    assert refused(ask(OurKey(deployment).token(claims=claims)), 401, "invalid_token")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_only_get_and_post_are_taken(deployment, method):
    answer = deployment.request(PATH, method=method)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"


# Browsers


def test_a_registered_origin_of_the_client_may_read_the_answer(ask, tokens):
    answer = ask(tokens["access_token"], origin=ORIGIN)

    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


def test_it_may_read_why_a_token_of_the_client_is_refused(deployment, ask, portal, secret, sign_in, tokens):
    narrow = sign_in(portal, scope="profile orders:read")["access_token"]
    deployment.revoke(portal, secret, token=tokens["access_token"])

    for token, status in ((tokens["access_token"], 401), (narrow, 403)):
        answer = ask(token, origin=ORIGIN)
        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://portal.example", ORIGIN + ":8443"])
def test_no_other_origin_may(ask, tokens, origin):
    answer = ask(tokens["access_token"], origin=origin)

    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_token_that_nobody_signed_names_no_client_whose_origins_count(deployment, ask, portal):
    forged = compact(OurKey(deployment).header, {"client_id": portal.client_id}, ecdsa(foreign_key()))

    answer = ask(forged, origin=ORIGIN)

    assert answer.status == 401
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_costs_nothing_and_allows_the_header(deployment, wire):
    deployment.restart()
    wire.clear()

    answer = deployment.request(PATH, method="OPTIONS", headers={"origin": ORIGIN})

    assert answer.headers["access-control-allow-methods"] == "GET, POST"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert wire.calls == []


# Log, cost, faults


def test_it_works_with_the_settings_that_the_stack_gives_it(deployment, ask, tokens):
    """It holds no key at all."""
    unknown = ("signing_secret", "grant_secret", "credentials_table", "limits_table", "audience", "routes")
    deployment.change_settings(**dict.fromkeys(unknown))

    assert ask(tokens["access_token"]).status == 200


def test_the_log_names_the_user_and_holds_no_token_and_no_claim(ask, sign_in, portal, user, log):  # noqa: ARG001
    tokens = sign_in(portal, scope="openid profile email")
    ask(tokens["access_token"])
    ask(tokens["id_token"])

    good, bad = (line for line in log.lines if line.get("message") == "userinfo")
    assert (good["sub"], good["client_id"], good["outcome"]) == ("u_alice", "c_portal", "succeeded")
    assert (bad["outcome"], bad["error"], bad["detail"]) == ("refused", "invalid_token", "typ is not at+jwt")
    for secret in (tokens["access_token"], tokens["id_token"], "Liddell", "example.org", SECRET):
        assert secret not in log.text


def test_it_costs_one_read_of_the_grant_one_of_the_feed_and_one_of_the_user(ask, tokens, warm):
    assert ask(tokens["access_token"]).status == 200

    assert warm.names == ["GetItem grants", "Query feed", "GetItem directory"]
    assert warm.calls[2].parameters["Key"]["pk"] == {"S": "USER#u_alice"}
    assert all(call.parameters["ConsistentRead"] for call in warm.calls)


@pytest.mark.parametrize("fault", [throttled, unreachable, internal_error])
@pytest.mark.parametrize("target", ["GetItem grants", "Query feed", "GetItem directory"])
def test_what_cannot_be_known_is_an_outage_and_never_a_bad_token(ask, tokens, warm, target, fault):
    warm.fail(fault, to(target))

    answer = ask(tokens["access_token"], origin=ORIGIN)

    assert answer.error == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "2"
    assert "www-authenticate" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_call_that_is_refused_is_a_failure_and_never_a_bad_token(ask, tokens, warm):
    warm.fail(access_denied, to("Query feed"))

    answer = ask(tokens["access_token"])

    assert answer.status in {500, 503}
    assert "www-authenticate" not in answer.headers


def change_grant(deployment, **attributes):
    """Change the one grant that there is, as nobody but a test would."""
    deployment.dynamodb.put_item(TableName="grants", Item={**deployment.grant(), **attributes})
