"""The licence of an installed distribution, as an expression of SPDX. PEP 639"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import PackageMetadata

# What was written in the field License before there was License-Expression, and is no identifier of SPDX.
_TEXTS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "PSFL": "PSF-2.0",
    "The MIT License (MIT)": "MIT",
}
_IDENTIFIERS = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0"})
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def expression_of(metadata: PackageMetadata) -> str | None:
    """Return what the metadata states; None where it states nothing that is known.

    License-Expression comes first, then the first line of License, then the classifiers, all of which hold together.
    """
    stated = _field(metadata, "License-Expression")
    if stated:
        return stated
    text = _field(metadata, "License").partition("\n")[0].strip()
    if text in _IDENTIFIERS:
        return text
    if text in _TEXTS:
        return _TEXTS[text]
    named = [entry for entry in metadata.get_all("Classifier") or () if entry.startswith("License :: ")]
    known = [_CLASSIFIERS.get(entry.rpartition(" :: ")[2]) for entry in named]
    return " AND ".join(sorted(filter(None, known))) if known and all(known) else None


def _field(metadata: PackageMetadata, name: str) -> str:
    return next(iter(metadata.get_all(name) or ()), "").strip()
