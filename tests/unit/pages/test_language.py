"""The page speaks the best language of those asked for. RFC 9110 §12.5.4, RFC 4647 §3.4"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.pages.language import LANGUAGES, MOST_RANGES, accepted_languages, choose_language


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
