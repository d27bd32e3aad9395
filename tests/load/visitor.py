"""One of many clients: what it does, again and again, and what it is told."""

from __future__ import annotations

import random
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.e2e.concurrency import at_once
from tests.e2e.person import Browser, parameters
from tests.load.caller import BAD_REQUEST, OK
from tests.load.ledger import Chain, Redemption, RevokedToken
from tests.load.population import CALLBACK
from tests.load.wire import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.load.caller import Caller
    from tests.load.ledger import Ledger
    from tests.load.population import Member

ROTATIONS = 4
RETRIES = 3
RETRY_WITHIN = 25
"""Seconds after which nothing is repeated any more: with the patience for one request, still within the grace."""


class Visitor:
    """Does each thing in an order of its own; the same number gives the same order."""

    def __init__(self, number: int, member: Member, caller: Caller, ledger: Ledger) -> None:
        self._client, self._person = member
        self._caller = caller
        self._ledger = ledger
        self._random = random.Random(number)  # noqa: S311 - an order, no secret

    def visit(self, lasts: Callable[[], bool]) -> None:
        """Go on until the time or the requests are used up."""
        journeys = [
            self.machine,
            self.machine,
            self.revoke_one_token,
            self.stay_signed_in,
            self.refresh_twice_at_once,
            self.sign_out,
            self.code,
            self.code_twice_at_once,
        ]
        while True:
            self._random.shuffle(journeys)
            for journey in journeys:
                if not lasts():
                    return
                journey()

    def machine(self) -> None:
        """Get a token for a machine, and use it. RFC 6749 §4.4"""
        tokens = self._machine_token()
        if tokens:
            self._require(self._caller.is_let_in(tokens["access_token"]), "a new access token was refused")

    def revoke_one_token(self) -> None:
        """Revoke an access token; introspection knows at once. RFC 7009 §2.1, RFC 7662 §2.2"""
        tokens = self._machine_token()
        if not tokens:
            return
        access_token = tokens["access_token"]
        self._require(self._caller.is_active(access_token), "a new access token was inactive")
        if self._caller.revoke(self._client, access_token):
            self._ledger.revoked_tokens.append(RevokedToken(access_token=access_token, revoked_at=time.monotonic()))
            self._forbid(self._caller.is_active(access_token), "a revoked access token was active")

    def stay_signed_in(self) -> None:
        """Sign in with a password, and refresh. RFC 6749 §4.3, §6"""
        chain = self._password()
        if chain:
            self._refresh(chain, ROTATIONS)
            self._use(chain)

    def refresh_twice_at_once(self) -> None:
        """Two tabs with one refresh token: one rotation, one successor. RFC 9700 §4.14.2"""
        chain = self._password()
        if not chain:
            return
        form = {"grant_type": "refresh_token", "refresh_token": chain.refresh_token}
        tried = at_once(2, lambda: self._caller.attempt(self._client, form))
        granted = [each[1] for each in tried if each and each[0] == OK]
        if any(each and each[0] != OK for each in tried):
            self._caller.fault(f"an honest retry was refused: {tried}")
        if len({each["refresh_token"] for each in granted}) > 1:
            self._caller.fault("one refresh token has two successors")
        if granted:
            chain.rotate(*granted)
            self._refresh(chain, 1)
        else:
            chain.in_doubt = True

    def sign_out(self) -> None:
        """Revoke a refresh token: the whole grant ends, at once. RFC 7009 §2.1"""
        chain = self._password()
        if not chain or not self._refresh(chain, 1):
            return
        if not self._caller.revoke(self._client, chain.refresh_token):
            chain.end_in_doubt = True
            return
        chain.revoked_at = time.monotonic()
        form = {"grant_type": "refresh_token", "refresh_token": chain.refresh_token}
        self._forbid(self._caller.is_active(chain.refresh_token, self._client), "a revoked refresh token was active")
        self._forbid(self._caller.is_active(chain.access_tokens[-1]), "an access token of a revoked grant was active")
        self._require(self._caller.is_refused(self._client, form), "a revoked refresh token was not refused")

    def code(self) -> None:
        """Sign in in a browser, redeem the code, and refresh. RFC 6749 §4.1"""
        form = self._sign_in()
        tokens = self._caller.token(self._client, **form) if form else None
        if form and tokens:
            chain = self._begin(tokens)
            self._ledger.redemptions.append(Redemption(client=self._client, form=form, chain=chain))
            self._refresh(chain, 1)
            self._use(chain)

    def code_twice_at_once(self) -> None:
        """Redeem one code twice: one gets tokens, and the grant ends. RFC 6749 §4.1.2"""
        form = self._sign_in()
        if not form:
            return
        tried = at_once(2, lambda: self._caller.attempt(self._client, form))
        granted = [each[1] for each in tried if each and each[0] == OK]
        refused = [each[1]["error"] for each in tried if each and each[0] == BAD_REQUEST]
        if len(granted) > 1 or len(refused) > 1 or set(refused) - {"invalid_grant"}:
            self._caller.fault(f"a code redeemed twice at once: {len(granted)} granted, refused {refused}")
        for tokens in granted:
            chain = self._begin(tokens)
            chain.revoked_at = time.monotonic() if refused else None
            chain.end_in_doubt = not refused

    def _machine_token(self) -> dict[str, str] | None:
        return self._caller.token(self._client, grant_type="client_credentials", scope="whoami:read")

    def _password(self) -> Chain | None:
        form = {"username": self._person.username, "password": self._person.password}
        tokens = self._caller.token(self._client, grant_type="password", **form)
        return self._begin(tokens) if tokens else None

    def _begin(self, tokens: dict[str, str]) -> Chain:
        chain = Chain.of(self._client, tokens)
        self._ledger.chains.append(chain)
        return chain

    def _refresh(self, chain: Chain, times: int) -> bool:
        return all(self._rotate(chain) for _ in range(times))

    def _rotate(self, chain: Chain) -> bool:
        """Ask for the successor, again if there is no answer, and tell whether it came."""
        began = time.monotonic()
        for _ in range(RETRIES):
            form = {"grant_type": "refresh_token", "refresh_token": chain.refresh_token}
            if tokens := self._caller.token(self._client, **form):
                chain.rotate(tokens)
                return True
            chain.in_doubt = True
            if time.monotonic() - began > RETRY_WITHIN:
                return False
        return False

    def _use(self, chain: Chain) -> None:
        self._require(self._caller.is_let_in(chain.access_tokens[-1]), "a new access token was refused")
        self._require(self._caller.is_active(chain.refresh_token, self._client), "a new refresh token was inactive")

    def _sign_in(self) -> dict[str, str] | None:
        """Sign in in a browser that is new, and return what redeems the code."""
        verifier = secrets.token_urlsafe(48)
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid whoami:read",
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        browser = Browser(self._caller.issuer, self._caller.http)
        try:
            page = browser.open(f"{self._caller.issuer}/oauth2/authorize?{urlencode(asked)}")
            if page.status_code == OK:
                page = browser.submit(page, username=self._person.username, password=self._person.password)
        except requests.RequestException:
            return None
        code = parameters(page.headers.get("location", "")).get("code")
        if code is None:
            if page.status_code not in BUSY:
                self._caller.fault(f"sign-in: {page.status_code} at {page.url.partition('?')[0]}")
            return None
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }

    def _require(self, found: bool | None, otherwise: str) -> None:  # noqa: FBT001 - the one thing it is given
        """Write down what was found to be false; None is not known."""
        if found is False:
            self._caller.fault(otherwise)

    def _forbid(self, found: bool | None, fault: str) -> None:  # noqa: FBT001 - the one thing it is given
        if found:
            self._caller.fault(fault)
