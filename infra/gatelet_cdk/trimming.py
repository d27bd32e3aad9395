"""What is left out of the bundle, and how large it may be."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 60_000_000
"""Bytes, unzipped; Lambda refuses more than four times that, and a cold start pays for each."""

SERVICES = frozenset({"dynamodb", "secretsmanager"})
"""The AWS services that the functions call; botocore carries the descriptions of 400."""

# Relative to the bundle. Licences stay: they ask to be passed on.
_UNUSED = (
    "bin",
    "boto3/examples",
    "botocore/docs/bcdoc/*.rst",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/entry_points.txt",
    "*.dist-info/top_level.txt",
    "*.dist-info/sboms",
    "**/tests",
    "**/*.pyi",
    "**/*.c",
    "**/*.h",
)


def trim(directory: Path) -> None:
    """Take out what no function reads."""
    for pattern in _UNUSED:
        for path in list(directory.glob(pattern)):
            _remove(path)
    for data in (directory / "botocore" / "data", directory / "boto3" / "data"):
        for path in data.iterdir():
            if path.is_dir() and path.name not in SERVICES:
                _remove(path)


def require_size(directory: Path) -> None:
    """Refuse a bundle that has grown beyond what it may be."""
    size = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    if size > LARGEST:
        raise ValueError(f"The bundle has {size} bytes, more than {LARGEST}: trim what is unused")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
