"""What a client gets wrong has no effect on its grant. RFC 6749 §6, §5.2"""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

DAY = 86_400


@pytest.fixture
def refresh(deployment, legacy, secret):
    return lambda token, **form: deployment.refresh(legacy, secret, token, **form)


@pytest.fixture
def first(tokens) -> str:
    token: str = tokens["refresh_token"]
    return token


@pytest.fixture
def unmoved(deployment, first):  # noqa: ARG001 - it must be there
    """Tell whether the grant is as it was."""
    before = deployment.grant()
    return lambda: deployment.grant() == before and deployment.events() == []


def flipped(token: str, byte: int) -> str:
    """Return a handle with one bit of the byte changed."""
    data = bytearray(base64.urlsafe_b64decode(token[4:] + "=" * (-len(token[4:]) % 4)))
    data[byte] ^= 1
    return token[:4] + base64.urlsafe_b64encode(bytes(data)).rstrip(b"=").decode()


@pytest.mark.attack("ATK-175")
@pytest.mark.clause("RFC6749-6-3", "RFC6749-10.4-5", "OIDC-12.1-1")
@pytest.mark.parametrize("byte", [0, 3, 4, 19, 20, 23, 24, 39, 40, 71])
def test_a_forged_refresh_token_is_refused_without_a_call(refresh, first, unmoved, wire, byte):
    """Key id, grant secret, generation, client and tag: each is covered by the tag.

    An unknown key id may be one of an emergency elsewhere: the secret, not the table, is read once more.
    """
    refresh("warm")
    wire.clear()

    for _ in range(3):
        assert refresh(flipped(first, byte)).error == (400, "invalid_grant")

    assert wire.names == (["GetSecretValue grant_secret"] if byte < 4 else [])
    assert unmoved()


@pytest.mark.attack("ATK-175")
@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: token[4:],
        lambda token: "gc1_" + token[4:],
        lambda token: "gr2_" + token[4:],
        lambda token: token.upper(),
        lambda token: " " + token,
        lambda token: token + "\n",
        lambda token: token + token,
        lambda _token: "gr1_",
        lambda _token: "\N{SNOWMAN}",
        lambda _token: "gr1_" + "\N{FULLWIDTH DIGIT ONE}" * 96,
        lambda _token: "x" * 60_000,
    ],
)
def test_a_malformed_refresh_token_is_refused_without_a_call(refresh, first, unmoved, wire, change):
    refresh("warm")
    wire.clear()

    assert refresh(change(first)).error == (400, "invalid_grant")

    assert wire.calls == []
    assert unmoved()


