"""Writes docs/openapi.json: `.venv/bin/python -m docs.openapi`."""

from __future__ import annotations

from docs.openapi import OPENAPI
from docs.openapi.document import text

OPENAPI.write_text(text())
