"""Whether a token is good at this very moment. RFC 7662 §2.2"""

from __future__ import annotations

import pytest

from gatelet.oauth.errors import InvalidToken, TemporarilyUnavailable
from gatelet.oauth.revocation_check import require_unrevoked
from tests.unit import in_memory
from tests.unit.tokens import ABSENT, NOW, verified

TOKEN = verified(sub="c_app", gid=ABSENT, auth_time=ABSENT, acr=ABSENT, roles=ABSENT)


class RevokedFrom:
    """Implements `gatelet.oauth.protected_resource.Revocations`: a token is revoked from some second on."""

    def __init__(self, moment):
        self._moment = moment

    def revokes(self, token, *, now, fresh):  # noqa: ARG002
        return now >= self._moment


def check(revocations):
    return require_unrevoked(TOKEN, grants=in_memory.Grants(), revocations=revocations, now=NOW)


def test_a_token_is_judged_as_of_this_moment():
    """The log says that it was revoked, and the client no more than of any bad token."""
    assert check(RevokedFrom(NOW + 1)) is None
    with pytest.raises(InvalidToken) as refusal:
        check(RevokedFrom(NOW))
    assert refusal.value.detail == "revoked"
    assert refusal.value.description == "the access token is invalid, expired or revoked"


@pytest.mark.attack("ATK-053")
def test_what_cannot_be_known_is_not_told_as_a_bad_token():
    with pytest.raises(TemporarilyUnavailable):
        check(in_memory.Revocations(reachable=False))
