"""Programs in JavaScript: what they need is installed from the lock, and they run in Node.js."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
LOCKED = ("package.json", "package-lock.json")
MODULES = HERE / "node_modules"
INSTALLED = MODULES / ".installed"
"""Holds the hash of the lock that was installed; `npm ci` removes it with all the rest."""


class Refused(Exception):
    """The client did not accept an answer of the server's, and says why."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.message = told.get("message")
        self.error = told.get("error")
        self.cause = told.get("cause")


class NodeProcess:
    """A program that is told one operation a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, operation: str, **parameters: Any) -> Any:
        """Do an operation, and return its result. Raises Refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"operation": operation, **parameters}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the program ended"
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["result"]


@contextmanager
def node(program: str) -> Iterator[NodeProcess]:
    """Run a program of this folder; it ends when its input does."""
    command = ["node", str(HERE / program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield NodeProcess(process)


def install() -> Path:
    """Install what the lock names, unless that is there already; no script of a package runs."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in LOCKED)).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text() == wanted:
        return MODULES
    npm = shutil.which("npm")
    assert npm, "npm is missing: it comes with Node.js, and on Debian as a package of its own"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    INSTALLED.write_text(wanted)
    return MODULES
