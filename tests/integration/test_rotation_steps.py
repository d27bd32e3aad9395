"""The four steps of Secrets Manager, in every order and however often. AWS Secrets Manager user guide, rotation"""

from __future__ import annotations

import contextlib
import itertools
import json
import uuid
from typing import Any

import pytest

from gatelet.aws.secret_rotation import RotationInProgress
from gatelet.oauth.key_rotation import NextKeyTooYoung

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Rotation:
    """One rotation as Secrets Manager drives it."""

    def __init__(self, stack, secret: str = "signing_secret") -> None:
        self.stack = stack
        self.arn: str = getattr(stack.settings, secret)
        self.token = str(uuid.uuid4())

    def step(self, name: str) -> None:
        event = {"Step": name, "SecretId": self.arn, "ClientRequestToken": self.token}
        self.stack.rotate_keys(event)

    def run(self) -> None:
        for name in STEPS:
            self.step(name)

    def stages(self, token: str | None = None) -> list[str]:
        answer = self.stack.secretsmanager.describe_secret(SecretId=self.arn)
        stages: list[str] = answer["VersionIdsToStages"].get(token or self.token, [])
        return stages

    def versions(self) -> int:
        return len(
            self.stack.secretsmanager.list_secret_version_ids(SecretId=self.arn, IncludeDeprecated=True)["Versions"]
        )


@pytest.fixture(params=["signing_secret", "grant_secret"])
def secret_name(request) -> str:
    """Return the name of either secret: both rotate alike."""
    name: str = request.param
    return name


@pytest.fixture
def rotation(deployment, clock, secret_name) -> Rotation:
    """Return a rotation that is due."""
    clock.advance(100)
    return Rotation(deployment, secret_name)


def ring(deployment, name: str) -> Any:
    (value,) = deployment.secret_document(name)["rings"].values()
    return value


def published(deployment) -> set[str]:
    (item,) = [item for item in deployment.items("keys") if item["sk"]["S"] == "signing"]
    return {key["kid"] for key in json.loads(item["jwks"]["S"])}


def test_next_becomes_current_and_current_retires(deployment, rotation, secret_name, clock):
    before = ring(deployment, secret_name)

    rotation.run()

    after = ring(deployment, secret_name)
    assert after["current"] == before["next"]
    assert [key["kid"] for key in after["retired"]] == [before["current"]["kid"]]
    assert after["retired"][0]["retired_at"] == int(clock())
    assert after["next"]["kid"] not in {before["next"]["kid"], before["current"]["kid"]}
    assert rotation.stages() == ["AWSCURRENT"]


def test_until_the_last_step_nothing_signs_with_other_keys(deployment, rotation, secret_name):
    before = deployment.secret_document(secret_name)
    for name in STEPS[:-1]:
        rotation.step(name)
        assert deployment.secret_document(secret_name) == before


@pytest.mark.attack("ATK-338")
def test_a_new_key_is_published_before_it_is_in_use(deployment, clock):
    clock.advance(100)
    rotation = Rotation(deployment)
    before = published(deployment)
    rotation.step("createSecret")
    assert published(deployment) == before

    rotation.step("setSecret")

    assert published(deployment) > before
    assert ring(deployment, "signing_secret")["current"]["kid"] in published(deployment)


@pytest.mark.attack("ATK-345")
@pytest.mark.parametrize("times", [2, 3])
def test_every_step_may_be_repeated(deployment, rotation, secret_name, times):
    """No second key is generated, nothing is promoted twice."""
    for name in STEPS:
        rotation.step(name)
        state = deployment.secret_document(secret_name), deployment.items("keys"), rotation.versions()
        for _ in range(times - 1):
            rotation.step(name)
        assert (deployment.secret_document(secret_name), deployment.items("keys"), rotation.versions()) == state
    assert rotation.stages() == ["AWSCURRENT"]


@pytest.mark.attack("ATK-345")
def test_every_step_may_be_repeated_when_all_is_done(deployment, rotation, secret_name):
    rotation.run()
    state = deployment.secret_document(secret_name), deployment.items("keys")

    for name in STEPS:
        rotation.step(name)

    assert (deployment.secret_document(secret_name), deployment.items("keys")) == state


@pytest.mark.attack("ATK-345")
@pytest.mark.parametrize("order", [order for order in itertools.permutations(STEPS) if order != STEPS], ids="-".join)
def test_out_of_order_a_step_is_refused_or_harmless_and_the_right_order_still_works(
    deployment, rotation, secret_name, order
):
    before = ring(deployment, secret_name)
    for name in order:
        with contextlib.suppress(ValueError, RotationInProgress):
            rotation.step(name)
        if rotation.stages() == ["AWSCURRENT"]:
            assert ring(deployment, secret_name)["current"]["kid"] == before["next"]["kid"]

    rotation.run()

    after = ring(deployment, secret_name)
    assert after["current"]["kid"] == before["next"]["kid"]
    assert len(after["retired"]) == 1
    if secret_name == "signing_secret":
        assert published(deployment) == {after["current"]["kid"], after["next"]["kid"], before["current"]["kid"]}


def test_finish_without_the_others_is_refused(deployment, rotation, secret_name):
    before = deployment.secret_document(secret_name)

    with pytest.raises(RotationInProgress):
        rotation.step("finishSecret")
    rotation.step("createSecret")
    with pytest.raises(RotationInProgress):
        rotation.step("finishSecret")

    assert deployment.secret_document(secret_name) == before


@pytest.mark.attack("ATK-345")
def test_two_rotations_in_a_row_are_two(deployment, rotation, secret_name, clock):
    first = ring(deployment, secret_name)
    rotation.run()
    clock.advance(100)

    Rotation(deployment, secret_name).run()

    after = ring(deployment, secret_name)
    assert [key["kid"] for key in after["retired"]] == [first["next"]["kid"], first["current"]["kid"]]


