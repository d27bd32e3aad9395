"""Durations, as people write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet_cli.duration import describe, parse


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90", 90), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)]
)
def test_written_duration_is_read(text, seconds):
    assert parse(text) == seconds


@given(st.text(max_size=8))
def test_anything_else_is_refused(text):
    try:
        assert parse(text) >= 0
    except ValueError as error:
        assert "must be a number" in str(error)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (86_400, "1 d"), (90_061, "1 d 1 h")],
)
def test_duration_is_told_in_its_two_largest_units(seconds, text):
    assert describe(seconds) == text
