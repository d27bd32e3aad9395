"""A look at a whole deployment: does it answer, how old are its keys, what does it hold?"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from gatelet.aws.record import scan
from gatelet.aws.settings import Settings
from gatelet.handlers import ENDPOINTS
from gatelet_cli.duration import describe
from gatelet_cli.failure import explain
from gatelet_cli.key_rotation import SECRETS, SIGNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.handlers import Endpoint
    from gatelet_cli.administration import Administration
    from gatelet_cli.terminal import Answer, Terminal

DISCOVERY = "/.well-known/openid-configuration"
NOT_FOUND = 404
SERVER_ERROR = 500
COUNTED = {"CLIENT": "clients", "USER": "users"}

Found = TypeVar("Found")


def inspect(administration: Administration, terminal: Terminal) -> dict[str, Any]:
    """Look at everything; a part that cannot be looked at is among the `problems`, and the rest is shown."""
    stack = administration.stack
    problems: list[str] = []
    endpoints = _endpoints(stack.issuer, terminal)
    keys = _look("keys", lambda: _keys(administration), problems)
    counts = _look("directory", lambda: _counts(administration), problems)
    tables = _look("tables", lambda: _tables(administration), problems)
    problems += [f"{name}: {state}" for name, state in endpoints.items() if not state.startswith("answers")]
    problems += [f"table {name} is {state}" for name, state in tables.items() if state != "ACTIVE"]
    return {
        "stack": stack.name,
        "region": stack.region,
        "issuer": stack.issuer,
        "password_grant": stack.password_grant,
        "endpoints": endpoints,
        "keys": keys,
        **counts,
        "tables": tables,
        "problems": problems,
    }


def _look(what: str, look: Callable[[], dict[str, Found]], problems: list[str]) -> dict[str, Found]:
    try:
        return look()
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        problems.append(f"{what}: {failure}")
        return {}


def _endpoints(issuer: str, terminal: Terminal) -> dict[str, str]:
    """Ask each endpoint without consequences: GET where that is its method, else OPTIONS."""
    if not issuer.startswith(("https://", "http://")):
        return {"discovery": f"{issuer} is not an http address"}
    answer = terminal.fetch(issuer + DISCOVERY)
    states = {"discovery": _discovery(answer, issuer)}
    if answer is None:
        return states
    for endpoint in ENDPOINTS:
        if endpoint.path != DISCOVERY:
            states[endpoint.name] = _state(terminal.fetch(issuer + endpoint.path, _method(endpoint)))
    return states


def _method(endpoint: Endpoint) -> str:
    return "GET" if "GET" in endpoint.methods and "{" not in endpoint.path else "OPTIONS"


def _discovery(answer: Answer | None, issuer: str) -> str:
    state = _state(answer)
    if answer is None or not state.startswith("answers"):
        return state
    try:
        claimed = json.loads(answer.body)["issuer"]
    except (ValueError, KeyError, TypeError):
        return "is not a metadata document"
    return state if claimed == issuer else f"names another issuer: {claimed}"


def _state(answer: Answer | None) -> str:
    if answer is None:
        return "cannot be reached from here"
    if answer.status == NOT_FOUND or answer.status >= SERVER_ERROR:
        return f"fails with {answer.status}"
    return f"answers ({answer.status})"


def _keys(administration: Administration) -> dict[str, str]:
    """Return the age of each key in use, and when the next rotation is possible."""
    status = administration.keys.status()
    now = administration.directory.now()
    ages = {
        f"{secret} {alg}": f"{ring['current']['kid']}, made {describe(max(0, now - ring['current']['created_at']))} ago"
        for secret in SECRETS
        for alg, ring in sorted(status[secret]["kids"].items())
    }
    youngest = max((ring["next"]["created_at"] for ring in status[SIGNING]["kids"].values()), default=now)
    left = youngest + status.get("next_key_age", Settings().next_key_age) - now
    return {**ages, "next rotation": f"in {describe(left)}" if left > 0 else "possible now"}


def _counts(administration: Administration) -> dict[str, int]:
    table = administration.stack.tables["directory"]
    kinds = Counter(
        item["sk"]
        for item in scan(
            administration.connection, table, "#sk = :client OR #sk = :user", {"client": "CLIENT", "user": "USER"}
        )
    )
    directory = administration.directory
    return {
        **{name: kinds[sk] for sk, name in COUNTED.items()},
        "apis": len(directory.resource_servers()),
        "roles": len(directory.roles()),
    }


def _tables(administration: Administration) -> dict[str, str]:
    return {
        name: str(administration.connection.dynamodb("describe_table", TableName=table)["Table"]["TableStatus"])
        for name, table in administration.stack.tables.items()
    }
