"""Each mitigation of the threat model is shown by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "threat-model.md"
TEST = re.compile(r"`((?:unit|integration|infra|e2e)/[\w/]+\.py)(?:::(test_\w+))?`")
NAMED = sorted(set(TEST.findall(DOCUMENT.read_text())))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_is_there(file, name):
    text = (ROOT / "tests" / file).read_text()
    assert not name or f"def {name}(" in text


@pytest.mark.clause("RFC9700-3-1")
def test_every_threat_has_one():
    sections = DOCUMENT.read_text().partition("## Stranger")[2]
    threats = re.findall(r"^\| (?!threat|---)(.+) \|$", sections, re.MULTILINE)
    assert threats
    assert [threat for threat in threats if not TEST.search(threat)] == []
