"""Rotations and emergencies that an operator asks for, and what each function notices of them."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from gatelet.oauth.key_rotation import UnknownKey
from tests.integration.aws_wire import Killed, answer_lost, killed_after, killed_before, throttled
from tests.integration.tokens import header_of

ROTATE = {"action": "rotate", "secret": "signing"}
EMERGENCY = {**ROTATE, "emergency": True}
REVOKE = {"action": "revoke_compromised", "secret": "signing"}


@pytest.fixture
def fresh(deployment, service, secret):
    """Return a new access token, of one container or another."""
    return lambda container=None: deployment.token(
        service, secret, grant_type="client_credentials", container=container
    ).json["access_token"]


def ring(deployment) -> Any:
    value: Any = deployment.secret_document("signing_secret")["rings"]["ES256"]
    return value


def published(deployment) -> set[str]:
    document = deployment.request("/.well-known/jwks.json", method="GET", container="metadata-fresh")
    deployment._containers.pop("metadata-fresh")
    return {key["kid"] for key in document.json["keys"]}


def test_a_rotation_says_what_it_did(deployment, clock):
    before = ring(deployment)
    clock.advance(100)

    answer = deployment.rotate_keys(ROTATE)

    after = ring(deployment)
    assert answer == {
        "rotated": True,
        "secret": "signing",
        "version": 2,
        "kids": {
            "ES256": {
                "current": before["next"]["kid"],
                "next": after["next"]["kid"],
                "retired": [before["current"]["kid"]],
            }
        },
    }


def test_a_next_key_that_is_too_young_is_refused_with_the_time_left(deployment, clock):
    clock.advance(25)
    before = deployment.secret_document("signing_secret")

    answer = deployment.rotate_keys(ROTATE)

    assert answer == {
        "rotated": False, "secret": "signing", "reason": "next_key_too_young", "retry_after": 35, "version": 1,
    }  # fmt: skip
    assert deployment.secret_document("signing_secret") == before


def test_a_rotation_under_way_elsewhere_is_not_disturbed(deployment, clock):
    """Between our createSecret and setSecret another rotation is carried out whole."""
    clock.advance(100)
    other = deployment.server("rotate_keys_elsewhere")

    def another_first(send):
        from gatelet.handlers.key_rotation import KeyRotation  # noqa: PLC0415

        assert KeyRotation(other, lambda _event: None).act(ROTATE)["rotated"]
        return send()

    deployment.wire.fail(another_first, lambda call: call.name == "PutItem keys", times=1)
    answer = deployment.rotate_keys(ROTATE)

    assert (answer["rotated"], answer["reason"]) == (False, "rotation_in_progress")
    assert answer["version"] == 2
    assert answer["retry_after"] > 0
    assert ring(deployment)["current"]["kid"] in published(deployment)
    stages = deployment.secretsmanager.describe_secret(SecretId=deployment.settings.signing_secret)
    assert "AWSPENDING" not in str(stages["VersionIdsToStages"])


@pytest.mark.parametrize("secret_name", ["signing", "grant"])
@pytest.mark.parametrize("position", range(16))
def test_a_rotation_that_died_is_finished_by_the_next(deployment, clock, secret_name, position):
    """Wherever it died: no key signs that is not published, none is lost, and nothing hangs."""
    clock.advance(100)
    (before,) = deployment.secret_document(f"{secret_name}_secret")["rings"].values()
    event = {"action": "rotate", "secret": secret_name}
    deployment.wire.clear()
    deployment.wire.fail(killed_after, lambda call: call.position == position)
    with contextlib.suppress(Killed):
        deployment.rotate_keys(event)
    deployment.wire.clear()
    assert ring(deployment)["current"]["kid"] in published(deployment)
    deployment.restart()

    answer = deployment.rotate_keys(event)

    (after,) = deployment.secret_document(f"{secret_name}_secret")["rings"].values()
    assert answer["rotated"] or answer["reason"] == "next_key_too_young"
    assert after["current"]["kid"] == before["next"]["kid"]
    assert [key["kid"] for key in after["retired"]] == [before["current"]["kid"]]
    if secret_name == "signing":
        assert published(deployment) == {after["current"]["kid"], after["next"]["kid"], before["current"]["kid"]}
    clock.advance(100)
    assert deployment.rotate_keys(event)["rotated"]


@pytest.mark.parametrize("position", range(14))
def test_a_lost_answer_does_not_stop_a_rotation(deployment, clock, position):
    """The SDK asks again; every step takes it for the same one."""
    clock.advance(100)
    before = ring(deployment)
    deployment.wire.clear()
    deployment.wire.fail(answer_lost, lambda call: call.position == position, times=1)

    assert deployment.rotate_keys(ROTATE)["rotated"]

    after = ring(deployment)
    assert after["current"]["kid"] == before["next"]["kid"]
    assert {after["current"]["kid"], after["next"]["kid"]} < published(deployment)


def test_a_rotation_that_fails_is_told(deployment, clock, log):
    clock.advance(100)
    deployment.wire.fail(throttled, lambda call: call.operation == "PutSecretValue")

    with pytest.raises(Exception, match="ThrottlingException"):
        deployment.rotate_keys(ROTATE)

    assert log.lines[-1]["status"] == 500


def test_signers_use_the_new_key_after_60_s(deployment, fresh, clock):
    """A container remembers the secret for that long."""
    old = header_of(fresh())["kid"]
    clock.advance(100)
    assert header_of(fresh())["kid"] == old
    new = deployment.rotate_keys(ROTATE)["kids"]["ES256"]["current"]

    clock.advance(59)
    assert header_of(fresh())["kid"] == old
    clock.advance(1)
    assert header_of(fresh())["kid"] == new


def test_a_container_that_signs_with_the_old_key_is_still_believed(deployment, fresh, clock):
    clock.advance(100)
    fresh("old")
    deployment.rotate_keys(ROTATE)

    tokens = [fresh("old"), fresh("new")]

    assert header_of(tokens[0])["kid"] != header_of(tokens[1])["kid"]
    assert all(deployment.authorize(token) for token in tokens)
    assert all(deployment.authorize(token, container="authorizer-new") for token in tokens)


def test_status_tells_ids_and_ages_and_no_key(deployment, clock):
    start = int(clock())
    clock.advance(100)
    deployment.rotate_keys(ROTATE)

    status = deployment.rotate_keys({"action": "status"})

    signing = status["signing"]
    assert signing["version"] == 2
    assert signing["kids"]["ES256"]["current"] == {"kid": ring(deployment)["current"]["kid"], "created_at": start}
    assert signing["kids"]["ES256"]["next"]["created_at"] == start + 100
    (retired,) = signing["kids"]["ES256"]["retired"]
    assert retired["retired_at"] == start + 100
    assert list(status["grant"]["kids"]) == ["HMAC"]
    _holds_no_key(deployment, json.dumps(status))


def test_no_answer_and_no_log_line_holds_a_key(deployment, clock, log):
    for event in (ROTATE, EMERGENCY, REVOKE, {**ROTATE, "secret": "grant"}, {**EMERGENCY, "secret": "grant"}):
        clock.advance(100)
        answer = deployment.rotate_keys(event)
        _holds_no_key(deployment, json.dumps(answer) + log.text)


def _holds_no_key(deployment, text: str) -> None:
    for name in ("signing_secret", "grant_secret"):
        for value in deployment.secret_document(name)["rings"].values():
            for key in (value["current"], value["next"], *value["retired"]):
                assert key["material"].get("d", key["material"].get("k")) not in text


class TestEmergency:
    """The whole secret was read by somebody."""

    @pytest.mark.attack("ATK-341")
    def test_every_key_is_new_at_once_and_published(self, deployment):
        """The least age of a next key does not matter now."""
        before = ring(deployment)

        answer = deployment.rotate_keys(EMERGENCY)

        after = ring(deployment)
        old = {before["current"]["kid"], before["next"]["kid"]}
        assert answer["rotated"]
        assert not {after["current"]["kid"], after["next"]["kid"]} & old
        assert set(answer["compromised"]) == old
        assert answer["revoke_after"] == 60
        assert published(deployment) == {after["current"]["kid"], after["next"]["kid"], *old}
        assert deployment.events() == []

    @pytest.mark.attack("ATK-341")
    def test_then_the_compromised_keys_are_revoked_and_gone(self, deployment, fresh, clock):
        stolen = fresh()
        deployment.authorize(stolen)
        compromised = deployment.rotate_keys(EMERGENCY)["compromised"]
        assert deployment.authorize(stolen)
        clock.advance(60)
        good = fresh()

        answer = deployment.rotate_keys(REVOKE)

        clock.advance(5)
        assert sorted(answer["revoked"]) == sorted(compromised)
        assert deployment.events() == sorted(("kid", kid) for kid in compromised)
        assert not published(deployment) & set(compromised)
        assert not deployment.authorize(stolen)
        assert not deployment.authorize(stolen, container="authorizer-cold")
        assert deployment.authorize(good)
        assert deployment.authorize(good, container="authorizer-cold")

    def test_revoking_again_does_nothing(self, deployment):
        deployment.rotate_keys(EMERGENCY)
        deployment.rotate_keys(REVOKE)
        state = deployment.secret_document("signing_secret"), deployment.items("keys"), deployment.events()

        assert deployment.rotate_keys(REVOKE)["revoked"] == []

        assert (deployment.secret_document("signing_secret"), deployment.items("keys"), deployment.events()) == state

    def test_without_an_emergency_there_is_nothing_to_revoke(self, deployment):
        assert deployment.rotate_keys(REVOKE) == {"revoked": []}
        assert deployment.events() == []

    @pytest.mark.parametrize("position", range(12))
    def test_a_revocation_that_died_is_made_up_for(self, deployment, fresh, position):
        """The events come first: no bad key is forgotten before it is announced."""
        stolen = fresh()
        compromised = set(deployment.rotate_keys(EMERGENCY)["compromised"])
        deployment.wire.clear()
        deployment.wire.fail(killed_before, lambda call: call.position == position)
        with contextlib.suppress(Killed):
            deployment.rotate_keys(REVOKE)
        deployment.wire.clear()
        deployment.restart()

        deployment.rotate_keys(REVOKE)

        assert compromised <= {kid for _, kid in deployment.events()}
        assert not published(deployment) & compromised
        assert not deployment.authorize(stolen)

    def test_an_emergency_after_a_rotation_that_died_replaces_those_keys_too(self, deployment, clock):
        """They lay in the same secret."""
        clock.advance(100)
        deployment.wire.clear()
        deployment.wire.fail(killed_after, lambda call: call.operation == "PutItem")
        with pytest.raises(Killed):
            deployment.rotate_keys(ROTATE)
        deployment.wire.clear()
        known = published(deployment)

        answer = deployment.rotate_keys(EMERGENCY)

        assert set(answer["compromised"]) == known

    def test_a_pending_version_that_was_never_published_does_not_come_back(self, deployment, clock):
        """It may have been read as well."""
        clock.advance(100)
        deployment.wire.clear()
        deployment.wire.fail(killed_after, lambda call: call.operation == "PutSecretValue")
        with pytest.raises(Killed):
            deployment.rotate_keys(ROTATE)
        deployment.wire.clear()
        pending = deployment.secretsmanager.get_secret_value(
            SecretId=deployment.settings.signing_secret, VersionStage="AWSPENDING"
        )
        kid = json.loads(pending["SecretString"])["rings"]["ES256"]["next"]["kid"]

        deployment.rotate_keys(EMERGENCY)
        clock.advance(100)
        deployment.rotate_keys(ROTATE)

        assert kid not in json.dumps(deployment.secret_document("signing_secret"))
        assert kid not in published(deployment)

    def test_one_bad_key_gives_way_to_the_next(self, deployment):
        """Only that one is known: the published next key signs, and no native verifier refuses it."""
        before = ring(deployment)

        answer = deployment.rotate_keys({**EMERGENCY, "kid": before["current"]["kid"]})

        after = ring(deployment)
        assert answer["compromised"] == [before["current"]["kid"]]
        assert after["current"] == before["next"]
        assert deployment.rotate_keys(REVOKE) == {"revoked": [before["current"]["kid"]]}

    def test_a_bad_next_key_never_signs(self, deployment):
        before = ring(deployment)

        deployment.rotate_keys({**EMERGENCY, "kid": before["next"]["kid"]})

        after = ring(deployment)
        assert after["current"] == before["current"]
        assert after["next"]["kid"] != before["next"]["kid"]
        deployment.rotate_keys(REVOKE)
        assert published(deployment) == {after["current"]["kid"], after["next"]["kid"]}

    def test_a_bad_retired_key_is_dropped_alone(self, deployment, fresh, clock):
        stolen = fresh()
        clock.advance(100)
        deployment.rotate_keys(ROTATE)
        before = ring(deployment)

        deployment.rotate_keys({**EMERGENCY, "kid": header_of(stolen)["kid"]})
        assert deployment.rotate_keys(REVOKE)["revoked"] == [header_of(stolen)["kid"]]

        after = ring(deployment)
        assert (after["current"], after["next"]) == (before["current"], before["next"])
        assert not deployment.authorize(stolen)

    def test_an_unknown_key_is_said_to_be_so(self, deployment):
        before = deployment.secret_document("signing_secret")

        with pytest.raises(UnknownKey):
            deployment.rotate_keys({**EMERGENCY, "kid": "unknown"})

        assert deployment.secret_document("signing_secret") == before


def test_an_algorithm_that_was_switched_on_gets_its_keys_with_the_next_rotation(deployment, clock):
    deployment.change_settings(signing_algorithms=("ES256", "EdDSA"))
    clock.advance(100)

    answer = deployment.rotate_keys(ROTATE)

    assert set(answer["kids"]) == {"ES256", "EdDSA"}
    assert {answer["kids"][alg][name] for alg in answer["kids"] for name in ("current", "next")} < published(deployment)


@pytest.mark.parametrize(
    "event", [{"action": "explode"}, {**ROTATE, "secret": "other"}, {**REVOKE, "secret": "keys_table"}]
)
def test_what_is_not_known_is_refused(deployment, event):
    with pytest.raises(ValueError, match="called"):
        deployment.rotate_keys(event)


def test_a_document_of_a_newer_release_can_be_read(deployment, fresh):
    """Two releases run side by side while one replaces the other."""
    document = deployment.secret_document("signing_secret")
    document["new"] = 1
    document["rings"]["ES256"]["new"] = 1
    document["rings"]["ES256"]["current"]["new"] = 1
    deployment.put_secret("signing_secret", json.dumps(document))
    deployment.restart()

    assert deployment.authorize(fresh())


def test_a_shorter_wait_is_a_setting(deployment, clock):
    deployment.settings = deployment.settings._replace(next_key_age=2)
    deployment.restart()
    clock.advance(2)

    assert deployment.rotate_keys(ROTATE)["rotated"]
