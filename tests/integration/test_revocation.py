"""The revocation endpoint. RFC 7009"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.aws_wire import access_denied, from_, internal_error, throttled, to
from tests.integration.tokens import claims_of, compact, ecdsa, foreign_key, header_of, hs256


@pytest.fixture
def revoke(deployment, legacy, secret):
    return lambda token, **form: deployment.revoke(legacy, secret, token=token, **form)


@pytest.fixture
def is_alive(deployment, legacy, secret, tokens, clock):
    """Tell whether the grant still works, five seconds later, as seen by everyone."""

    def is_alive():
        clock.advance(5)
        accepted = deployment.authorize(tokens["access_token"])
        refreshed = deployment.refresh(legacy, secret, tokens["refresh_token"])
        assert (refreshed.status == 200) == accepted
        return accepted

    return is_alive


@pytest.mark.attack("ATK-191")
@pytest.mark.clause("RFC7009-2-1")
def test_a_refresh_token_ends_its_grant_and_its_access_tokens(deployment, revoke, tokens, is_alive):
    """RFC 7009 §2.1"""
    answer = revoke(tokens["refresh_token"])

    assert (answer.status, answer.body) == (200, "")
    assert deployment.events() == [("grant", claims_of(tokens["access_token"])["gid"])]
    assert deployment.grant()["status"] == {"S": "revoked"}
    assert not is_alive()


def test_an_older_refresh_token_of_the_grant_ends_it_too(deployment, legacy, secret, revoke, tokens):
    successor = deployment.refresh(legacy, secret, tokens["refresh_token"]).json["refresh_token"]

    assert revoke(tokens["refresh_token"]).status == 200
    assert deployment.refresh(legacy, secret, successor).error == (400, "invalid_grant")


def test_an_access_token_ends_alone(deployment, legacy, secret, revoke, tokens, clock):
    """RFC 7009 §2.1"""
    assert revoke(tokens["access_token"]).status == 200

    clock.advance(5)
    assert deployment.events() == [("token", claims_of(tokens["access_token"])["jti"])]
    assert not deployment.authorize(tokens["access_token"])
    answer = deployment.refresh(legacy, secret, tokens["refresh_token"])
    assert deployment.authorize(answer.json["access_token"])


def test_a_client_may_end_a_token_of_its_own(deployment, service, secret, clock):
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]
    assert deployment.authorize(token)

    assert deployment.revoke(service, secret, token=token).status == 200

    clock.advance(5)
    assert not deployment.authorize(token)


def test_a_public_client_names_itself_and_that_is_enough(deployment, browser, signed_in):
    """RFC 7009 §2.1: the token is bound to it."""
    token = signed_in(browser).cookies[0].partition("=")[2].partition(";")[0]

    assert deployment.revoke(browser, token=token).status == 200
    assert deployment.grant()["status"] == {"S": "revoked"}


@pytest.mark.attack("ATK-188")
@pytest.mark.clause("RFC7009-2.1-1")
@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token_type_hint": "refresh_token"}])
def test_a_token_must_be_there(deployment, legacy, secret, form):
    """RFC 7009 §2.1"""
    answer = deployment.revoke(legacy, secret, **form)

    assert answer.error == (400, "invalid_request")
    assert "token" in answer.json["error_description"]


@pytest.mark.attack("ATK-187")
@pytest.mark.clause("RFC7009-5-3")
def test_the_client_must_authenticate(deployment, legacy, tokens, is_alive):
    """RFC 7009 §2.1"""
    for presented in (None, "wrong"):
        answer = deployment.revoke(legacy, presented, token=tokens["refresh_token"])
        assert answer.error == (401, "invalid_client")

    assert is_alive()


@pytest.mark.attack("ATK-189")
@pytest.mark.clause("RFC7009-5-2")
@pytest.mark.parametrize(
    "token",
    ["x", "gr1_", "gc1_" + "A" * 96, "a.b.c", "\N{SNOWMAN}", "x" * 60_000, "..", "e30.e30.e30"],
)
def test_garbage_is_no_error_and_has_no_effect(deployment, revoke, wire, token):
    """RFC 7009 §2.2"""
    revoke("warm")
    deployment.server("/oauth2/revoke").public_keys.jwks()
    wire.clear()

    answer = revoke(token)

    assert (answer.status, answer.body) == (200, "")
    assert wire.calls == []


@pytest.mark.attack("ATK-189")
def test_revocation_is_idempotent(deployment, revoke, tokens):
    """RFC 7009 §2.2"""
    answers = [revoke(tokens["refresh_token"]) for _ in range(3)]

    assert {(answer.status, answer.body) for answer in answers} == {(200, "")}
    assert set(deployment.events()) == {("grant", deployment.grant()["gid"]["S"])}


@pytest.mark.attack("ATK-189")
def test_an_expired_access_token_needs_no_event(deployment, revoke, tokens, clock):
    clock.advance(900)

    assert revoke(tokens["access_token"]).status == 200
    assert deployment.events() == []


@pytest.mark.attack("ATK-192")
@pytest.mark.clause("RFC7009-2.1-2", "RFC7009-5-2")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "saml", ""])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_wrong_or_unknown_hint_does_not_matter(deployment, revoke, tokens, hint, kind):
    """RFC 7009 §2.1"""
    assert revoke(tokens[kind], token_type_hint=hint).status == 200
    assert len(deployment.events()) == 1


@pytest.mark.attack("ATK-193")
@pytest.mark.clause("RFC7009-5-3")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_clients_token_is_left_alone(deployment, legacy, secret, tokens, is_alive, kind):
    """RFC 7009 §2.1; the answer does not tell that the token is good."""
    other = deployment.put_client(replace(legacy, client_id="c_other"))

    answer = deployment.revoke(other, secret, token=tokens[kind])

    assert (answer.status, answer.body) == (200, "")
    assert deployment.events() == []
    assert is_alive()


@pytest.mark.attack("ATK-194")
def test_a_token_that_we_did_not_sign_revokes_nothing(deployment, revoke, tokens, is_alive):
    """Or anybody who knows a grant id could end it."""
    header, claims = header_of(tokens["access_token"]), claims_of(tokens["access_token"])
    head, _, signature = tokens["access_token"].split(".")
    another = compact(header, {**claims, "jti": "victim"}, lambda _message: b"").split(".")[1]
    forged = [
        compact({**header, "alg": "none"}, claims, lambda _message: b""),
        compact({**header, "alg": "HS256"}, claims, hs256(header["kid"].encode())),
        compact(header, claims, ecdsa(foreign_key())),
        f"{head}.{another}.{signature}",
    ]

    for token in forged:
        assert revoke(token).status == 200
    assert deployment.events() == []
    assert is_alive()


@pytest.mark.attack("ATK-195")
def test_only_a_form_is_taken(deployment, secret, tokens, is_alive):
    token = tokens["refresh_token"]

    assert deployment.request("/oauth2/revoke", method="GET", query=f"token={token}").status == 405
    body = f'{{"token":"{token}","client_id":"c_legacy","client_secret":"{secret}"}}'.encode()
    answer = deployment.request("/oauth2/revoke", body=body, headers={"content-type": "application/json"})
    assert answer.error == (400, "invalid_request")
    assert is_alive()


@pytest.mark.attack("ATK-195")
def test_two_tokens_at_once_are_refused(deployment, secret, tokens, is_alive):
    body = f"token={tokens['refresh_token']}&token={tokens['access_token']}&client_id=c_legacy&client_secret={secret}"

    answer = deployment.request(
        "/oauth2/revoke", body=body.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.error == (400, "invalid_request")
    assert is_alive()


@pytest.mark.attack("ATK-197")
def test_jsonp_is_not_spoken(deployment, legacy, secret, tokens):  # noqa: ARG001 - it must be there
    """RFC 7009 §2.3 allows it; no browser needs it any more."""
    answer = deployment.revoke(legacy, secret, token="x", callback="alert")

    assert (answer.status, answer.body) == (200, "")
    assert "script" not in answer.headers.get("content-type", "")


@pytest.mark.advisory("CVE-2020-15223")
@pytest.mark.parametrize("fault", [throttled, internal_error])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_storage_that_fails_is_told(revoke, tokens, wire, fault, kind):
    """RFC 7009 §2.2.1: 200 would say that the token is dead."""
    wire.fail(fault, to("PutItem feed"))

    answer = revoke(tokens[kind])

    assert answer.error == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "2"


def test_a_storage_that_refuses_is_no_success(revoke, tokens, wire):
    wire.fail(access_denied, to("PutItem feed"))

    assert revoke(tokens["refresh_token"]).status >= 500


def test_the_event_comes_before_the_write(deployment, revoke, tokens, wire, clock):
    """A fault between the two leaves an announced grant, never a revoked one that verifiers do not know of."""
    wire.fail(throttled, to("UpdateItem grants"))

    assert revoke(tokens["refresh_token"]).error == (503, "temporarily_unavailable")

    assert len(deployment.events()) == 1
    assert deployment.grant()["status"] == {"S": "active"}
    clock.advance(5)
    wire.clear()
    assert not deployment.authorize(tokens["access_token"])
    assert revoke(tokens["refresh_token"]).status == 200
    assert deployment.grant()["status"] == {"S": "revoked"}


def test_nothing_is_written_where_the_event_cannot_be(deployment, revoke, tokens, wire):
    wire.fail(throttled, from_(0))
    assert revoke(tokens["refresh_token"]).status == 503
    wire.clear()

    assert deployment.grant()["status"] == {"S": "active"}
