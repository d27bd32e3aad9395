"""What is known of each mutant, kept so that a run which was interrupted goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KILLED = "killed"
SURVIVED = "survived"
SUSPECT = "suspect"
"""It survived among mutants in one session, and is to be tried on its own."""
TIMED_OUT = "timed out"
UNCOVERED = "not covered"


class Results:
    """One line for each mutant that was tried; the first line says of which product and which tests.

    Where tests have changed, what they killed before is believed, and the others are tried again; where the product
    has changed, all are.
    """

    def __init__(self, path: Path, *, world: str, tests: str) -> None:
        self._path = path
        self._head = {"world": world, "tests": tests}
        self._known: dict[str, str] = {}

    def load(self) -> None:
        """Read what is still true, and forget the rest."""
        head, lines = self._read()
        same_tests = head == self._head
        if head.get("world") == self._head["world"]:
            self._known = {
                each["id"]: each["status"] for each in lines if same_tests or each["status"] in {KILLED, TIMED_OUT}
            }
        kept = [json.dumps({"id": id_, "status": status}) for id_, status in self._known.items()]
        self._path.write_text("\n".join([json.dumps(self._head), *kept]) + "\n")

    def reload(self) -> None:
        """Read what another process has added."""
        self._known = {each["id"]: each["status"] for each in self._read()[1]}

    def forget(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)

    def status(self, id_: str) -> str | None:
        """Return what became of a mutant."""
        return self._known.get(id_)

    def add(self, id_: str, status: str) -> None:
        """Write one down at once."""
        self._known[id_] = status
        with self._path.open("a") as file:
            file.write(json.dumps({"id": id_, "status": status}) + "\n")

    def _read(self) -> tuple[dict[str, str], list[dict[str, str]]]:
        if not self._path.exists():
            return {}, []
        head, *lines = self._path.read_text().splitlines() or ["{}"]
        return json.loads(head), [json.loads(line) for line in lines]
