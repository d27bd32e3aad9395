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

import pytest
import requests

from tests.e2e.concurrency import eventually
from tests.e2e.run_process import RunProcess
from tests.e2e.server import Server

ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]

looks_at_processes = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


class Runs:
    """Begins runs in one directory."""

    def __init__(self, folder: Path, assembly: Path) -> None:
        self._folder = folder
        self._assembly = assembly
        self._begun: list[RunProcess] = []

    def begin(self, environment: dict[str, str] | None = None, *, synthesized: bool = True) -> RunProcess:
        output = self._folder / f"output-{len(self._begun)}"
        assembly = self._assembly if synthesized else None
        self._begun.append(RunProcess(self._folder / ".gatelet", output, assembly, environment or {}))
        return self._begun[-1]

    def start(self, **environment: str) -> RunProcess:
        """Begin a run and wait until it is ready."""
        run = self.begin(environment)
        eventually(run.is_ready_or_over, within=60)
        assert run.process.poll() is None, run.output
        return run

    def kill(self) -> None:
        for run in self._begun:
            run.kill()


@pytest.fixture
def runs(tmp_path, assembly):
    """Begin runs, and end them with the test."""
    runs = Runs(tmp_path, assembly)
    yield runs
    runs.kill()


@pytest.fixture(scope="module")
def running(tmp_path_factory, assembly):
    """Start a run that some tests share, and begin others beside it."""
    runs = Runs(tmp_path_factory.mktemp("run"), assembly)
    yield SimpleNamespace(run=runs.start(), begin=runs.begin)
    runs.kill()


@looks_at_processes
@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_nothing_is_left_however_it_ends(number, runs):
    """Ctrl-C, a polite end, a closed terminal, kill -9: no process and no directory."""
    run = runs.start()
    assert requests.get(f"{run.record()['issuer']}/.well-known/jwks.json", timeout=60).status_code == 200
    assert len(run.processes()) >= 3, "the run, the emulator and a worker"
    run.process.send_signal(number)
    status = run.process.wait(30)
    eventually(run.has_left_nothing, within=30)
    assert status == (-signal.SIGKILL if number == signal.SIGKILL else 0)


@looks_at_processes
def test_nothing_is_left_when_it_is_killed_while_it_synthesizes(runs):
    """The CDK's processes end too."""
    run = runs.begin(synthesized=False)
    eventually(lambda: any("jsii" in command for command in run.processes().values()), within=60)
    run.kill()
    eventually(run.has_left_nothing, within=30)


@looks_at_processes
def test_run_ends_when_the_emulator_does(runs):
    """And says so."""
    run = runs.start()
    (emulator,) = (number for number, command in run.processes().items() if "gatelet_cli.local.door" in command)
    os.kill(emulator, signal.SIGKILL)
    assert run.process.wait(30) == 1
    assert "The emulator has ended by itself" in run.output
    eventually(run.has_left_nothing, within=30)


def test_second_run_says_where_the_first_one_is(running):
    """And leaves it alone. What the first one tells is for its owner's eyes."""
    first = running.run
    record = first.record()
    second = running.begin()
    assert second.process.wait(30) == 1
    assert record["issuer"] in second.output
    assert "Traceback" not in second.output
    assert first.record() == record
    assert stat.S_IMODE(first.record_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.directory.stat().st_mode) == 0o700


def test_printed_commands_work_when_pasted(running):
    """Every one, in the order they are printed."""
    run = running.run
    commands = "\n".join(line for line in run.output.splitlines() if "curl " in line)
    shell = shutil.which("sh") or "/bin/sh"
    pasted = subprocess.run([shell], input=commands, capture_output=True, text=True, timeout=60, check=True)
    assert pasted.stderr == ""
    assert pasted.stdout.count('"access_token"') == 3
    assert pasted.stdout.count("HTTP/1.1 200") == 2, "the route and the revocation"
    assert pasted.stdout.count("HTTP/1.1 401") == 1
    assert pasted.stdout.count('"invalid_grant"') == 1
    eventually(lambda: "client_credentials  c_service" in run.output, within=5)
    assert "POST    /oauth2/token 200" in run.output


def test_port_that_is_taken_is_refused_by_its_number(runs):
    """PORT= asks for that one and no other."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = runs.begin({"PORT": str(port)})
        assert run.process.wait(30) == 1
    assert f"PORT={port}" in run.output
    assert "Traceback" not in run.output
    assert not run.directory.exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "\N{FULLWIDTH DIGIT EIGHT}000"])
def test_port_that_is_none_is_refused(runs, port):
    """In words."""
    run = runs.begin({"PORT": port})
    assert run.process.wait(30) == 1
    assert f"PORT={port} is not a port" in run.output


def test_users_clients_and_keys_are_kept(runs):
    """KEEP=1: what was issued before the end is good after it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings = {"KEEP": "1", "PORT": str(free.getsockname()[1])}
    run = runs.start(**settings)
    before, record = _visit(run), run.record()
    run.process.terminate()
    assert run.process.wait(30) == 0
    assert not run.record_file.exists()
    again = runs.start(**settings)
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
