"""The invariants of the design, each by its name, under a random walk of everything that can happen to a grant."""

from __future__ import annotations

import random

import pytest

from tests.integration.registered import ALICE
from tests.integration.stack import MotoState
from tests.integration.tokens import claims_of

GRACE = 30


class Walk:
    """What happens to one grant, and what was seen of it."""

    def __init__(self, deployment, legacy, secret, tokens, seed: int) -> None:
        self.deployment, self.client, self.secret = deployment, legacy, secret
        self.random = random.Random(seed)  # noqa: S311 - a walk that can be repeated
        self.held: list[str] = [tokens["refresh_token"]]
        self.access: list[tuple[float, str]] = [(deployment.clock(), tokens["access_token"])]
        self.generations = [0]
        self.statuses = ["active"]

    def step(self) -> None:
        self.random.choice([self.refresh, self.refresh, self.refresh, self.wait, self.rotate_keys, self.restart])()
        grant = self.deployment.grant()
        self.generations.append(int(grant["generation"]["N"]))
        self.statuses.append(grant["status"]["S"])

    def refresh(self) -> None:
        token = self.random.choice(self.held[-3:])
        answer = self.deployment.refresh(self.client, self.secret, token)
        if answer.status == 200:
            self.access.append((self.deployment.clock(), answer.json["access_token"]))
            if answer.json["refresh_token"] not in self.held:
                self.held.append(answer.json["refresh_token"])

    def wait(self) -> None:
        self.deployment.clock.advance(self.random.choice([1, 10, 31, 400]))

    def rotate_keys(self) -> None:
        self.deployment.rotate_keys({"action": "rotate", "secret": self.random.choice(["grant", "signing"])})

    def restart(self) -> None:
        self.deployment.restart()


@pytest.fixture(params=range(2))
def walk(request, deployment, legacy, secret, tokens) -> Walk:
    """Take twenty steps."""
    walk = Walk(deployment, legacy, secret, tokens, request.param)
    for _ in range(20):
        walk.step()
    return walk


def test_i2_a_generation_only_grows_by_one(walk):
    """I2"""
    steps = {after - before for before, after in zip(walk.generations, walk.generations[1:], strict=False)}

    assert steps <= {0, 1}
    assert walk.generations[-1] > 0


def test_i3_revoked_is_terminal(deployment, walk):
    """I3"""
    walk.deployment.revoke(walk.client, walk.secret, token=walk.held[-1])
    before = deployment.grant()

    for token in walk.held:
        assert deployment.refresh(walk.client, walk.secret, token).error == (400, "invalid_grant")
    deployment.clock.advance(100)
    for token in walk.held:
        assert deployment.refresh(walk.client, walk.secret, token).error == (400, "invalid_grant")
    assert "active" not in walk.statuses[walk.statuses.index("revoked") :] if "revoked" in walk.statuses else True
    assert deployment.grant() == before


def test_i4_after_a_revocation_was_acknowledged_no_token_of_the_grant_is_accepted(deployment, walk):
    """I4"""
    assert deployment.revoke(walk.client, walk.secret, token=walk.held[0]).status == 200
    deployment.clock.advance(5)

    assert len(walk.access) > 1
    for _, token in walk.access:
        assert not deployment.authorize(token)
        assert not deployment.authorize(token, container="authorizer-cold")


def test_i5_every_decision_checks_expiry_itself(deployment, walk):
    """I5: with every item still there."""
    deployment.clock.advance(900)
    for _, token in walk.access:
        assert not deployment.authorize(token)
    deployment.clock.advance(14 * 86_400)
    for token in walk.held:
        assert deployment.refresh(walk.client, walk.secret, token).status == 400
    assert deployment.grant()


def test_i6_no_secret_at_rest_in_clear(deployment, walk):
    """I6"""
    stored = str([deployment.items(name) for name in ("directory", "credentials", "grants", "limits", "keys", "feed")])

    for token in (*walk.held, *(token for _, token in walk.access), walk.secret):
        assert token not in stored
        assert token[4:40] not in stored


