"""Looks locked versions up in a database of known vulnerabilities, by pip-audit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from gatelet_cdk import lock_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (ROOT / "infra" / "gatelet_cdk" / "runtime.lock", *sorted((ROOT / "requirements").glob("*.lock")))
# Every requirement is one exact version, so nothing is resolved and no pip is run.
OPTIONS = ("--disable-pip", "--no-deps", "--progress-spinner=off", "--desc=off", "--timeout=5", "--format=json")


class Result(NamedTuple):
    """What became of the distributions that were looked up."""

    clean: tuple[str, ...]
    vulnerable: tuple[str, ...]
    """With the names of the vulnerabilities."""
    unknown: tuple[str, ...]
    """With the reason why nothing is known about them."""


def locked(locks: Iterable[Path] = LOCKS) -> list[tuple[str, str]]:
    """Return name and version of every distribution of the locks."""
    return sorted({(entry.name, entry.version) for lock in locks for entry in lock_file.read(lock.read_text())})


def audit(program: str, wanted: Iterable[tuple[str, str]]) -> Result:
    """Ask pip-audit, as often as there are versions of one distribution."""
    results = [_ask(program, group) for group in _groups(wanted)]
    return Result(*(tuple(sorted(sum(parts, ()))) for parts in zip(*results, strict=True)))


def _groups(wanted: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Yield requirements that can stand together in one file."""
    rest = list(wanted)
    while rest:
        group = dict(reversed(rest))
        yield group
        rest = [pair for pair in rest if pair not in group.items()]


def _ask(program: str, group: dict[str, str]) -> Result:
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{name}=={version}\n" for name, version in sorted(group.items()))
        file.flush()
        command = [program, *OPTIONS, "--requirement", file.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        answered = {entry["name"]: entry for entry in json.loads(done.stdout)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        answered = {name: {"skip_reason": reason} for name in group}
    clean, vulnerable, unknown = [], [], []
    for name, version in group.items():
        entry = answered.get(name, {})
        if entry.get("vulns"):
            vulnerable.append(f"{name} {version}: {', '.join(found['id'] for found in entry['vulns'])}")
        elif "vulns" in entry:
            clean.append(f"{name} {version}")
        else:
            unknown.append(f"{name} {version}: {entry.get('skip_reason', 'not in the answer')}")
    return Result(tuple(clean), tuple(vulnerable), tuple(unknown))
