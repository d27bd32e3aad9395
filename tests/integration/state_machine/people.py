"""What alice does, and what the operator does to her."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.operators_accounts import accounts_of
from tests.integration.registered import LEGACY, PASSWORD, SECRET, WEB
from tests.integration.state_machine.clients import Clients
from tests.integration.state_machine.model import UNDER_WAY, State
from tests.integration.state_machine.walk import faults
from tests.integration.tokens import claims_of
from tests.integration.visitor import SESSION, Page, answer_to_client, request_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.api_gateway import Answer
    from tests.integration.state_machine.world import Fault


class People(Clients):
    """Sign-ins, logouts and the operator's commands."""

    @rule(offline=st.booleans(), is_redeemed=st.booleans(), fault=faults)
    def sign_in(self, *, offline: bool, is_redeemed: bool, fault: Fault | None) -> None:
        scope = "openid orders:read" + " offline_access" * offline
        before = set(self.world.states())
        answer = self.world.attempt(lambda: self.world.browser.arrive(request_for(WEB, scope=scope)), fault)
        if answer is None or answer.status != 303:
            self._require_reason(answer)
            return
        assert self.user.is_enabled
        code = answer_to_client(answer)["code"]
        (gid,) = set(self.world.states()) - before
        self._keep(gid, "c_web", self.world.browser.cookies[SESSION], State("pending", 0, self.world.now), code)
        if is_redeemed:
            self.redeem(pick=0, is_own=True, has_verifier=True, fault=None)

    @rule(fault=faults)
    def sign_in_with_password(self, fault: Fault | None) -> None:
        form = {"username": "alice", "password": PASSWORD, "scope": "orders:read"}
        answer = self.world.attempt(
            lambda: self.world.stack.token(LEGACY, SECRET, headers={}, grant_type="password", **form), fault
        )
        if answer is None or answer.status != 200:
            self._require_reason(answer, needs_role=True)
            return
        assert self.user.is_enabled
        assert self.user.is_clerk
        gid = claims_of(answer.json["access_token"])["gid"]
        self._hand_out(self._keep(gid, "c_legacy", gid, State("active", 0, self.world.now)), answer)

    def _require_reason(self, answer: Answer | None, *, needs_role: bool = False) -> None:
        """Require that whoever is not let in is disabled, or was not answered, or has to wait for guesses of before."""
        if answer is None:
            self.unfinished += 1
        elif answer.status == 429:
            assert self.unfinished >= 5
        else:
            assert not self.user.is_enabled or (needs_role and not self.user.is_clerk), answer.body

    @precondition(lambda self: len(self._living) > 1)
    @rule(fault=faults)
    def log_out(self, fault: Fault | None) -> None:
        browser = self.world.browser
        page, session = browser.open("/oauth2/logout"), browser.cookies.get(SESSION)
        if not Page(page.body).forms or session is None:
            return
        if self.world.attempt(lambda: browser.submit(page, action="logout"), fault) is None:
            assert browser.submit(page, action="logout").status == 200
        online = [grant for grant in self.grants if grant.code and "offline_access" not in grant.scope]
        stored = self.world.states()  # those of an earlier session of this browser may have gone over into this one
        self._end([grant for grant in online if session == grant.session or stored[grant.gid].status == "revoked"])

    @precondition(lambda self: len(self._living) > 1)
    @rule(is_disabled=st.booleans(), fault=faults)
    def end_sessions(self, *, is_disabled: bool, fault: Fault | None) -> None:
        accounts = accounts_of(self.world.stack)
        self._operate(lambda: (accounts.disable_user if is_disabled else accounts.end_sessions)("u_alice"), fault)
        if is_disabled:
            self.user.is_enabled, self.user.refused_until = False, self.world.now + UNDER_WAY
        self._end(self.grants)

    @precondition(lambda self: not self.user.is_enabled)
    @rule(fault=faults)
    def enable(self, fault: Fault | None) -> None:
        self._operate(lambda: accounts_of(self.world.stack).enable_user("u_alice"), fault)
        self.user.is_enabled = True
        self._end(self.grants)

    @rule(is_clerk=st.booleans(), fault=faults)
    def change_roles(self, *, is_clerk: bool, fault: Fault | None) -> None:
        roles = ("clerk",) if is_clerk else ()
        self._operate(lambda: accounts_of(self.world.stack).set_roles("u_alice", roles), fault)
        self.user.is_clerk = is_clerk
        self.user.refused_until = max(self.user.refused_until, self.world.now)

    @rule(secret=st.sampled_from(["signing", "grant"]))
    def rotate_keys(self, secret: str) -> None:
        self.world.attempt(lambda: self.world.stack.rotate_keys({"action": "rotate", "secret": secret}), None)

    def _operate(self, command: Callable[[], Any], fault: Fault | None) -> None:
        """Run a command, and again if it failed: what was done stays done."""
        if self.world.attempt(lambda: command() or "done", fault) is None:
            command()
