"""Who is measured: Gatelet's handlers, its functions in Lambda's runtime client, and the peers."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench import peer_environment
from bench.canned_aws import canned_aws
from bench.events import authorizer_event
from bench.issuing import MACHINE as MACHINE_EVENT
from bench.issuing import TokenEndpoint, refresh_event
from bench.peers.contender import BARE, MACHINE, REFRESH, VERIFICATION
from bench.peers.handlers import handlers
from bench.peers.http_server import FD, http_server
from bench.peers.lambda_function import lambda_function
from bench.peers.peer import Peer, form_request, http_request
from bench.population import LEGACY, SERVICE
from bench.program import ROOT
from bench.scenario import Scenario, enter, environment
from gatelet_cdk import Bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.canned_aws import CannedAws
    from bench.peers.contender import Contender
    from bench.peers.lambda_function import Operations

OWN, PROVIDER, AUTHLIB = "Gatelet on Lambda's runtime client", "node-oidc-provider", "Authlib, Flask, gunicorn"
GUNICORN = (
    "-m",
    "gunicorn",
    "--workers",
    "1",
    "--no-control-socket",
    "--bind",
    f"fd://{FD}",
    "bench.peers.authlib_server:app",
)


@contextmanager
def contenders() -> Iterator[list[Contender]]:
    """Start them all."""
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("node-oidc-provider needs Node.js 20 or later")
    scenario = Scenario.new()
    with ExitStack() as stack:
        bundle = Path(stack.enter_context(TemporaryDirectory()))
        Bundle.for_host(str(peer_environment.PYTHON)).build(bundle)
        aws = stack.enter_context(canned_aws(scenario))
        enter(*aws)
        peer, endpoint = Peer(scenario), TokenEndpoint()
        yield [
            stack.enter_context(handlers(scenario, aws, peer)),
            *_functions(stack, bundle, scenario=scenario, aws=aws, peer=peer, endpoint=endpoint),
            stack.enter_context(
                http_server(
                    PROVIDER,
                    [node, str(Path(__file__).with_name("provider.mjs"))],
                    {**peer.environment(), "NODE_ENV": "production"},
                    _provider(peer),
                )
            ),
            stack.enter_context(
                http_server(
                    AUTHLIB,
                    [str(peer_environment.PYTHON), *GUNICORN],
                    {**peer.environment(), "PYTHONPATH": str(ROOT), "AUTHLIB_INSECURE_TRANSPORT": "1"},
                    _authlib(peer, endpoint.access_token()),
                )
            ),
        ]


def _functions(
    stack: ExitStack, bundle: Path, *, scenario: Scenario, aws: CannedAws, peer: Peer, endpoint: TokenEndpoint
) -> list[Contender]:
    """Run one function for each handler, as on Lambda."""
    refresh = refresh_event(scenario)

    def has_token(answer: dict[str, Any]) -> object:
        return peer.require_token(answer["body"].encode())

    def calls(count: int) -> list[dict[str, Any]]:
        return [authorizer_event(endpoint.access_token()) for _ in range(count)]

    given = environment(*aws)
    functions: dict[str, Operations] = {
        "gatelet.handlers.token.handler": {
            MACHINE: (lambda count: [MACHINE_EVENT] * count, has_token),
            REFRESH: (lambda count: [refresh] * count, has_token),
        },
        "gatelet.handlers.authorizer.handler": {VERIFICATION: (calls, _require_allowed)},
        "bench.peers.bare_function.handler": {BARE: (lambda count: [MACHINE_EVENT] * count, _require_bare)},
    }
    return [
        stack.enter_context(lambda_function(OWN, handler, bundle, given, operations))
        for handler, operations in functions.items()
    ]


def _provider(peer: Peer) -> dict[str, Any]:
    return {
        MACHINE: (lambda _: form_request("/token", SERVICE, grant_type="client_credentials"), peer.require_token),
        REFRESH: (
            lambda token: form_request("/token", LEGACY, grant_type="refresh_token", refresh_token=token),
            peer.require_token,
        ),
        VERIFICATION: (lambda token: form_request("/token/introspection", LEGACY, token=token), _require_active),
        BARE: (lambda _: form_request("/bare", SERVICE, grant_type="client_credentials"), _require_something),
    }


def _authlib(peer: Peer, access_token: str) -> dict[str, Any]:
    return {
        **_provider(peer),
        MACHINE: (
            lambda _: form_request("/oauth2/token", SERVICE, grant_type="client_credentials"),
            peer.require_token,
        ),
        REFRESH: (
            lambda token: form_request("/oauth2/token", LEGACY, grant_type="refresh_token", refresh_token=token),
            peer.require_token,
        ),
        VERIFICATION: (lambda _: http_request("GET", "/orders", f"Bearer {access_token}"), _require_active),
    }


def _require_active(body: bytes) -> None:
    if json.loads(body)["active"] is not True:
        raise RuntimeError(f"the token is not taken: {body!r}")


def _require_something(body: bytes) -> None:
    if not json.loads(body)["access_token"]:
        raise RuntimeError("the answer is empty")


def _require_allowed(answer: dict[str, Any]) -> None:
    if answer["isAuthorized"] is not True:
        raise RuntimeError(f"the authorizer refuses a token: {answer}")


def _require_bare(answer: dict[str, Any]) -> None:
    if answer["statusCode"] != 200:  # noqa: PLR2004
        raise RuntimeError("the bare function fails")
