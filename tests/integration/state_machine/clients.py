"""What clients do with codes and tokens, rightly and wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.registered import SECRET, WEB
from tests.integration.state_machine.model import DAY, Outcome
from tests.integration.state_machine.walk import CLIENTS, OTHER, Walk, faults, mostly, picks
from tests.integration.visitor import VERIFIER, redeem

if TYPE_CHECKING:
    from tests.integration.state_machine.world import Fault

ages = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
scopes = st.sampled_from([None, None, "orders:read", "orders:admin"])


class Clients(Walk):
    """Redemptions, refreshes and revocations."""

    @precondition(lambda self: any(grant.code for grant in self.grants))
    @rule(pick=picks, is_own=mostly, has_verifier=mostly, fault=faults)
    def redeem(self, pick: int, *, is_own: bool, has_verifier: bool, fault: Fault | None) -> None:
        grant = self._pick(pick, [grant for grant in self.grants if grant.code])
        client, verifier = (WEB if is_own else OTHER), (VERIFIER if has_verifier else "w" * 43)
        rightful = is_own and has_verifier
        answer = self._exchange(
            grant,
            lambda: redeem(self.world.stack, client, str(grant.code), code_verifier=verifier),
            lambda: grant.redeem(self.user, self.world.now, is_rightful=rightful),
            fault,
        )
        grant.redemptions += answer.status == 200
        assert grant.redemptions <= 1  # I1

    @precondition(lambda self: any(grant.state.status == "pending" for grant in self.grants))
    @rule(seconds=st.sampled_from([60, 58]))
    def redeem_late(self, seconds: int) -> None:
        """Redeem the last code that nobody has redeemed, about when it expires."""
        coded = [grant for grant in self.grants if grant.code]
        (*_, pending) = [grant for grant in coded if grant.state.status == "pending"]
        self.world.stack.clock.advance(max(0, pending.made_at + seconds - self.world.now))
        self.redeem(pick=-1 - coded.index(pending), is_own=True, has_verifier=True, fault=None)

    @precondition(lambda self: self._usable)
    @rule(pick=picks, age=ages, is_own=mostly, scope=scopes, fault=faults)
    def refresh(self, pick: int, age: int, *, is_own: bool, scope: str | None, fault: Fault | None) -> None:
        grant = self._pick(pick, self._usable)
        generation = max(0, len(grant.refresh_tokens) - 1 - age)
        form = {} if scope is None else {"scope": scope}
        client = CLIENTS[grant.client] if is_own else OTHER
        token = grant.refresh_tokens[generation]
        self._exchange(
            grant,
            lambda: self.world.stack.refresh(client, SECRET, token, **form),
            lambda: grant.refresh(generation, self.user, self.world.now, is_own=is_own, scope=scope),
            fault,
        )

    @precondition(lambda self: self._living)
    @rule(pick=picks, fault=faults)
    def renew(self, pick: int, fault: Fault | None) -> None:
        """Refresh as an honest client does, and check what it got."""
        grant = self._pick(pick, self._living)
        self.refresh(pick=-1 - self._usable.index(grant), age=0, is_own=True, scope=None, fault=fault)

    @precondition(lambda self: self._usable)
    @rule(pick=picks, age=ages, is_own=mostly, fault=faults)
    def revoke(self, pick: int, age: int, *, is_own: bool, fault: Fault | None) -> None:
        grant = self._pick(pick, self._usable)
        token = grant.refresh_tokens[max(0, len(grant.refresh_tokens) - 1 - age)]
        client = CLIENTS[grant.client] if is_own else OTHER
        self._exchange(
            grant,
            lambda: self.world.stack.revoke(client, SECRET, token=token),
            lambda: grant.revoke(is_own=is_own),
            fault,
        )

    @precondition(lambda self: self._living)
    @rule(pick=picks, is_own=st.booleans(), fault=faults)
    def revoke_access_token(self, pick: int, *, is_own: bool, fault: Fault | None) -> None:
        grant = self._pick(pick, self._living)
        access = grant.access_tokens[-1]
        client = CLIENTS[grant.client] if is_own else OTHER
        self._exchange(
            grant,
            lambda: self.world.stack.revoke(client, SECRET, token=access.token),
            lambda: Outcome(200),
            fault,
        )
        if is_own and self.world.now < access.expires_at:
            access.dead_since = access.dead_since or self.world.now

    @precondition(lambda self: self._living)
    @rule(pick=picks, age=st.sampled_from([1, 1, 2]), seconds=st.sampled_from([0, 30, 31]), fault=faults)
    def present_again(self, pick: int, age: int, seconds: int, fault: Fault | None) -> None:
        """Use a refresh token that has a successor, or the code where there is no such token."""
        grant = self._pick(pick, self._living)
        self.world.stack.clock.advance(seconds)
        if len(grant.refresh_tokens) > 1:
            self.refresh(pick=-1 - self._usable.index(grant), age=age, is_own=True, scope=None, fault=fault)
        elif grant.code:
            coded = [grant for grant in self.grants if grant.code]
            self.redeem(pick=-1 - coded.index(grant), is_own=True, has_verifier=True, fault=fault)

    @precondition(lambda self: self._living and len(self.grants) > 4)
    @rule(pick=picks)
    def live_long(self, pick: int) -> None:
        """Renew a grant for as long as that is possible."""
        grant = self._pick(pick, self._living)
        while grant.is_live(self.world.now):
            self.world.stack.clock.advance(13 * DAY)
            self.refresh(pick=-1 - self._usable.index(grant), age=0, is_own=True, scope=None, fault=None)
