"""A brand that would not show, or not safely, is refused where it is configured."""

from __future__ import annotations

import pytest

from gatelet.pages import Brand
from tests.unit.pages.examples import LOGO


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", " "),
        ("colour", "red"),
        ("colour", "#fff"),
        ("colour", "#ffffff;}body{display:none"),
        ("colour", "#ffffff\n"),
        ("logo", "https://acme.example/logo.png"),
        ("logo", "data:text/html;base64,PGI+"),
        ("logo", f'{LOGO}" onerror="alert(1)'),
        ("support_url", "javascript:alert(1)"),
        ("support_url", "//help.example"),
        ("support_url", "https://help.example/\n"),
    ],
)
def test_an_unsound_brand_is_refused(member, value):
    with pytest.raises(ValueError, match="must"):
        Brand(**{member: value})


@pytest.mark.parametrize("support_url", ["https://help.example/a?b=c", "mailto:help@acme.example", "/help", None])
def test_a_sound_brand_is_taken(support_url):
    Brand(name="Acme GmbH & Co. KG", colour="#A0b1c2", logo=LOGO, support_url=support_url)
