"""Two releases run side by side while one replaces the other: each reads what the other wrote."""

from __future__ import annotations

import pytest


def change(deployment, **members):
    """Write a grant as another release would have."""
    item = {**deployment.grant(), **members}
    deployment.dynamodb.put_item(TableName="grants", Item=item)


@pytest.mark.attack("ATK-414")
class TestGrantOfAnotherRelease:
    def test_what_a_newer_release_added_is_carried_along(self, deployment, legacy, secret, tokens):
        change(deployment, shape={"N": "2"}, colour={"S": "green"})
        assert deployment.refresh(legacy, secret, tokens["refresh_token"]).status == 200
        grant = deployment.grant()
        assert (grant["colour"], grant["shape"]) == ({"S": "green"}, {"N": "2"})

    def test_what_an_older_release_did_not_know_has_its_default(self, deployment, legacy, secret, tokens):
        item = deployment.grant()
        for name in ("nonce", "code_challenge", "code_expires_at", "id_token_claims", "userinfo_claims"):
            item.pop(name, None)
        deployment.dynamodb.put_item(TableName="grants", Item=item)
        assert deployment.refresh(legacy, secret, tokens["refresh_token"]).status == 200
        assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200
        assert deployment.grant()["status"] == {"S": "revoked"}
