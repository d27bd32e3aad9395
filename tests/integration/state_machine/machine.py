"""The whole machine, and the invariants that are checked after each of its steps."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.integration.state_machine.model import DAY, FEED_BOUND, Access, Grant
from tests.integration.state_machine.people import People

spans = st.sampled_from([1, 4, 5, 29, 30, 31] * 3 + [59, 60, 300, 899, 900, 3600, 13 * 3600, 13 * DAY, 14 * DAY])


class GrantMachine(People):
    """I1 to I7."""

    @rule(seconds=spans)
    def wait(self, seconds: int) -> None:
        self.world.stack.clock.advance(seconds)

    @rule()
    def restart(self) -> None:
        self.world.stack.restart()

    @invariant()
    def i1_i2_i3_the_table_is_what_the_model_says(self) -> None:
        stored = self._look()
        for grant in self.grants:
            assert stored[grant.gid] == grant.state

    @invariant()
    def i4_i5_of_the_grant_that_was_touched(self) -> None:
        if self.touched is not None:
            self._require_worth(self.touched, self.touched.access_tokens[-1:])

    @invariant()
    def i6_no_secret_at_rest(self) -> None:
        stored = self.world.at_rest()
        assert not [secret for secret in self.world.secrets if secret in stored or secret[4:40] in stored]

    def teardown(self) -> None:
        """Whatever was ever handed out is worth what the model says."""
        self.world.stack.wire.clear()
        self.world.stack.clock.advance(FEED_BOUND)
        for grant in self.grants:
            self._require_worth(grant, grant.access_tokens[-3:])

    def _require_worth(self, grant: Grant, tokens: list[Access]) -> None:
        now = self.world.now
        for generation, token in enumerate(grant.refresh_tokens[-2:], max(0, len(grant.refresh_tokens) - 2)):
            is_present = generation == grant.state.generation
            assert self.world.introspect(token, grant.client) == (is_present and grant.is_live(now))
        for access in tokens:
            self._require_worth_of(access, grant, now)

    def _require_worth_of(self, access: Access, grant: Grant, now: int) -> None:
        is_dead = grant.death_of(access, self.user)
        if is_dead and access.dead_since is None:
            access.dead_since = now
        is_good = not is_dead and now < access.expires_at and grant.is_live(now)
        assert self.world.introspect(access.token) == is_good  # I4, I5: at once
        if "openid" in access.scope:
            assert self.world.userinfo(access.token) == (200 if is_good else 401)
        allowed = self.world.stack.authorize(access.token)
        if now >= access.expires_at or now >= (access.dead_since or now) + FEED_BOUND:
            assert not allowed  # I4: within the bound
        elif not is_dead:
            assert allowed == ("orders:read" in access.scope)
