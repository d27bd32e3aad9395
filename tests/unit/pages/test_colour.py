"""Contrast as WCAG 2.2 defines it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.pages.colour import contrast, mix, readable_on, visible_on

COLOURS = st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_has_the_published_values(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@given(COLOURS)
def test_black_or_white_can_be_read_on_anything(colour):
    assert contrast(readable_on(colour), colour) >= 4.5


@given(COLOURS, COLOURS)
def test_a_shade_can_be_seen(colour, background):
    assert contrast(visible_on([background], colour, least=4.5), background) >= 4.5


def test_a_colour_that_can_be_seen_stays_as_it_is():
    assert visible_on(["#ffffff"], "#1f5fbf", least=4.5) == "#1f5fbf"


def test_nothing_can_be_seen_on_black_and_white_at_once():
    with pytest.raises(ValueError, match="no shade"):
        visible_on(["#000000", "#ffffff"], "#1f5fbf", least=7)


def test_a_mix_lies_between():
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#123456", "#ffffff", 0) == "#123456"
