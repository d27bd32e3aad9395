"""Many at once: what must happen once happens once, whoever wins.

Everybody starts behind a barrier. Each race is run once before it counts, so that the workers are warm: a cold one
would come too late to race.
"""

from __future__ import annotations

import secrets
import threading
import time
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.e2e.concurrency import at_once, eventually
from tests.e2e.person import Browser, parameters
from tests.e2e.server import error_of
from tests.e2e.store import gid_of

MANY = 20
CALLBACK = "https://app.example/callback"


@pytest.fixture(scope="module")
def race(server, legacy):
    """Refresh one token many times at the same moment."""
    at_once(MANY, lambda: server.refresh(legacy, "none"))
    return lambda client, refresh_token: at_once(MANY, lambda: server.refresh(client, refresh_token))


@pytest.mark.attack("ATK-164")
def test_parallel_refreshes_advance_once_and_share_the_successor(race, server, legacy, user, store):
    """Twenty honest retries are one rotation."""
    tokens = server.password(legacy, user)
    first, gid = tokens["refresh_token"], gid_of(tokens["access_token"])
    answers = race(legacy, first)
    assert [answer.status_code for answer in answers] == [200] * MANY
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert len({answer.json()["access_token"] for answer in answers}) == MANY
    grant = store.grant(gid)
    assert (grant["status"], grant["generation"]) == ("active", 1)
    assert server.refresh(legacy, successor).status_code == 200
    assert error_of(server.refresh(legacy, first)) == "invalid_grant", "two generations back"
    assert store.grant(gid)["status"] == "revoked"


@pytest.mark.attack("ATK-163")
@pytest.mark.advisory("CVE-2026-1035")
def test_without_grace_one_refresh_wins_and_the_grant_ends(race, server, registration, user, store):
    """A client that allows no retry: the second use is theft. RFC 9700 §4.14.2"""
    strict = registration.client(refresh_grace=0)
    tokens = server.password(strict, user)
    answers = race(strict, tokens["refresh_token"])
    (winner,) = (answer for answer in answers if answer.status_code == 200)
    losers = {(answer.status_code, error_of(answer)) for answer in answers if answer is not winner}
    assert losers == {(400, "invalid_grant")}
    grant = store.grant(gid_of(tokens["access_token"]))
    assert (grant["status"], grant["generation"]) == ("revoked", 1)
    assert error_of(server.refresh(strict, winner.json()["refresh_token"])) == "invalid_grant"


class Refreshing:
    """A client that refreshes as fast as it can, until it is refused."""

    def __init__(self, server, client, tokens) -> None:
        self._server = server
        self._client = client
        self.tokens = [tokens]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (answer := self._server.refresh(self._client, self.tokens[-1]["refresh_token"])).status_code == 200:
            self.tokens.append(answer.json())

    def is_under_way(self) -> bool:
        return len(self.tokens) > 2

    def require_refused(self, store) -> None:
        """Require that the grant has ended, and that no token of it is good any more.

        The store is read before any token is tried: an old one would end a grant that lives, as reuse.
        """
        assert store.grant(gid_of(self.tokens[0]["access_token"]))["status"] == "revoked"
        known = [each["refresh_token"] for each in self.tokens]
        assert {error_of(self._server.refresh(self._client, each)) for each in known} == {"invalid_grant"}
        self._thread.join()


@pytest.mark.usefixtures("race")
def test_after_an_acknowledged_revocation_no_refresh_token_works(server, legacy, user, route, store):
    """Rotation and revocation meet in one item: whatever a refresh beside it got is worth nothing."""
    for _ in range(10):
        refreshing = Refreshing(server, legacy, server.password(legacy, user))
        eventually(refreshing.is_under_way, within=30)
        assert server.revoke(legacy, refreshing.tokens[0]["refresh_token"]).status_code == 200
        refreshing.require_refused(store)
    assert route.refuses_in_time(refreshing.tokens[-1]["access_token"])


@pytest.fixture
def sign_in(server, registration):
    """Sign a person in, in a browser of its own, at a client that may stay signed in as long as the session lives."""
    web = registration.client(
        grant_types=("authorization_code", "refresh_token"), scope=("openid", "whoami:read"), redirect_uris=(CALLBACK,)
    )
    person = registration.person("reader")

    def sign_in():
        browser, verifier = Browser(server.issuer), secrets.token_urlsafe(48)
        asked = {
            "response_type": "code",
            "client_id": web.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid whoami:read",
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        arrived = browser.sign_in(f"{server.issuer}/oauth2/authorize?{urlencode(asked)}", person)
        form = {"code": parameters(arrived)["code"], "redirect_uri": CALLBACK, "code_verifier": verifier}
        return browser, web, server.token(web, grant_type="authorization_code", **form).json()

    return sign_in


@pytest.mark.usefixtures("race")
def test_after_an_acknowledged_logout_no_refresh_token_works(sign_in, server, store, route):
    """A rotation that meets the end of its session neither survives it nor undoes it. RP-Initiated Logout 1.0 §2"""
    for _ in range(5):
        browser, web, tokens = sign_in()
        refreshing = Refreshing(server, web, tokens)
        eventually(refreshing.is_under_way, within=30)
        gone = browser.submit(browser.open(f"{server.issuer}/oauth2/logout"), action="logout")
        assert gone.status_code == 200
        refreshing.require_refused(store)
    assert route.refuses_in_time(refreshing.tokens[-1]["access_token"])


@pytest.fixture(scope="module")
def rotate(rotate_keys):
    """Rotate many times at the same moment; warmed with the secret whose keys cost no time to make."""
    for _ in range(2):
        at_once(MANY, lambda: rotate_keys(action="rotate", secret="grant"))
    return lambda secret: at_once(MANY, lambda: rotate_keys(action="rotate", secret=secret))


@pytest.mark.parametrize("secret", ["signing", "grant"])
def test_parallel_rotations_shift_a_key_set_once(rotate, rotate_keys, secret):
    """Twenty operators, one rotation; everybody else is told why not."""
    before = eventually(lambda: _when_next_may_sign(rotate_keys, secret), within=30)
    answers = rotate(secret)
    after = rotate_keys(action="status")[secret]
    assert sum(answer["rotated"] for answer in answers) == 1
    refusals = {answer["reason"] for answer in answers if not answer["rotated"]}
    assert refusals <= {"rotation_in_progress", "next_key_too_young"}
    assert after["version"] == before["version"] + 1
    for alg, ring in after["kids"].items():
        assert ring["current"]["kid"] == before["kids"][alg]["next"]["kid"]
        assert ring["retired"][0]["kid"] == before["kids"][alg]["current"]["kid"]
        assert ring["next"]["kid"] not in {key["kid"] for key in (ring["current"], *ring["retired"])}


def _when_next_may_sign(rotate_keys, secret):
    """Return the state of a key set, but not while its next keys are too young."""
    status = rotate_keys(action="status")
    youngest = max(ring["next"]["created_at"] for ring in status[secret]["kids"].values())
    return status[secret] if time.time() - youngest > status["next_key_age"] + 1 else None
