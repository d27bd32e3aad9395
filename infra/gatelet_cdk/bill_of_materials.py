"""The bill of materials of a bundle. CycloneDX 1.6 (ECMA-424)"""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageMetadata, distributions, version
from typing import TYPE_CHECKING

from gatelet_cdk import lock_file
from gatelet_cdk.licence import expression_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gatelet_cdk.lock_file import Locked

FILE = "gatelet/bom.cdx.json"
"""Relative to the bundle."""


def own_version() -> str:
    """Return the version of Gatelet."""
    return version("gatelet")


def write(directory: Path, lock: Path) -> None:
    """Describe the distributions whose metadata lie in a bundle; the same bytes for the same bundle.

    There is neither a time nor a serial number in it, both of which are optional.
    """
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": {
                **_named("application", "gatelet", own_version()),
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": list(_components(directory, lock)),
    }
    (directory / FILE).write_text(json.dumps(document, indent=1) + "\n")


def _components(directory: Path, lock: Path) -> Iterator[dict[str, object]]:
    shipped = {_normal(found.name): found.metadata for found in distributions(path=[str(directory)])}
    for locked in lock_file.read(lock.read_text()):
        if locked.name in shipped:
            yield _component(locked, shipped[locked.name])


def _component(locked: Locked, metadata: PackageMetadata) -> dict[str, object]:
    stated = expression_of(metadata)
    return {
        **_named("library", locked.name, locked.version),
        "licenses": [_licence(stated)] if stated else [],
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in locked.sha256],
    }


def _named(kind: str, name: str, number: str) -> dict[str, object]:
    purl = f"pkg:pypi/{name}@{number}"
    return {"type": kind, "bom-ref": purl, "name": name, "version": number, "purl": purl}


def _licence(stated: str) -> dict[str, object]:
    return {"expression": stated} if " " in stated else {"license": {"id": stated}}


def _normal(name: str) -> str:
    """Write a name as locks do. PEP 503"""
    return re.sub(r"[-_.]+", "-", name).lower()
