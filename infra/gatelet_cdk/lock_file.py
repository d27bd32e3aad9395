"""What a lock file of uv holds: exact versions and the hashes of the files that may be installed for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = re.compile(r"([a-z0-9][a-z0-9-]*)==([^\s;]+)(?: ; (.+?))?((?: --hash=sha256:[0-9a-f]{64})+)")
_CONTINUED = re.compile(r"\s*\\\n\s*")


class LockFileError(Exception):
    """A line that is no distribution of one version with its hashes."""


class Locked(NamedTuple):
    """A distribution."""

    name: str
    """As PEP 503 writes it."""
    version: str
    marker: str
    """Empty, or where it is installed. PEP 508"""
    sha256: tuple[str, ...]
    """Of every file of this version that is accepted, hexadecimal."""


def read(lock: str) -> Iterator[Locked]:
    """Yield each distribution of a lock file, in its order."""
    for line in _CONTINUED.sub(" ", lock).splitlines():
        if not line or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            raise LockFileError(line)
        name, version, marker, hashes = entry.groups(default="")
        yield Locked(name, version, marker, tuple(part.partition(":")[2] for part in hashes.split()))
