"""What is left out of the bundle, and how large it may be."""

from __future__ import annotations

import json
import shutil
import zipfile
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from gatelet_cdk import native_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_ZIPPED = 8_000_000
"""Bytes; Lambda refuses more than six times that, and a cold start fetches each."""
LARGEST = 30_000_000
"""Bytes, unzipped."""

SERVICES = frozenset({"dynamodb", "secretsmanager"})
"""The AWS services that the functions call; botocore carries the descriptions of 400."""

OWN = "gatelet"

# Relative to the bundle. Licences stay: they ask to be passed on.
_UNUSED = (
    "bin",
    ".lock",
    "cffi",  # makes extensions; those that are made need `_cffi_backend` alone
    "pycparser",
    "pycparser-*.dist-info",
    "aws_lambda_powertools/event_handler",
    "boto3/data",  # resources; the functions use clients
    "boto3/examples",
    "botocore/data/dynamodb/2011-12-05",
    "botocore/data/*/*/examples-1.json.gz",
    "botocore/docs/bcdoc/*.rst",
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",  # AWS tells time in UTC
    "urllib3/contrib/emscripten",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/entry_points.txt",
    "*.dist-info/top_level.txt",
    "*.dist-info/sboms",
    "**/tests",
    "**/py.typed",
    "**/*.pyi",
    "**/*.c",
    "**/*.h",
)
# Of these directories nothing else is used.
_USED = {
    "aws_lambda_powertools/utilities": frozenset({"__init__.py", "jmespath_utils"}),
    "botocore/data": SERVICES | {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"},
}


def trim(directory: Path) -> None:
    """Take out what no function reads."""
    for pattern in _UNUSED:
        for path in sorted(directory.glob(pattern)):
            _remove(path)
    for parent, used in _USED.items():
        for path in sorted((directory / parent).iterdir()):
            if path.name not in used:
                _remove(path)
    _trim_endpoints(directory / "botocore" / "data" / "endpoints.json")
    for library in directory.rglob("*.so"):
        native_library.strip(library)


def remove_sources(directory: Path) -> None:
    """Take out the sources that bytecode stands beside; ours has a place of its own, for tracebacks to quote them."""
    for source in directory.rglob("*.py"):
        if source.with_suffix(".pyc").exists():
            source.unlink()


def require_size(directory: Path) -> None:
    """Refuse a bundle that has grown beyond what it may be."""
    size = unzipped_size(directory)
    if size > LARGEST:
        raise ValueError(f"The bundle has {size} bytes, more than {LARGEST}: trim what is unused")


def zipped_size(directory: Path) -> int:
    """Return the bytes of a zip file of a directory."""
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in _files_of(directory):
                archive.write(path, path.relative_to(directory))
        return file.tell()


def unzipped_size(directory: Path) -> int:
    """Return the bytes of all files of a directory."""
    return sum(path.stat().st_size for path in _files_of(directory))


def _files_of(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())


def _trim_endpoints(file: Path) -> None:
    """Keep the addresses of the services that are called, in every partition of AWS."""
    document = json.loads(file.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {name: kept for name, kept in partition["services"].items() if name in SERVICES}
    file.unlink()  # a link into uv's cache
    file.write_text(json.dumps(document))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
