"""Processor time of warm calls, through the whole handlers, to that of the signature in them."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.utils import raw_to_der_signature

from bench.canned_aws import GRANT_KEYS, GRANT_SECRET, SIGNING_KEYS, SIGNING_SECRET, CannedAws
from bench.events import authorizer_event, form_event
from bench.population import LEGACY, NOW, SERVICE, USER, settings
from bench.rounds import Rounds
from bench.row import Row, Section
from gatelet.handlers import authorizer, token
from gatelet.handlers.server import Server
from gatelet.oauth import base64url
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.jwk import private_key
from gatelet.oauth.seal import SEALS, Seals

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bench.rounds import Case

GRANT_OF_THE_USER = bytes(range(16))
VERIFICATION = "ES256 verification"
SIGNATURE = "ES256 signature"


def measure() -> tuple[Section, ...]:
    """Measure all cases in one run."""
    CannedAws(grant_id(GRANT_OF_THE_USER)).install()
    server = Server(settings(signing_secret=SIGNING_SECRET, grant_secret=GRANT_SECRET), clock=lambda: float(NOW))
    machine = form_event("/oauth2/token", SERVICE, grant_type="client_credentials")
    access_token = _succeed(token.handler.respond(machine, server))["access_token"]
    rounds = Rounds(
        {
            VERIFICATION: _verification(access_token),
            SIGNATURE: _signature(access_token),
            "authorizer": _authorizer_call(access_token, server),
            "client_credentials": partial(token.handler.respond, machine, server),
            "refresh_token": _refresh(server),
            "one DynamoDB read": partial(server.directory.resource_owner, USER.sub),
        }
    )
    rows = (
        _row(rounds, "authorizer", VERIFICATION),
        _row(rounds, "client_credentials", SIGNATURE),
        _row(rounds, "refresh_token", SIGNATURE),
        _row(rounds, "one DynamoDB read", SIGNATURE),
    )
    return (Section(title="Processor time of a warm call", rows=rows),)


def _row(rounds: Rounds, case: str, base: str) -> Row:
    ratio = rounds.ratio(case, base)
    return Row(
        what=case,
        result=f"{ratio.median:.1f} x",
        against=f"{base}, {ratio.base_us:.0f} us",
        remark=f"{ratio.case_us:.0f} us, half of the rounds {ratio.lowest:.1f} to {ratio.highest:.1f}",
    )


def _verification(access_token: str) -> Case:
    signing_input, _, signature = access_token.rpartition(".")
    key = private_key(SIGNING_KEYS.rings["ES256"].current.material).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError
    der = raw_to_der_signature(base64url.decode(signature), key.curve)
    return partial(key.verify, der, signing_input.encode(), ec.ECDSA(hashes.SHA256()))


def _signature(access_token: str) -> Case:
    key = private_key(SIGNING_KEYS.rings["ES256"].current.material)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    message = access_token.rpartition(".")[0].encode()
    return partial(key.sign, message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def _authorizer_call(access_token: str, server: Server) -> Case:
    event = authorizer_event(access_token)
    if not authorizer.handler.decide(event, server)["isAuthorized"]:
        raise RuntimeError("the authorizer refuses the token")
    return partial(authorizer.handler.decide, event, server)


def _refresh(server: Server) -> Callable[[], dict[str, Any]]:
    """Present generation 0 again and again: the canned store always says that it was turned into 1."""
    handle = HandleKeys(Seals(GRANT_KEYS.rings[SEALS])).seal(
        REFRESH_TOKEN, grant_secret=GRANT_OF_THE_USER, generation=0, client_id=LEGACY.client_id
    )
    event = form_event("/oauth2/token", LEGACY, grant_type="refresh_token", refresh_token=handle)
    _succeed(token.handler.respond(event, server))
    return partial(token.handler.respond, event, server)


def _succeed(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer's JSON; a refusal would be measured otherwise."""
    body: dict[str, Any] = json.loads(answer["body"])
    if "access_token" not in body:
        raise RuntimeError(f"the token endpoint answers {body}")
    return body
