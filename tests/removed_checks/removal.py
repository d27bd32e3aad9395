"""The checks that are taken out one by one, and the tests that must notice."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
AREAS = {
    "authorizer": "Authorizer",
    "code": "Redemption of a code",
    "rotation": "Rotation and reuse of refresh tokens",
    "sign_in": "Sign-in, consent and forms",
    "at_rest": "What is at rest",
}
"""Files of this folder, in the order of the page, and what they are about."""


class StaleRemovalError(Exception):
    """The text of a removal does not stand in its file exactly once: the list is older than the code."""


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One check, and what the code is without it."""

    area: str
    name: str
    file: str
    """Below functions/gatelet."""
    text: str
    replacement: str
    breaks: str
    """The sentence that then does not hold, and its specification."""
    tests: tuple[str, ...]
    """Each of them must fail: file below tests/, and name."""

    @property
    def module(self) -> str:
        """The name under which the tests import the changed file."""
        return "gatelet." + self.file.removesuffix(".py").replace("/", ".")

    def applied_to(self, source: str) -> str:
        """Return the source without the check. Raises StaleRemovalError."""
        if (count := source.count(self.text)) != 1:
            raise StaleRemovalError(f"{self.name}: its text stands {count} times in {self.file}")
        return source.replace(self.text, self.replacement)


def removals() -> tuple[Removal, ...]:
    """Return every removal, in the order of the files."""
    return tuple(
        Removal(area=area, **{**entry, "tests": tuple(entry["tests"])})
        for area in AREAS
        for entry in tomllib.loads((FOLDER / f"{area}.toml").read_text())["removal"]
    )
