"""Exchanging an authorization code for tokens. RFC 6749 §4.1.3, OAuth 2.1 §7.5.3"""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from tests.integration.api_gateway import basic
from tests.integration.aws_wire import Killed, answer_lost, at, killed_after, throttled, to, unreachable
from tests.integration.registered import SECRET
from tests.integration.tokens import claims_of
from tests.integration.visitor import CALLBACK, VERIFIER, redeem

OTHER_VERIFIER = "w" * 43
REFUSED = (400, "invalid_grant")


@pytest.fixture
def code(visitor, web):
    """Return the code of a fresh sign-in."""
    return visitor.code(web)


@pytest.fixture
def is_revoked(deployment):
    return lambda: deployment.grant()["status"]["S"] == "revoked"


@pytest.fixture
def other(deployment, web):
    """Return another client of the same kind, with the same secret."""
    return deployment.put_client(replace(web, client_id="c_other"))


@pytest.mark.clause("OIDC-3.1.3.3-2", "OIDC-3.1.3.3-3")
def test_a_code_is_exchanged_for_tokens(deployment, code, web):
    """RFC 6749 §4.1.4, OpenID Connect Core §3.1.3.3"""
    answer = redeem(deployment, web, code)

    assert answer.status == 200
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert answer.headers["cache-control"] == "no-store"
    claims = claims_of(answer.json["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("u_alice", "c_web", "openid orders:read")
    assert (claims["aud"], claims["roles"]) == ("https://orders.example", ["clerk"])
    assert deployment.authorize(answer.json["access_token"])
    assert deployment.refresh(web, SECRET, answer.json["refresh_token"]).status == 200


@pytest.mark.clause("RFC8252-6-1")
def test_a_public_client_redeems_without_a_secret(deployment, visitor, native):
    code = visitor.code(native)

    assert redeem(deployment, native, code).status == 200


@pytest.mark.attack("ATK-183")
@pytest.mark.clause("RFC9700-4.14.2-1", "OIDC-11-2")
def test_a_client_without_the_refresh_token_grant_gets_no_refresh_token(deployment, visitor, web):
    """And offline_access is not granted to it. OpenID Connect Core §11"""
    client = deployment.put_client(replace(web, grant_types=("authorization_code",)))

    answer = redeem(deployment, client, visitor.code(client, scope="openid orders:read offline_access"))

    assert "refresh_token" not in answer.json
    assert answer.json["scope"] == "openid orders:read"


@pytest.mark.clause("RFC6749-4.1.2-3", "RFC6749-10.5-1", "RFC9700-4.2.4-1", "OIDC-3.1.3.2-3")
@pytest.mark.advisory("CVE-2025-46815")
def test_a_replay_by_the_rightful_client_ends_the_grant(deployment, code, web, is_revoked, clock):
    """RFC 6749 §4.1.2, §10.5"""
    tokens = redeem(deployment, web, code).json

    assert redeem(deployment, web, code).error == REFUSED

    assert is_revoked()
    assert deployment.events() == [("grant", deployment.grant()["gid"]["S"])]
    clock.advance(5)
    assert not deployment.authorize(tokens["access_token"])
    assert deployment.refresh(web, SECRET, tokens["refresh_token"]).error == REFUSED


def test_a_replay_sets_off_an_alarm(deployment, code, web, capsys):
    redeem(deployment, web, code)
    assert '"ReuseDetected"' not in capsys.readouterr().out

    redeem(deployment, web, code)

    assert '"ReuseDetected"' in capsys.readouterr().out


@pytest.mark.parametrize("later", [61, 3600, 80_000])
def test_a_replay_long_after_the_code_expired_ends_the_grant_all_the_same(
    deployment, code, web, is_revoked, clock, later
):
    redeem(deployment, web, code)
    clock.advance(later)

    assert redeem(deployment, web, code).error == REFUSED

    assert is_revoked()


@pytest.mark.attack("ATK-095")
@pytest.mark.parametrize("verifier", [OTHER_VERIFIER, None, "short", "é" * 43])
def test_a_replay_without_the_verifier_ends_nothing(deployment, code, web, is_revoked, verifier):
    """Else whoever sees a code could sign its owner out. OAuth 2.1 §7.5.3"""
    tokens = redeem(deployment, web, code).json

    assert redeem(deployment, web, code, code_verifier=verifier).error == REFUSED

    assert not is_revoked()
    assert deployment.refresh(web, SECRET, tokens["refresh_token"]).status == 200


@pytest.mark.attack("ATK-095")
def test_a_replay_with_another_redirect_uri_ends_nothing(deployment, code, web, is_revoked):
    redeem(deployment, web, code)

    assert redeem(deployment, web, code, redirect_uri="https://app.example/other").error == REFUSED

    assert not is_revoked()


@pytest.mark.attack("ATK-096")
@pytest.mark.clause("RFC6749-4.1.3-1", "RFC6749-10.5-2", "OIDC-3.1.3.2-1")
def test_a_replay_by_a_client_that_cannot_authenticate_ends_nothing(deployment, code, web, is_revoked):
    redeem(deployment, web, code)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}

    assert deployment.token(web, "wrong", **form).error == (401, "invalid_client")
    assert deployment.token(web, None, **form).error == (401, "invalid_client")

    assert not is_revoked()


@pytest.mark.attack("ATK-097")
@pytest.mark.parametrize("wrong", [{"code_verifier": OTHER_VERIFIER}, {"redirect_uri": CALLBACK + "x"}])
def test_a_wrong_attempt_consumes_nothing(deployment, code, web, wrong):
    assert redeem(deployment, web, code, **wrong).error == REFUSED
    assert deployment.grant()["status"]["S"] == "pending"

    assert redeem(deployment, web, code).status == 200


@pytest.mark.attack("ATK-098")
@pytest.mark.clause("RFC6749-4.1.3-3", "RFC6749-5.2-1", "RFC6749-10.5-2", "OIDC-3.1.3.2-2")
@pytest.mark.advisory("CVE-2026-16089", "CVE-2026-55672")
def test_a_code_is_of_no_use_to_another_client(deployment, code, web, other, wire):
    """RFC 6749 §5.2"""
    wire.clear()
    assert redeem(deployment, other, code).error == REFUSED
    assert not [name for name in wire.names if name.endswith("grants")]

    assert redeem(deployment, web, code).status == 200
    assert redeem(deployment, other, code).error == REFUSED
    assert deployment.grant()["status"]["S"] == "active"


@pytest.mark.attack("ATK-099")
@pytest.mark.advisory("CVE-2026-16089")
def test_two_codes_cannot_be_put_together_to_another(deployment, visitor, web):
    """The tag covers key id, grant secret, generation and client."""
    first, second = (base64.urlsafe_b64decode(visitor.code(web).removeprefix("gc1_")) for _ in range(2))
    grant_secret = slice(4, 20)
    swapped = first[:4] + second[grant_secret] + first[20:]

    answer = redeem(deployment, web, "gc1_" + base64.urlsafe_b64encode(swapped).decode())

    assert answer.error == REFUSED
    for item in deployment.items("grants"):
        assert item.get("status", {"S": "pending"}) == {"S": "pending"}


@pytest.mark.attack("ATK-101")
@pytest.mark.clause("RFC6749-4.1.3-5", "RFC6749-10.6-1", "OIDC-3.1.3.2-4")
@pytest.mark.parametrize("uri", ["https://app.example/other", CALLBACK + "/", CALLBACK + "?", "https://evil.example/"])
def test_another_redirect_uri_than_the_requests_is_refused(deployment, code, web, uri):
    """RFC 6749 §4.1.3"""
    assert redeem(deployment, web, code, redirect_uri=uri).error == REFUSED


@pytest.mark.attack("ATK-101")
@pytest.mark.clause("RFC6749-4.1.3-5", "RFC6749-10.6-1")
def test_without_pkce_the_redirect_uri_must_be_repeated(deployment, visitor, web):
    """Something must bind the code to its request. RFC 6749 §4.1.3"""
    client = deployment.put_client(replace(web, require_pkce=False))
    code = visitor.code(client, code_challenge=None, code_challenge_method=None)

    assert redeem(deployment, client, code, code_verifier=None, redirect_uri=None).error == REFUSED
    assert redeem(deployment, client, code, code_verifier=None, redirect_uri=CALLBACK + "x").error == REFUSED

    assert redeem(deployment, client, code, code_verifier=None).status == 200


@pytest.mark.attack("ATK-109")
def test_with_pkce_the_redirect_uri_need_not_be_repeated(deployment, code, web):
    """OAuth 2.1 §10.2"""
    assert redeem(deployment, web, code, redirect_uri=None).status == 200


@pytest.mark.attack("ATK-102")
@pytest.mark.clause("RFC6749-4.1.3-4")
@pytest.mark.parametrize("position", [0, 3, *range(4, 100, 7), 98, 99])
def test_a_code_with_one_character_changed_is_refused_without_a_look_at_the_table(
    deployment, code, web, wire, position
):
    changed = "A" if code[position] != "A" else "B"
    wire.clear()

    assert redeem(deployment, web, code[:position] + changed + code[position + 1 :]).error == REFUSED

    assert not {call.target for call in wire.calls} & {"grants", "feed"}


@pytest.mark.attack("ATK-102")
@pytest.mark.clause("RFC6749-4.1.3-4", "OIDC-3.1.3.2-3")
@pytest.mark.parametrize(
    "text", ["x", "gc1_", "gc1_" + "A" * 96, "gr1_" + "A" * 96, "é", "\N{SNOWMAN}", "A" * 20_000, "a.b.c", " "]
)
def test_text_that_is_no_code_is_refused_without_a_look_at_the_table(deployment, web, wire, text):
    assert redeem(deployment, web, text).error == REFUSED

    assert not {call.target for call in wire.calls} & {"grants", "feed"}


@pytest.mark.clause("RFC6749-4.1.3-6")
def test_a_code_must_be_there(deployment, web):
    assert redeem(deployment, web, "").error == (400, "invalid_request")


@pytest.mark.attack("ATK-181")
def test_a_code_is_no_refresh_token_and_a_refresh_token_is_no_code(deployment, code, web):
    assert deployment.refresh(web, SECRET, code).error == REFUSED
    refresh_token = redeem(deployment, web, code).json["refresh_token"]
    assert redeem(deployment, web, refresh_token).error == REFUSED
    assert redeem(deployment, web, "gc1_" + refresh_token.removeprefix("gr1_")).error == REFUSED

    assert deployment.refresh(web, SECRET, refresh_token).status == 200


@pytest.mark.attack("ATK-255")
@pytest.mark.clause("RFC6749-4.1.2-2", "RFC6749-10.5-1")
def test_a_code_lives_for_less_than_a_minute(deployment, visitor, web, clock):
    """RFC 6749 §4.1.2 asks for ten at most."""
    codes = [visitor.code(web) for _ in range(2)]
    clock.advance(59)
    assert redeem(deployment, web, codes[0]).status == 200
    clock.advance(1)

    assert redeem(deployment, web, codes[1]).error == REFUSED
    assert deployment.events() == []


@pytest.mark.attack("ATK-103")
@pytest.mark.clause("RFC6749-4.1.2-3")
def test_of_many_redemptions_one_succeeds_and_the_grant_ends(deployment, code, web, is_revoked):
    """Each in a container of its own."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answers = [deployment.token(web, SECRET, container=f"token-{number}", **form) for number in range(20)]

    assert sorted(answer.status for answer in answers) == [200] + [400] * 19
    assert {answer.json.get("error") for answer in answers} == {None, "invalid_grant"}
    assert is_revoked()


@pytest.mark.attack("ATK-105")
@pytest.mark.advisory("GHSA-wv3h-x6c4-r867")
@pytest.mark.parametrize("enabled", [False, None])
def test_the_code_of_a_user_who_was_disabled_gives_nothing(deployment, code, web, alice, is_revoked, enabled):
    if enabled is None:
        deployment.dynamodb.delete_item(TableName="directory", Key={"pk": {"S": "USER#u_alice"}, "sk": {"S": "USER"}})
    else:
        deployment.put_user(replace(alice, enabled=enabled))

    assert redeem(deployment, web, code).error == REFUSED

    assert is_revoked()
    deployment.put_user(alice)
    assert redeem(deployment, web, code).error == REFUSED


@pytest.mark.attack("ATK-107")
def test_the_code_of_a_session_that_ended_gives_nothing(deployment, visitor, web, capsys):
    """And that is no replay: no alarm."""
    code = visitor.code(web)
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")
    capsys.readouterr()

    assert redeem(deployment, web, code).error == REFUSED

    assert '"ReuseDetected"' not in capsys.readouterr().out


def test_what_user_client_and_api_allow_is_looked_at_when_the_code_is_redeemed(deployment, code, web):
    deployment.put_client(replace(web, scope=("openid",)))

    assert redeem(deployment, web, code).json["scope"] == "openid"


def test_roles_that_were_taken_away_meanwhile_are_not_in_the_token(deployment, code, web, alice):
    deployment.put_user(replace(alice, roles=()))

    answer = redeem(deployment, web, code)

    assert answer.json["scope"] == "openid"
    assert claims_of(answer.json["access_token"]).get("roles", []) == []


def test_a_client_that_lost_the_grant_type_is_unauthorized_and_consumes_nothing(deployment, code, web):
    """RFC 6749 §5.2"""
    deployment.put_client(replace(web, grant_types=("refresh_token",)))
    assert redeem(deployment, web, code).error == (400, "unauthorized_client")
    deployment.put_client(web)

    assert redeem(deployment, web, code).status == 200


def test_the_scope_of_a_token_request_is_ignored(deployment, code, web):
    """It was settled with the user. RFC 6749 §4.1.3"""
    assert redeem(deployment, web, code, scope="orders:write").json["scope"] == "openid orders:read"


@pytest.mark.attack("ATK-111")
def test_a_write_whose_answer_was_lost_is_known_again(deployment, code, web, wire):
    """The SDK repeats it and meets its own write: no replay."""
    wire.clear()
    wire.fail(answer_lost, to("UpdateItem grants"), times=1)

    answer = redeem(deployment, web, code)

    assert answer.status == 200
    assert deployment.grant()["status"]["S"] == "active"
    assert deployment.refresh(web, SECRET, answer.json["refresh_token"]).status == 200


@pytest.mark.attack("ATK-110")
def test_a_code_that_comes_again_after_the_container_died_ends_the_grant(deployment, code, web, wire, is_revoked):
    """The tokens of the first may be in other hands: the client begins anew. OAuth 2.1 §4.1.3"""
    wire.fail(killed_after, to("UpdateItem grants"), times=1)
    with pytest.raises(Killed):
        redeem(deployment, web, code)
    wire.clear()

    assert redeem(deployment, web, code).error == REFUSED

    assert is_revoked()


@pytest.mark.attack("ATK-395")
@pytest.mark.parametrize("fault", [throttled, unreachable], ids=["throttled", "unreachable"])
def test_an_outage_before_the_write_consumes_nothing(deployment, code, web, wire, fault):
    wire.clear()
    wire.fail(fault, at(0))
    answer = redeem(deployment, web, code)
    assert answer.error == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "2"
    assert deployment.grant()["status"]["S"] == "pending"
    wire.clear()

    assert redeem(deployment, web, code).status == 200


@pytest.mark.attack("ATK-395")
def test_keys_that_cannot_be_read_consume_nothing(deployment, code, web, wire):
    deployment.restart()
    wire.fail(throttled, to("signing_secret"))
    assert redeem(deployment, web, code).error == (503, "temporarily_unavailable")
    assert deployment.grant()["status"]["S"] == "pending"
    wire.clear()

    assert redeem(deployment, web, code).status == 200


@pytest.mark.attack("ATK-396")
def test_a_replay_that_cannot_be_announced_is_announced_by_the_next_one(deployment, code, web, wire, is_revoked):
    redeem(deployment, web, code)
    wire.fail(throttled, to("feed"))
    assert redeem(deployment, web, code).status == 503
    assert not is_revoked()
    wire.clear()

    assert redeem(deployment, web, code).error == REFUSED
    assert is_revoked()


@pytest.mark.attack("ATK-365")
def test_neither_code_nor_its_secret_is_stored_or_logged(deployment, code, web, log):
    redeem(deployment, web, code)
    redeem(deployment, web, code)
    body = base64.urlsafe_b64decode(code.removeprefix("gc1_"))
    secret = body[4:20]
    everything = f"{[deployment.items(name) for name in ('grants', 'feed', 'limits', 'credentials')]}{log.text}"

    for form in (code, secret.hex(), base64.urlsafe_b64encode(secret).decode().rstrip("="), repr(secret)):
        assert form not in everything


@pytest.mark.attack("ATK-385")
def test_every_refusal_of_a_code_reads_alike(deployment, visitor, web, other, clock):
    used, expired, foreign = (visitor.code(web) for _ in range(3))
    redeem(deployment, web, used)
    said = [redeem(deployment, web, used), redeem(deployment, other, foreign), redeem(deployment, web, "gc1_x")]
    said.append(redeem(deployment, web, foreign, code_verifier=OTHER_VERIFIER))
    clock.advance(60)
    said.append(redeem(deployment, web, expired))

    assert len({(answer.status, answer.body) for answer in said}) == 1


@pytest.mark.attack("ATK-096")
def test_credentials_in_header_and_body_are_refused_and_consume_nothing(deployment, code, web):
    headers = basic(web.client_id, SECRET)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}

    answer = deployment.request("/oauth2/token", form={**form, "client_secret": SECRET}, headers=headers)

    assert answer.error[1] in {"invalid_request", "invalid_client"}
    assert redeem(deployment, web, code).status == 200
