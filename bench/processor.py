"""Processor time of warm calls, through the whole handlers, to that of the signature in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bench.canned_aws import canned_aws
from bench.events import authorizer_event
from bench.issuing import MACHINE as MACHINE_EVENT
from bench.issuing import TokenEndpoint, refresh_event
from bench.round_trip import RoundTrip
from bench.rounds import Case, Rounds, with_the_same
from bench.row import Section, at_most
from bench.scenario import SETTINGS, Scenario, enter
from gatelet.handlers import authorizer
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.oauth import base64url
from gatelet.oauth.jwk import private_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.row import Row

VERIFICATION, SIGNATURE = "ES256 verification", "ES256 signature"
FIRST, AGAIN = "authorizer, token not seen before", "authorizer, token seen before"
ROUND_TRIP = "a bare TLS round trip, of which a refresh has two"
MACHINE, REFRESH = "client_credentials", "refresh_token"


def measure() -> tuple[Section, ...]:
    """Measure all cases in one run."""
    scenario = Scenario.new()
    with canned_aws(scenario) as aws:
        enter(*aws)
        rounds = Rounds({ROUND_TRIP: Case(RoundTrip(aws).exchange), **_cases(scenario)})
    rows = (
        _row(rounds, FIRST, VERIFICATION, 1.5),
        _row(rounds, AGAIN, VERIFICATION, 0.35),
        _row(rounds, MACHINE, SIGNATURE, 8),
        _row(rounds, REFRESH, SIGNATURE, 28),
        _row(rounds, ROUND_TRIP, SIGNATURE, None),
    )
    return (Section(title="Processor time of a warm call", rows=rows),)


def _row(rounds: Rounds, case: str, base: str, goal: float | None) -> Row:
    ratio = rounds.ratio(case, base)
    return at_most(
        case,
        ratio.median,
        goal,
        against=f"{base}, {ratio.base_us:.0f} us",
        remark=f"{ratio.case_us:.0f} us, half of the rounds {ratio.lowest:.2f} to {ratio.highest:.2f}",
    )


def _cases(scenario: Scenario) -> dict[str, Case]:
    """Return every case; the time stands still, so that nothing is read again in between."""
    endpoint = TokenEndpoint(clock=lambda: float(scenario.now))
    decide = partial(_decide, api=ProtectedApi(SETTINGS, clock=lambda: float(scenario.now)))
    access_token = endpoint.access_token()
    return {
        VERIFICATION: Case(_verification(scenario, access_token)),
        SIGNATURE: Case(_signature(scenario, access_token)),
        FIRST: Case(decide, lambda count: [authorizer_event(endpoint.access_token()) for _ in range(count)]),
        AGAIN: Case(decide, with_the_same(authorizer_event(access_token))),
        MACHINE: Case(endpoint.answer, with_the_same(MACHINE_EVENT)),
        REFRESH: Case(endpoint.answer, with_the_same(refresh_event(scenario))),
    }


def _decide(event: dict[str, Any], api: ProtectedApi) -> None:
    if not authorizer.handler.decide(event, api)["isAuthorized"]:
        raise RuntimeError("the authorizer refuses the token")


def _verification(scenario: Scenario, access_token: str) -> Callable[[object], None]:
    signing_input, _, text = access_token.rpartition(".")
    key, message, signature = _key(scenario).public_key(), signing_input.encode(), base64url.decode(text)
    half = len(signature) // 2
    der = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    algorithm = ec.ECDSA(hashes.SHA256())
    return lambda _: key.verify(der, message, algorithm)


def _signature(scenario: Scenario, access_token: str) -> Callable[[object], bytes]:
    key, message = _key(scenario), access_token.rpartition(".")[0].encode()
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    return lambda _: key.sign(message, algorithm)


def _key(scenario: Scenario) -> ec.EllipticCurvePrivateKey:
    key = private_key(scenario.signing_keys.rings["ES256"].current.material)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    return key
