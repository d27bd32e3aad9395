"""What a cold start costs: the interpreter, Lambda's runtime client, the handler's module, the first request."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import botocore

from bench import peer_environment
from bench.canned_aws import canned_aws
from bench.certificate import AUTHORITY
from bench.events import form_event
from bench.population import SERVICE
from bench.program import ROOT, Program, compare
from bench.row import Section, at_most
from bench.scenario import Scenario, environment
from gatelet.handlers import ENDPOINTS
from gatelet_cdk import Bundle

if TYPE_CHECKING:
    from bench.canned_aws import CannedAws
    from bench.row import Row

FUNCTIONS = (*dict.fromkeys(endpoint.function for endpoint in ENDPOINTS), "authorizer", "rotate_keys", "whoami")
RUNTIME_CLIENT = "import awslambdaric.bootstrap"
FLOOR = f"""
{RUNTIME_CLIENT}, http.client, json, os, ssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=os.environ["AWS_CA_BUNDLE"])
"""
FIRST_CALL = """
{runtime_client}, json, types
from {module} import handler
context = types.SimpleNamespace(function_name="bench", function_version="1", memory_limit_in_mb=512, aws_request_id="1",
                                invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:bench")
assert handler(json.load(sys.stdin), context)["statusCode"] == 200
"""
ROUNDS = 3


def measure() -> tuple[Section, ...]:
    """Measure with a bundle for this machine."""
    peer_environment.require()
    with TemporaryDirectory() as directory, canned_aws(Scenario.new()) as aws:
        bundle = Path(directory)
        Bundle.for_host().build(bundle)
        cold = (_authorizer(bundle, aws), _token(bundle, aws))
        return Section(title="Cold start", rows=cold), _imports(bundle)


def _authorizer(bundle: Path, aws: CannedAws) -> Row:
    path = (bundle, peer_environment.PACKAGES)
    given = environment(*aws)
    found = compare(
        Program(source=f"{RUNTIME_CLIENT}, gatelet.handlers.authorizer", path=path, environment=given),
        Program(source=FLOOR, path=path, environment=given),
    )
    return at_most(
        "authorizer, INIT with its reads",
        found.ratio,
        1.25,
        against="import awslambdaric, ec, hashes, json, ssl, http.client; one TLS context",
        remark=found.remark,
    )


def _token(bundle: Path, aws: CannedAws) -> Row:
    event = json.dumps(form_event("/oauth2/token", SERVICE, grant_type="client_credentials"))
    ordinary = {**environment(*aws), "AWS_CA_BUNDLE": str(_all_roots(aws))}
    found = compare(
        Program(
            source=_first_call("gatelet.handlers.token"),
            path=(bundle, peer_environment.PACKAGES),
            environment=environment(*aws),
            stdin=event,
        ),
        Program(
            source=_first_call("bench.ordinary.token_endpoint"),
            path=(ROOT, peer_environment.PACKAGES),
            environment=ordinary,
            stdin=event,
        ),
    )
    return at_most(
        "client_credentials, INIT and first call",
        found.ratio,
        0.35,
        against="the same on boto3, PyJWT, Powertools",
        remark=found.remark,
    )


def _first_call(module: str) -> str:
    return FIRST_CALL.format(runtime_client=RUNTIME_CLIENT, module=module)


def _all_roots(aws: CannedAws) -> Path:
    """Return what botocore trusts where it is told nothing, and the canned AWS."""
    own = Path(botocore.__file__).with_name("cacert.pem").read_text()
    bundle = aws.directory / "roots.pem"
    bundle.write_text(own + (aws.directory / AUTHORITY).read_text())
    return bundle


def _imports(bundle: Path) -> Section:
    given = {"AWS_DEFAULT_REGION": "us-east-1"}
    programs = {
        name: Program(source=f"import gatelet.handlers.{name}" if name else "pass", path=(bundle,), environment=given)
        for name in ("", *FUNCTIONS)
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            seconds[name].append(program.seconds())
    bare = seconds.pop("")
    return Section(
        title="Processor time of an import",
        rows=tuple(_import_row(name, taken, bare) for name, taken in seconds.items()),
    )


def _import_row(name: str, seconds: list[float], bare: list[float]) -> Row:
    return at_most(
        f"import {name}",
        statistics.median(taken / base for taken, base in zip(seconds, bare, strict=True)),
        None,
        against=f"bare Python, {statistics.median(bare) * 1000:.0f} ms",
        remark=f"{statistics.median(seconds) * 1000:.0f} ms",
    )
