"""Which language a page speaks, and its texts."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CATALOGUES = Path(__file__).with_name("catalogue")
DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "de")
RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?")
MOST_RANGES = 32


def accepted_languages(header: str) -> tuple[str, ...]:
    """Return the language tags of an Accept-Language header, the best first. RFC 9110 §12.5.4"""
    ranges = [RANGE.fullmatch(each) for each in header.split(",", MOST_RANGES)[:MOST_RANGES]]
    weighed = [(float(each[2] or "1"), each[1]) for each in ranges if each]
    return tuple(tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight)


def choose_language(locales: Iterable[str]) -> str:
    """Return the first language that there is a catalogue of. RFC 4647 §3.4, OpenID Connect Core §3.1.2.1"""
    for locale in locales:
        language = locale.lower().replace("_", "-").partition("-")[0]
        if language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE


@lru_cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the texts of a language, read once."""
    texts: dict[str, str] = json.loads((CATALOGUES / f"{language}.json").read_bytes())
    return texts