def test_a_next_key_that_is_too_young_must_not_sign(deployment, secret_name, clock):
    """Verifiers may not have seen it yet."""
    clock.advance(59)
    before = deployment.secret_document(secret_name), deployment.items("keys")

    with pytest.raises(NextKeyTooYoung, match="1 s"):
        Rotation(deployment, secret_name).step("createSecret")

    assert (deployment.secret_document(secret_name), deployment.items("keys")) == before


@pytest.mark.attack("ATK-347")
@pytest.mark.parametrize(
    "interleaving", [(0, *order) for order in itertools.product((0, 1), repeat=7) if sum(order) == 4]
)
def test_of_two_rotations_at_once_one_loses(deployment, clock, interleaving):
    """In whichever way their steps fall between each other."""
    clock.advance(100)
    before = ring(deployment, "signing_secret")
    both = [Rotation(deployment), Rotation(deployment)]
    steps = [iter(STEPS), iter(STEPS)]
    failed = [False, False]
    for which in interleaving:
        name = next(steps[which])
        try:
            if not failed[which]:
                both[which].step(name)
        except (RotationInProgress, ValueError, NextKeyTooYoung):
            failed[which] = True

    after = ring(deployment, "signing_secret")
    winners = [rotation for rotation, lost in zip(both, failed, strict=True) if not lost]
    assert len(winners) <= 1
    assert [rotation for rotation in both if "AWSCURRENT" in rotation.stages()] == winners
    if winners:
        assert after["current"]["kid"] == before["next"]["kid"]
        assert published(deployment) == {after["current"]["kid"], after["next"]["kid"], before["current"]["kid"]}
    assert {after["current"]["kid"], after["next"]["kid"]} <= published(deployment)
    clock.advance(100)
    assert deployment.rotate_keys({"action": "rotate", "secret": "signing"})["rotated"]


@pytest.mark.attack("ATK-348")
@pytest.mark.parametrize("damage", ["d", "kid"])
def test_a_key_that_does_not_verify_its_own_signature_is_found_in_time(deployment, clock, damage):
    clock.advance(100)
    rotation = Rotation(deployment)
    before = deployment.secret_document("signing_secret")
    rotation.step("createSecret")
    _damage(deployment, rotation, damage)

    with pytest.raises(ValueError, match=r".") as raised:
        rotation.step("testSecret")

    assert deployment.secret_document("signing_secret") == before
    document = json.dumps(before)
    assert not any(word in document for word in str(raised.value).split() if len(word) > 42 and word not in document)


def _damage(deployment, rotation: Rotation, what: str) -> None:
    """Write another document over the pending one, as a broken disk or a tester with too many rights would."""
    answer = deployment.secretsmanager.get_secret_value(SecretId=rotation.arn, VersionId=rotation.token)
    document = json.loads(answer["SecretString"])
    bad = document["rings"]["ES256"]["next"]
    if what == "d":
        bad["material"]["d"] = document["rings"]["ES256"]["current"]["material"]["d"]
    else:
        bad["kid"] = "x" * 43
    _overwrite(deployment, rotation, json.dumps(document))


def _overwrite(deployment, rotation: Rotation, text: str) -> None:
    from moto.backends import get_backend  # noqa: PLC0415 - no call of AWS changes a version

    backend = get_backend("secretsmanager")["123456789012"]["us-east-1"]
    assert deployment.settings.signing_secret
    backend.secrets[rotation.arn].versions[rotation.token]["secret_string"] = text


@pytest.mark.parametrize(
    "text", ['{"version":0,"placeholder":"x"}', "COPY", "not json", '{"a":1}', "[]", '{"version":7,"rings":{}}']
)
@pytest.mark.parametrize("secret_name", ["signing_secret", "grant_secret"])
def test_a_version_that_create_did_not_make_is_left_alone(deployment, secret_name, text):
    """Secrets Manager tries testSecret when a schedule is set up, on a version of its own."""
    before = deployment.secret_document(secret_name), deployment.items("keys")
    rotation = Rotation(deployment, secret_name)
    foreign = json.dumps(before[0]) if text == "COPY" else text
    deployment.secretsmanager.put_secret_value(
        SecretId=rotation.arn, ClientRequestToken=rotation.token, SecretString=foreign, VersionStages=["AWSPENDING"]
    )

    rotation.step("testSecret")

    assert (deployment.secret_document(secret_name), deployment.items("keys")) == before
    assert rotation.stages() == ["AWSPENDING"]


def test_a_version_that_is_not_there_is_left_alone_too(deployment, secret_name):
    rotation = Rotation(deployment, secret_name)

    rotation.step("testSecret")

    assert rotation.stages() == []


@pytest.mark.parametrize("name", ["", "createsecret", "deleteSecret"])
def test_an_unknown_step_is_refused(deployment, name):
    with pytest.raises(ValueError, match="step"):
        Rotation(deployment).step(name)


def test_a_secret_that_is_not_ours_is_refused(deployment, clock):
    """Or a schedule that was attached to the wrong secret would rotate the keys of the handles."""
    clock.advance(100)
    before = deployment.secretsmanager.describe_secret(SecretId=deployment.settings.grant_secret)["VersionIdsToStages"]
    rotation = Rotation(deployment)
    rotation.arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:somebody-elses-AbCdEf"

    with pytest.raises(ValueError, match="secret"):
        rotation.step("createSecret")

    after = deployment.secretsmanager.describe_secret(SecretId=deployment.settings.grant_secret)["VersionIdsToStages"]
    assert after == before
