"""Holds what was acknowledged against the store, and against what the server says afterwards."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from gatelet.oauth.grant import ACTIVE, REVOKED
from tests.e2e.server import REVOKED_WITHIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.store import Store
    from tests.load.caller import Caller
    from tests.load.ledger import Chain, Ledger, Redemption

THREADS = 2
TRIES = 5


class Evidence(NamedTuple):
    """How much was looked at."""

    grants: int
    rotations: int
    in_doubt: int
    """Grants of which the last rotation, or the end, was not acknowledged."""
    revocations: int
    refused_access_tokens: int
    codes: int


class Proof:
    """Checks one stage when it is over."""

    def __init__(self, ledger: Ledger, caller: Caller, store: Store) -> None:
        self._ledger = ledger
        self._caller = caller
        self._store = store

    def prove(self) -> Evidence:
        """Write every broken promise into the ledger, and return what was looked at."""
        chains, revoked = self._ledger.chains, self._revoked_access_tokens()
        for chain in chains:
            self._generation(chain)
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(self._refresh_token, chains))
            self._wait_for_the_authorizers()
            list(threads.map(self._access_token, revoked))
            list(threads.map(self._code, self._ledger.redemptions))
        return Evidence(
            grants=len(chains),
            rotations=sum(chain.rotations for chain in chains),
            in_doubt=sum(chain.in_doubt or chain.end_in_doubt for chain in chains),
            revocations=len(self._ended()) + len(self._ledger.revoked_tokens),
            refused_access_tokens=len(revoked),
            codes=len(self._ledger.redemptions),
        )

    def _generation(self, chain: Chain) -> None:
        """Require that no rotation was lost or made twice, and that revoked is terminal. Invariants I2, I3"""
        grant = self._store.grant(chain.gid)
        if grant["generation"] - chain.rotations not in ((0, 1) if chain.in_doubt else (0,)):
            self._fault(chain, f"{chain.rotations} rotations were acknowledged, the store has {grant['generation']}")
        expected = {ACTIVE, REVOKED} if chain.end_in_doubt else {ACTIVE if chain.revoked_at is None else REVOKED}
        if grant["status"] not in expected:
            self._fault(chain, f"the store says {grant['status']}")

    def _refresh_token(self, chain: Chain) -> None:
        """Require that the last acknowledged refresh token works, unless its end was acknowledged. Invariants I4, I7"""
        form = {"grant_type": "refresh_token", "refresh_token": chain.refresh_token}
        if chain.revoked_at is not None:
            if not self._decided(lambda: self._caller.is_refused(chain.client, form)):
                self._fault(chain, "the refresh token works after the acknowledged end")
            if self._decided(lambda: self._caller.is_active(chain.refresh_token, chain.client)):
                self._fault(chain, "the refresh token is active after the acknowledged end")
        elif (
            not (chain.in_doubt or chain.end_in_doubt)
            and self._decided(lambda: self._caller.is_refused(chain.client, form)) is not False
        ):
            self._fault(chain, "the last acknowledged refresh token is refused")

    def _access_token(self, access_token: str) -> None:
        """Require that no authorizer lets it in any more. Invariant I4"""
        if self._decided(lambda: self._caller.is_let_in(access_token)):
            self._ledger.faults.append(f"a revoked access token is let in after {REVOKED_WITHIN} s")

    def _code(self, redemption: Redemption) -> None:
        """Require that it is not redeemed again, and that whoever tries ends the grant. Invariant I1"""
        if not self._decided(lambda: self._caller.is_refused(redemption.client, dict(redemption.form))):
            self._fault(redemption.chain, "its code was redeemed again")
        if self._store.grant(redemption.chain.gid)["status"] != REVOKED:
            self._fault(redemption.chain, "it goes on although its code was replayed")

    def _decided(self, ask: Callable[[], bool | None]) -> bool | None:
        """Ask until the server says yes or no; that it never does is a fault too."""
        for _ in range(TRIES):
            if (answer := ask()) is not None:
                return answer
        self._ledger.faults.append("the server did not answer when all was quiet")
        return None

    def _ended(self) -> list[Chain]:
        return [chain for chain in self._ledger.chains if chain.revoked_at is not None]

    def _revoked_access_tokens(self) -> list[str]:
        of_grants = [access_token for chain in self._ended() for access_token in chain.access_tokens]
        return of_grants + [token.access_token for token in self._ledger.revoked_tokens]

    def _wait_for_the_authorizers(self) -> None:
        """Let the bound pass, counted from the last acknowledged revocation."""
        ends = [chain.revoked_at for chain in self._ledger.chains if chain.revoked_at is not None]
        last = max((*ends, *(token.revoked_at for token in self._ledger.revoked_tokens)), default=0.0)
        time.sleep(max(0.0, last + REVOKED_WITHIN - time.monotonic()))

    def _fault(self, chain: Chain, sentence: str) -> None:
        self._ledger.faults.append(f"grant {chain.gid}: {sentence}")