@pytest.mark.attack("ATK-186")
def test_i7_a_refresh_that_was_not_answered_is_safe_to_repeat_within_the_grace(
    deployment, legacy, secret, tokens, clock
):
    """I7"""
    unheard = deployment.refresh(legacy, secret, tokens["refresh_token"]).json["refresh_token"]
    for _ in range(15):
        clock.advance(2)
        assert deployment.refresh(legacy, secret, tokens["refresh_token"]).json["refresh_token"] == unheard
    assert deployment.refresh(legacy, secret, unheard).status == 200


def test_a_refresh_that_comes_between_the_event_and_the_write_of_a_revocation_is_ended_too(
    deployment, legacy, secret, tokens, wire, clock
):
    """I4, ATK-167: whichever of the two writes comes first, DynamoDB serialises them."""
    late = []

    def refresh_first(send):
        late.append(deployment.refresh(legacy, secret, tokens["refresh_token"]).json)
        return send()

    wire.fail(refresh_first, lambda call: call.name == "UpdateItem grants" and not late, times=1)
    assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200
    clock.advance(5)

    (answer,) = late
    assert not deployment.authorize(answer["access_token"])
    assert deployment.refresh(legacy, secret, answer["refresh_token"]).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-167")
def test_a_revocation_that_comes_between_the_write_and_the_answer_of_a_refresh_ends_it_too(
    deployment, legacy, secret, tokens, wire, clock
):
    """I4: what that refresh hands out is of a grant that is announced already."""

    def revoke_first(send):
        assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200
        return send()

    wire.clear()
    wire.fail(revoke_first, lambda call: "USER#u_alice" in str(call.parameters), times=1)
    answer = deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(5)

    assert deployment.grant()["status"] == {"S": "revoked"}
    if answer.status == 200:
        assert not deployment.authorize(answer.json["access_token"])
        assert deployment.refresh(legacy, secret, answer.json["refresh_token"]).error == (400, "invalid_grant")


def test_a_session_that_is_ended_while_its_grant_is_being_made_leaves_no_grant(
    deployment, legacy, secret, password, wire
):
    """Whoever ends everything of a user finds the session, and takes the place of the grant to come."""
    from gatelet.aws.account_administration import AccountAdministration  # noqa: PLC0415 - the operator, for once
    from gatelet.aws.directory_administration import DirectoryAdministration  # noqa: PLC0415

    connection = deployment.server("operator").connection
    administration = AccountAdministration(
        connection,
        DirectoryAdministration(connection, "directory"),
        credentials_table="credentials",
        grants_table="grants",
        feed_table="feed",
    )
    writes = []

    def end_sessions_first(send):
        administration.end_sessions(ALICE.sub)
        return send()

    def second_put(call) -> bool:
        if call.name == "PutItem grants" and call.position not in writes:
            writes.append(call.position)
        return call.name == "PutItem grants" and len(writes) == 2

    wire.fail(end_sessions_first, second_put, times=1)
    _freeze_server_time(administration, deployment)
    answer = deployment.token(legacy, secret, grant_type="password", username="alice", password=password)

    assert answer.status >= 400, answer.body
    assert not [item for item in deployment.items("grants") if item.get("status", {}).get("S") == "active"]


def _freeze_server_time(administration, deployment) -> None:
    """Let the operator's command see the time of the test where it asks DynamoDB for it."""
    administration._directory.now = lambda: int(deployment.clock())


def test_the_state_of_a_test_is_its_own(deployment, tokens):
    """What the tests themselves stand on: a restored stack is the same stack."""
    state, before = MotoState(), deployment.grant()
    deployment.dynamodb.delete_item(TableName="grants", Key={name: before[name] for name in ("pk", "sk")})

    state.restore()

    assert deployment.grant() == before
    assert claims_of(tokens["access_token"])["gid"] == before["gid"]["S"]
