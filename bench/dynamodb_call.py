"""One call to DynamoDB, by the request path's own transport and by boto3: signed, sent over TLS, read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

import gatelet
from bench import peer_environment
from bench.canned_aws import canned_aws
from bench.population import USER
from bench.program import VALGRIND, Program
from bench.rounds import Case, Rounds
from bench.row import Section, at_most
from bench.scenario import Scenario, enter, environment
from gatelet.aws.direct_connection import DirectConnection

if TYPE_CHECKING:
    from bench.canned_aws import CannedAws
    from bench.row import Row

GOAL = 0.20
CALL: dict[str, Any] = {
    "TableName": "directory",
    "Key": {"pk": {"S": f"USER#{USER.sub}"}, "sk": {"S": "USER"}},
    "ConsistentRead": True,
}
OWN = f"""
from gatelet.aws.direct_connection import DirectConnection
connection = DirectConnection(deadline=60.0)
for _ in range(int(sys.stdin.read())):
    connection.start_request()
    assert connection.dynamodb("get_item", **{CALL!r})["Item"]
"""
SDK = f"""
import boto3
client = boto3.client("dynamodb")
for _ in range(int(sys.stdin.read())):
    assert client.get_item(**{CALL!r})["Item"]
"""
FEW, MANY = 5, 25
FUNCTIONS = Path(gatelet.__file__).parents[1]


def measure() -> tuple[Section, ...]:
    """Compare processor time within one process, and instructions of programs that differ in calls alone."""
    peer_environment.require()
    with canned_aws(Scenario.new()) as aws:
        enter(*aws)
        rows = (_processor_time(), _instructions(aws))
    return (Section(title="One DynamoDB call", rows=rows),)


def _processor_time() -> Row:
    connection, client = DirectConnection(deadline=60.0), boto3.client("dynamodb")

    def own(_: object) -> None:
        connection.start_request()
        _require(connection.dynamodb("get_item", **CALL))

    ratio = Rounds({"own": Case(own), "boto3": Case(lambda _: _require(client.get_item(**CALL)))}).ratio("own", "boto3")
    return at_most(
        "one DynamoDB call, processor time",
        ratio.median,
        GOAL,
        against=f"boto3, {ratio.base_us:.0f} us",
        remark=f"{ratio.case_us:.0f} us, half of the rounds {ratio.lowest:.2f} to {ratio.highest:.2f}",
    )


def _instructions(aws: CannedAws) -> Row:
    what, against = "one DynamoDB call, instructions", "boto3"
    if VALGRIND is None:
        return at_most(what, None, GOAL, against=against, remark="valgrind is not installed")
    given = environment(*aws)
    own = _per_call(OWN, (FUNCTIONS, peer_environment.PACKAGES), given)
    sdk = _per_call(SDK, (peer_environment.PACKAGES,), given)
    return at_most(
        what, own / sdk, GOAL, against=f"{against}, {sdk / 1000:.0f} thousand", remark=f"{own / 1000:.0f} thousand"
    )


def _per_call(source: str, path: tuple[Path, ...], given: dict[str, str]) -> float:
    programs = [Program(source=source, path=path, environment=given, stdin=str(count)) for count in (FEW, MANY)]
    programs[0].run()  # leaves the bytecode of what had none, which only the first of the two would compile
    few, many = (program.instructions() for program in programs)
    return (many - few) / (MANY - FEW)


def _require(answer: Any) -> None:  # noqa: ANN401 - boto3 makes its answers at run time
    if "Item" not in answer:
        raise RuntimeError(f"the read of {os.environ['AWS_ENDPOINT_URL']} went wrong: {answer}")
