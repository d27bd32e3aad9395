"""The page speaks the best language of those asked for. RFC 9110 §12.5.4, RFC 4647 §3.4"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.pages.language import LANGUAGES, MOST_RANGES, accepted_languages, choose_language

TAGS = st.from_regex(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}", fullmatch=True)


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", ()),
        ("de", ("de",)),
        ("de-AT,de;q=0.9, en;q=0.8", ("de-AT", "de", "en")),
        ("en;q=0.5, de", ("de", "en")),
        ("fr;q=0, en", ("en",)),
        ("*, en;q=0.1", ("en",)),
        ("en;q=2, de;q=x, fr; q=0.3", ("fr",)),
    ],
)
def test_languages_are_taken_by_their_weight(header, tags):
    assert accepted_languages(header) == tags


@given(st.text())
def test_any_header_is_read(header):
    assert choose_language(accepted_languages(header)) in LANGUAGES


@given(st.lists(st.tuples(TAGS, st.integers(0, 1000)), max_size=MOST_RANGES), st.sampled_from([",", ", ", " , "]))
def test_what_a_browser_writes_is_taken_in_the_order_of_its_weights(ranges, comma):
    """A weight of 0 is a refusal, equal weights keep their order. RFC 9110 §12.4.2, §12.5.4"""
    header = comma.join(f"{tag};q={weight / 1000:.3f}" for tag, weight in ranges)
    wanted = sorted((pair for pair in ranges if pair[1]), key=lambda pair: -pair[1])
    assert accepted_languages(header) == tuple(tag for tag, _ in wanted)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_locales_are_read(locales):
    assert choose_language(locales) in LANGUAGES


def test_a_long_header_is_not_read_to_its_end():
    assert len(accepted_languages(",".join(["de"] * 1000))) == MOST_RANGES


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        ((), "en"),
        (("de",), "de"),
        (("DE-at", "en"), "de"),
        (("de_DE",), "de"),
        (("fr", "de", "en"), "de"),
        (("tlh",), "en"),
    ],
)
def test_the_first_language_with_a_catalogue_is_spoken(locales, language):
    assert choose_language(locales) == language
