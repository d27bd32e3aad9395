"""Relying parties in JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.javascript.node import install

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Install the libraries that they are made of."""
    return install()
