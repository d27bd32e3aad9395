"""`make run` in a process of its own, in a directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = """
import sys
from pathlib import Path
from gatelet_cli.local.__main__ import main
directory, assembly = sys.argv[1:]
sys.exit(main(Path(directory), Path(assembly) if assembly else None))
"""


class RunProcess:
    """A run, seen from outside."""

    def __init__(self, directory: Path, output: Path, assembly: Path | None, environment: dict[str, str]) -> None:
        self.directory = directory
        self._output = output
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(directory), str(assembly or "")],
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PORT": "", "KEEP": "", **environment},
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """Return what it has printed so far."""
        return self._output.read_text()

    @property
    def record_file(self) -> Path:
        return self.directory / "local.json"

    def record(self) -> dict[str, Any]:
        """Return what it tells other programs."""
        return dict(json.loads(self.record_file.read_text()))

    def is_ready_or_over(self) -> bool:
        return "Ctrl-C" in self.output or self.process.poll() is not None

    def processes(self) -> dict[int, str]:
        """Return the number and command line of every process that has to do with this run, by any sign of it."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_text()
                signs = command + (process / "environ").read_text() + str((process / "cwd").readlink())
            except (OSError, UnicodeError):
                continue
            if str(self.directory) in signs:
                found[int(process.name)] = command.replace("\0", " ")
        return found

    def has_left_nothing(self) -> bool:
        """Tell whether neither a process nor the directory is there any more."""
        return not self.directory.exists() and not self.processes()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
