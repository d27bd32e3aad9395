"""One stylesheet, whose name changes with its content."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.pages import Brand, asset, stylesheet_path
from gatelet.pages.colour import contrast
from gatelet.pages.stylesheet import SOURCE, SURFACES
from tests.unit.pages.examples import BRAND

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
PROPERTY = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")


def content(brand):
    found = asset(stylesheet_path(brand).removeprefix("/assets/"), brand)
    assert found is not None
    return found.body.decode()


def schemes(text):
    """Return the colours of the light and the dark scheme."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for block in re.finditer(r"(@media \(prefers-color-scheme: dark\)\s*\{\s*)?:root\s*\{([^}]*)\}", text):
        (dark if block[1] else light).update(PROPERTY.findall(block[2]))
    return {"light": light, "dark": {**light, **dark}}


def test_the_stylesheet_is_found_under_its_path_alone():
    assert re.fullmatch(r"/assets/pages\.[0-9a-f]{16}\.css", stylesheet_path(BRAND))
    found = asset(stylesheet_path(BRAND).removeprefix("/assets/"), BRAND)
    assert found is not None
    assert found.content_type == "text/css; charset=utf-8"
    for name in ("", "pages.css", "pages.0000000000000000.css", "../pages.css", "../catalogue/en.json"):
        assert asset(name, BRAND) is None


def test_another_colour_has_another_name_and_another_logo_has_not():
    assert stylesheet_path(replace(BRAND, colour="#aa0000")) != stylesheet_path(BRAND)
    assert stylesheet_path(replace(BRAND, name="Other", logo=None)) == stylesheet_path(BRAND)


def test_it_loads_nothing():
    assert not re.search(r"url\(|@import|https?:|@font-face", content(BRAND))


def test_every_custom_property_is_defined_in_it():
    text = content(BRAND)
    assert set(re.findall(r"var\((--[a-z-]+)\)", text)) == set(re.findall(r"(--[a-z-]+):", text))


@pytest.mark.parametrize("scheme", SURFACES)
def test_its_own_colours_can_be_read(scheme):
    """WCAG 2.2 §1.4.3, §1.4.11"""
    colours = schemes(SOURCE.read_text())[scheme]
    for surface in SURFACES[scheme]:
        assert min(contrast(colours[name], surface) for name in ("text", "quiet", "bad")) >= 4.5
        assert contrast(colours["edge"], surface) >= 3
    for kind in ("bad", "good"):
        assert contrast(colours[kind], colours[f"{kind}-page"]) >= 4.5
    assert contrast(colours["text"], colours["hover"]) >= 4.5
    assert contrast(colours["bad"], colours["hover"]) >= 4.5
    assert contrast(colours["text"], colours["field"]) >= 4.5


@given(COLOURS)
def test_any_brand_can_be_read_and_seen(colour):
    """WCAG 2.2 §1.4.3, §1.4.11"""
    for scheme, surfaces in SURFACES.items():
        colours = schemes(content(Brand(colour=colour)))[scheme]
        assert contrast(colours["button-text"], colours["button"]) >= 4.5
        assert contrast(colours["button-text"], colours["button-hover"]) >= 4.5
        for surface in surfaces:
            assert contrast(colours["accent"], surface) >= 4.5
            assert contrast(colours["button-edge"], surface) >= 3