def test_a_handle_has_one_spelling(refresh, first, unmoved):
    """The last character carries bits that mean nothing; none but zeros are taken. RFC 4648 §3.5"""
    last = first[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [first[:-1] + letter for letter in alphabet if letter != last]

    assert {refresh(spelling).error for spelling in spellings} == {(400, "invalid_grant")}
    assert unmoved()


@pytest.mark.attack("ATK-181")
def test_an_access_token_is_no_refresh_token(refresh, tokens):
    assert refresh(tokens["access_token"]).error == (400, "invalid_grant")


@pytest.mark.clause("RFC6749-6-6")
def test_a_refresh_token_must_be_there(refresh, first, unmoved):  # noqa: ARG001 - it must be there
    answer = refresh("")

    assert answer.error == (400, "invalid_request")
    assert "refresh_token" in answer.json["error_description"]
    assert unmoved()


@pytest.mark.attack("ATK-168")
@pytest.mark.attack("ATK-179")
@pytest.mark.clause("RFC6749-6-2", "RFC6749-10.4-4", "OIDC-12.1-1")
@pytest.mark.advisory("CVE-2026-55672")
def test_another_clients_attempt_has_no_effect(deployment, legacy, secret, refresh, first, unmoved, wire, log):
    """Not even a call: the tag binds the token to its client. It is seen in the log."""
    other = deployment.put_client(replace(legacy, client_id="c_other"))
    deployment.refresh(other, secret, "warm")
    wire.clear()
    log.clear()

    assert deployment.refresh(other, secret, first).error == (400, "invalid_grant")

    assert wire.calls == []
    assert unmoved()
    (line,) = log.lines
    assert line["client_id"] == "c_other"
    assert deployment.grant()["gid"]["S"] in line["detail"]
    assert refresh(first).status == 200


@pytest.mark.attack("ATK-168")
def test_another_clients_attempt_after_a_rotation_does_not_count_as_reuse(
    deployment, legacy, secret, refresh, first, clock
):
    other = deployment.put_client(replace(legacy, client_id="c_other"))
    second = refresh(first).json["refresh_token"]
    clock.advance(100)

    assert deployment.refresh(other, secret, first).error == (400, "invalid_grant")

    assert refresh(second).status == 200


@pytest.mark.attack("ATK-169")
@pytest.mark.attack("ATK-179")
@pytest.mark.clause("RFC6749-6-1")
def test_a_client_that_does_not_authenticate_moves_nothing(deployment, legacy, first, unmoved):
    assert deployment.refresh(legacy, "wrong", first).error == (401, "invalid_client")
    assert deployment.refresh(legacy, None, first).error == (401, "invalid_client")
    form = {"grant_type": "refresh_token", "refresh_token": first}
    assert deployment.request("/oauth2/token", form=form).error == (401, "invalid_client")

    assert unmoved()


@pytest.mark.attack("ATK-173")
def test_a_client_that_may_no_longer_refresh_is_unauthorized(deployment, legacy, refresh, first, unmoved):
    deployment.put_client(replace(legacy, grant_types=("password",)))

    assert refresh(first).error == (400, "unauthorized_client")
    assert unmoved()


@pytest.mark.attack("ATK-174")
@pytest.mark.attack("ATK-397")
@pytest.mark.clause("RFC6749-6-3")
def test_an_idle_refresh_token_expires_though_its_item_is_still_there(refresh, first, unmoved, clock):
    """The TTL of the table only cleans up."""
    clock.advance(14 * DAY)

    assert refresh(first).error == (400, "invalid_grant")
    assert unmoved()


def test_a_refresh_token_is_good_until_its_last_second(refresh, first, clock):
    clock.advance(14 * DAY - 1)

    assert refresh(first).status == 200


@pytest.mark.attack("ATK-174")
@pytest.mark.attack("ATK-397")
def test_a_grant_ends_at_its_absolute_expiry_however_often_it_is_used(deployment, refresh, first, clock):
    token = first
    for _ in range(9):
        clock.advance(10 * DAY - (1 if _ == 8 else 0))
        answer = refresh(token)
        assert answer.status == 200
        token = answer.json["refresh_token"]

    clock.advance(1)

    assert refresh(token).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "active"}


@pytest.mark.attack("ATK-174")
def test_an_old_token_of_an_expired_grant_is_not_taken_for_reuse(deployment, refresh, first, clock):
    """Status and expiry are compared before the generation."""
    refresh(first)
    clock.advance(14 * DAY)

    assert refresh(first).error == (400, "invalid_grant")
    assert deployment.grant()["status"] == {"S": "active"}


@pytest.mark.attack("ATK-176")
@pytest.mark.attack("ATK-411")
def test_a_grant_from_a_backup_is_not_revoked_and_an_alarm_is_raised(deployment, refresh, first, capsys, clock):
    """The item is behind its token: the owner did nothing wrong, and no generation may be given twice."""
    backup = deployment.grant()
    second = refresh(first).json["refresh_token"]
    third = refresh(second).json["refresh_token"]
    deployment.dynamodb.put_item(TableName="grants", Item=backup)
    clock.advance(100)
    capsys.readouterr()

    assert refresh(third).error == (400, "invalid_grant")

    assert deployment.grant() == backup
    assert deployment.events() == []
    assert '"RestoredBackup"' in capsys.readouterr().out


def test_a_refresh_token_whose_grant_is_gone_is_refused(deployment, refresh, first):
    grant = deployment.grant()
    deployment.dynamodb.delete_item(TableName="grants", Key={"pk": grant["pk"], "sk": grant["sk"]})

    assert refresh(first).error == (400, "invalid_grant")
    assert refresh(first, scope="orders:read").error == (400, "invalid_grant")


@pytest.mark.attack("ATK-385")
def test_all_refusals_are_one_answer(deployment, legacy, secret, refresh, first, clock):
    """Unknown, forged, used, expired, revoked, another client's: nobody learns which."""
    other = deployment.put_client(replace(legacy, client_id="c_other"))
    answers = [refresh("gr1_x"), refresh(flipped(first, 30)), deployment.refresh(other, secret, first)]
    refresh(first)
    clock.advance(100)
    answers += [refresh(first), refresh(first)]
    clock.advance(90 * DAY)
    answers.append(refresh(first))

    assert len({(answer.status, answer.body, str(answer.headers)) for answer in answers}) == 1
    assert answers[0].error == (400, "invalid_grant")
