"""AWS that answers at once, over TLS, in a process of its own: what it costs itself is in no number."""

from __future__ import annotations

import json
import multiprocessing
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from bench import certificate
from bench.loopback import Loopback, Reply
from bench.population import DIRECTORY, USER
from bench.scenario import GRANT_SECRET, SIGNING_SECRET
from gatelet.aws.attributes import marshal_item

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from bench.loopback import Asked
    from bench.scenario import Scenario


class CannedAws(NamedTuple):
    """Where it listens, and the directory with the authority of its certificate."""

    url: str
    directory: Path


@contextmanager
def canned_aws(scenario: Scenario) -> Iterator[CannedAws]:
    """Run it."""
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    with TemporaryDirectory() as name:
        directory = Path(name)
        certificate.make(directory)
        process = spawn.Process(target=_serve, args=(scenario, directory, sender), daemon=True)
        process.start()
        try:
            yield CannedAws(receiver.recv(), directory)
        finally:
            process.terminate()
            process.join()


def _serve(scenario: Scenario, directory: Path, sender: Connection[str, str]) -> None:
    answers = _answers(scenario)

    def answer(asked: Asked) -> Reply:
        fitting = (body for operation, word, body in answers if operation == asked.operation and word in asked.body)
        return Reply(next(fitting, b"{}"))

    server = Loopback(answer, certificate.server_context(directory))
    sender.send(server.url)
    server.serve_forever()


def _answers(scenario: Scenario) -> list[tuple[str, bytes, bytes]]:
    """Return answers by operation and a word of the request."""
    service, legacy, _, api, role, user = (marshal_item(item) for item in DIRECTORY)
    grant = scenario.grant()
    published = {"jwks": json.dumps(scenario.signing_keys.published()), "version": 1, "rotation": "first"}
    documents: list[tuple[str, str, dict[str, Any]]] = [
        ("GetSecretValue", f'"{SIGNING_SECRET}"', {"SecretString": scenario.signing_keys.to_json()}),
        ("GetSecretValue", f'"{GRANT_SECRET}"', {"SecretString": scenario.grant_keys.to_json()}),
        ("GetItem", '"CLIENT#c_service"', {"Item": service}),
        ("GetItem", '"CLIENT#c_legacy"', {"Item": legacy}),
        ("GetItem", f'"USER#{USER.sub}"', {"Item": user}),
        ("GetItem", '"KEYS"', {"Item": marshal_item(published)}),
        ("Query", '"RESOURCE_SERVERS"', {"Items": [api]}),
        ("Query", '"ROLES"', {"Items": [role]}),
        ("Query", '"FEED#', {"Items": []}),
        ("UpdateItem", f'"GRANT#{grant.gid}"', {"Attributes": marshal_item(asdict(grant))}),
    ]
    return [(operation, word.encode(), json.dumps(body).encode()) for operation, word, body in documents]
