"""`make run`, from its first line to its last: what it says, and that it leaves nothing behind however it ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import requests

from tests.e2e.concurrency import eventually
from tests.e2e.person import Browser, parameters
from tests.e2e.run_process import RunProcess
from tests.e2e.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]

looks_at_processes = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


@pytest.fixture
def begin(tmp_path, assembly):
    """Begin runs in one directory, and end them with the test."""
    runs: list[RunProcess] = []

    def begin(*, synthesized: bool = True, **environment: str) -> RunProcess:
        output = tmp_path / f"output-{len(runs)}"
        run = RunProcess(tmp_path / ".gatelet", output, assembly if synthesized else None, environment)
        runs.append(run)
        return run

    yield begin
    for run in runs:
        run.kill()


@pytest.fixture
def start(begin: Callable[..., RunProcess]) -> Callable[..., RunProcess]:
    """Start a run and wait until it is ready."""

    def start(**environment: str) -> RunProcess:
        run = begin(**environment)
        eventually(run.is_ready_or_over, within=60)
        assert run.process.poll() is None, run.output
        return run

    return start


@looks_at_processes
@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_nothing_is_left_however_it_ends(number, start):
    """Ctrl-C, a polite end, a closed terminal, kill -9: no process and no directory."""
    run = start()
    assert requests.get(f"{run.record()['issuer']}/.well-known/jwks.json", timeout=60).status_code == 200
    assert len(run.processes()) >= 3, "the run, the emulator and a worker"
    run.process.send_signal(number)
    status = run.process.wait(30)
    eventually(run.has_left_nothing, within=30)
    assert status == (-signal.SIGKILL if number == signal.SIGKILL else 0)


@looks_at_processes
def test_nothing_is_left_when_it_is_killed_while_it_synthesizes(begin):
    """The CDK's processes end too."""
    run = begin(synthesized=False)
    eventually(lambda: any("jsii" in command for command in run.processes().values()), within=60)
    run.kill()
    eventually(run.has_left_nothing, within=30)


@looks_at_processes
def test_run_ends_when_the_emulator_does(start):
    """And says so."""
    run = start()
    (emulator,) = (number for number, command in run.processes().items() if "gatelet_cli.local.door" in command)
    os.kill(emulator, signal.SIGKILL)
    assert run.process.wait(30) == 1
    assert "The emulator has ended by itself" in run.output
    eventually(run.has_left_nothing, within=30)


def test_second_run_says_where_the_first_one_is(start, begin):
    """And leaves it alone. What the first one tells is for its owner's eyes."""
    first = start()
    record = first.record()
    second = begin()
    assert second.process.wait(30) == 1
    assert record["issuer"] in second.output
    assert "Traceback" not in second.output
    assert first.record() == record
    assert stat.S_IMODE(first.record_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.directory.stat().st_mode) == 0o700


def test_printed_commands_work_when_pasted(start):
    """Every one, in the order they are printed; a person signs in between."""
    run = start()
    record, lines = run.record(), run.output.splitlines()
    (url,) = [line for line in lines if "/oauth2/authorize?" in line]
    arrived = parameters(Browser(record["issuer"]).sign_in(url, SimpleNamespace(**record["user"])))
    commands = "\n".join(line.replace("code=CODE", f"code={arrived['code']}") for line in lines if "curl " in line)
    shell = shutil.which("sh") or "/bin/sh"
    pasted = subprocess.run([shell], input=commands, capture_output=True, text=True, timeout=60, check=True)
    assert pasted.stderr == ""
    assert pasted.stdout.count('"access_token"') == 4
    assert pasted.stdout.count('"id_token"') == 1
    assert pasted.stdout.count("HTTP/1.1 200") == 2, "the route and the revocation"
    assert pasted.stdout.count("HTTP/1.1 401") == 1
    assert pasted.stdout.count('"invalid_grant"') == 1
    eventually(lambda: "client_credentials  c_service" in run.output, within=5)
    assert "POST    /oauth2/token 200" in run.output


def test_port_that_is_taken_is_refused_by_its_number(begin):
    """PORT= asks for that one and no other."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = begin(PORT=str(port))
        assert run.process.wait(30) == 1
    assert f"PORT={port}" in run.output
    assert "Traceback" not in run.output
    assert not run.directory.exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "\N{FULLWIDTH DIGIT EIGHT}000"])
def test_port_that_is_none_is_refused(begin, port):
    """In words."""
    run = begin(PORT=port)
    assert run.process.wait(30) == 1
    assert f"PORT={port} is not a port" in run.output


def test_users_clients_and_keys_are_kept(start):
    """KEEP=1: what was issued before the end is good after it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings = {"KEEP": "1", "PORT": str(free.getsockname()[1])}
    run = start(**settings)
    before, record = _visit(run), run.record()
    run.process.terminate()
    assert run.process.wait(30) == 0
    assert not run.record_file.exists()
    again = start(**settings)
    after = _visit(again)
    assert again.record()["clients"] == record["clients"]
    assert again.record()["user"] == record["user"]
    assert after.kids == before.kids
    assert after.server.refresh(after.legacy, before.refresh_token).status_code == 200


def _visit(run: RunProcess) -> SimpleNamespace:
    """Sign in, and look at the keys."""
    record = run.record()
    server = Server(record["issuer"], requests.Session())
    legacy, user = SimpleNamespace(**record["clients"]["legacy"]), SimpleNamespace(**record["user"])
    return SimpleNamespace(
        server=server,
        legacy=legacy,
        kids=[key["kid"] for key in requests.get(server.jwks_uri, timeout=60).json()["keys"]],
        refresh_token=server.password(legacy, user)["refresh_token"],
    )
