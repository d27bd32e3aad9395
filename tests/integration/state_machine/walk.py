"""A walk through everything that can happen to grants: where it stands, and how it takes a step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.integration.registered import LEGACY, WEB
from tests.integration.state_machine.model import Access, Grant, Outcome, State, User
from tests.integration.state_machine.world import FAULTS, Fault, World
from tests.integration.tokens import claims_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.api_gateway import Answer
    from tests.integration.stage import Stage

OTHER = replace(WEB, client_id="c_other")
CLIENTS = {client.client_id: client for client in (WEB, OTHER, LEGACY)}
ORDER = ["pending", "active", "revoked"]

faults = st.none() | st.none() | st.builds(Fault, st.sampled_from(sorted(FAULTS)), st.integers(0, 7))
picks = st.integers(0, 3)
mostly = st.sampled_from([True, True, True, False])


class Walk(RuleBasedStateMachine):
    """`stage` is set before it runs."""

    stage: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.stage)
        self.user = User()
        self.grants: list[Grant] = []
        self.touched: Grant | None = None
        self.seen: dict[str, State] = {}
        self.unfinished = 0

    def _keep(self, gid: str, client: str, session: str, state: State, code: str | None = None) -> Grant:
        scope = self.world.scope_of(gid)
        self.touched = Grant(gid, client, scope, session, self.world.now, state, code)
        self.grants.append(self.touched)
        self.world.secrets |= {code, session} if code else set()
        return self.touched

    def _end(self, grants: list[Grant]) -> None:
        for grant in grants:
            grant.state = grant.state.revoked

    @property
    def _usable(self) -> list[Grant]:
        return [grant for grant in self.grants if grant.refresh_tokens]

    @property
    def _living(self) -> list[Grant]:
        return [grant for grant in self._usable if grant.is_live(self.world.now)]

    def _pick(self, pick: int, grants: list[Grant]) -> Grant:
        self.touched = grants[-1 - pick % len(grants)]
        return self.touched

    def _exchange(
        self, grant: Grant, send: Callable[[], Answer], predict: Callable[[], Outcome], fault: Fault | None
    ) -> Answer:
        """Send a request; where it is not answered, send it again two seconds later. I7"""
        expected = predict()
        answer: Answer | None = self.world.attempt(send, fault)
        if answer is None:
            stored = self._look()[grant.gid]
            assert stored in {grant.state, *expected.path}
            grant.state = stored
            self.world.stack.clock.advance(2)
            expected, answer = predict(), send()
        self._look()
        assert answer.status == expected.status, answer.body
        grant.state = expected.path[-1] if expected.path else grant.state
        if answer.body and "access_token" in answer.json:
            self._hand_out(grant, answer)
        return answer

    def _hand_out(self, grant: Grant, answer: Answer) -> None:
        members, now = answer.json, self.world.now
        token, generation = members["refresh_token"], grant.state.generation
        if generation == len(grant.refresh_tokens):
            grant.refresh_tokens.append(token)
        assert grant.refresh_tokens[generation] == token  # the one successor
        claims = claims_of(members["access_token"])
        scope = frozenset(members["scope"].split())
        access = Access(members["access_token"], claims["jti"], scope, now, now + members["expires_in"])
        grant.access_tokens.append(access)
        self.world.secrets |= {token, access.token}

    def _look(self) -> dict[str, State]:
        """Read the grants, and require that none went backwards and no generation was left out."""
        stored = self.world.states()
        for gid, state in stored.items():
            before = self.seen.get(gid, state)
            assert ORDER.index(state.status) >= ORDER.index(before.status)  # I1, I3
            assert state.generation - before.generation in {0, 1}  # I2
        self.seen = stored
        return stored
