"""What a container holds on to: its memory after 1,000 requests to that after 100."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.canned_aws import canned_aws
from bench.events import authorizer_event
from bench.issuing import MACHINE, TokenEndpoint, refresh_event
from bench.program import Program
from bench.row import Section, at_most
from bench.scenario import Scenario, enter, environment
from gatelet_cdk import Bundle

if TYPE_CHECKING:
    from typing import Any

    from bench.row import Row

EARLY, REQUESTS = 100, 1000
GOAL = 1.05
SERVE = """
import json
from gatelet.handlers.{function} import handler

def resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * {page}

events = json.load(sys.stdin)
sizes = []
for number in range({requests}):
    answer = handler(events[number % len(events)], None)
    assert answer.get("isAuthorized") or answer.get("statusCode") == 200, answer
    if number + 1 in ({early}, {requests}):
        sizes.append(resident())
print(json.dumps(sizes), file=sys.stderr)
"""
PAGE = 4096


def measure() -> tuple[Section, ...]:
    """Measure token endpoint and authorizer, whose every token is a new one."""
    scenario = Scenario.new()
    with TemporaryDirectory() as directory, canned_aws(scenario) as aws:
        bundle, given = Path(directory), environment(*aws)
        Bundle.for_host().build(bundle)
        enter(*aws)
        endpoint = TokenEndpoint()
        calls = [authorizer_event(endpoint.access_token()) for _ in range(REQUESTS)]
        rows = (
            _row("token endpoint, both grants", "token", [MACHINE, refresh_event(scenario)], bundle, given),
            _row("authorizer, every token new", "authorizer", calls, bundle, given),
        )
    return (Section(title=f"Memory after {REQUESTS} requests", rows=rows),)


def _row(what: str, function: str, events: list[dict[str, Any]], bundle: Path, given: dict[str, str]) -> Row:
    source = SERVE.format(function=function, page=PAGE, requests=REQUESTS, early=EARLY)
    program = Program(source=source, path=(bundle,), environment=given, stdin=json.dumps(events))
    early, late = json.loads(program.run().splitlines()[-1])
    return at_most(
        what,
        late / early,
        GOAL,
        against=f"after {EARLY} requests, {early / 1e6:.1f} MB",
        remark=f"{late / 1e6:.1f} MB resident",
    )
