"""The operator's name, colour and logo reach the pages, and no other function."""

from __future__ import annotations

import base64

import pytest

from gatelet import pages
from gatelet_cdk import AuthorizationServer, Brand, BrandError

LOGO = "data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
BRAND = {"name": "Søren & Co", "colour": "#AA3300", "logo": LOGO, "support_url": "mailto:help@soren.example"}
SETTINGS = {
    "GATELET_BRAND_NAME": "Søren & Co",
    "GATELET_BRAND_COLOUR": "#AA3300",
    "GATELET_BRAND_LOGO": LOGO,
    "GATELET_SUPPORT_URL": "mailto:help@soren.example",
}


def environments(template):
    return {
        module: function.properties["Environment"]["Variables"] for module, function in template.functions().items()
    }


def test_a_brand_is_told_to_the_function_that_renders_pages_alone(stack, synthesize):
    AuthorizationServer(stack, "Gatelet", brand=Brand(**BRAND))
    found = environments(synthesize(stack))
    assert SETTINGS.items() <= found.pop("authorize").items()
    assert not [name for environment in found.values() for name in environment if "BRAND" in name or "SUPPORT" in name]


def test_the_application_takes_a_brand_from_the_context(application):
    context = {"brandName": BRAND["name"], "brandColour": BRAND["colour"], "brandLogo": LOGO}
    found = environments(application(**context, supportUrl=BRAND["support_url"]))["authorize"]
    assert SETTINGS.items() <= found.items()
    with pytest.raises(SystemExit, match="rrggbb"):
        application(brandColour="red")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", ""),
        ("name", " "),
        ("name", "a\nb"),
        ("name", "x" * 61),
        ("colour", "red"),
        ("colour", "#fff"),
        ("colour", "#1f5fbf;}"),
        ("logo", "https://cdn.example/logo.png"),
        ("logo", "data:text/html;base64,AAAA"),
        ("logo", "data:image/svg+xml,<svg/>"),
        ("logo", "data:image/png;base64," + "A" * 2560),
        ("support_url", "javascript:alert(1)"),
        ("support_url", "http://help.example"),
        ("support_url", "https://"),
        ("support_url", "https:///x"),
        ("support_url", "https://help.example/a b"),
        ("support_url", "mailto:" + "x" * 250 + "@soren.example"),
        ("support_url", "help.example"),
    ],
)
def test_what_the_pages_could_not_show_is_refused_when_it_is_synthesized(member, value):
    with pytest.raises(BrandError, match=member.partition("_")[0]):
        Brand(**{member: value})


def test_the_pages_show_every_brand_that_the_construct_takes():
    largest = {**BRAND, "name": "x" * 60, "logo": "data:image/png;base64," + "A" * 2536}
    for members in ({}, BRAND, largest, {"support_url": "https://help.example/now?a=b#c"}):
        brand = Brand(**members)
        shown = pages.Brand(name=brand.name, colour=brand.colour, logo=brand.logo, support_url=brand.support_url)
        assert shown.name == brand.name
    assert pages.Brand() == pages.Brand(name=Brand().name, colour=Brand().colour)


def test_the_largest_brand_fits_into_the_environment_of_a_function(stack, synthesize):
    """All of it may have 4096 bytes; names and ARNs are known to AWS alone, so each counts as a long one here."""
    logo = "data:image/png;base64," + "A" * 2536
    support = "https://help.example/" + "x" * 230
    AuthorizationServer(stack, "Gatelet", brand=Brand(name="x" * 60, logo=logo, support_url=support))
    environment = environments(synthesize(stack))["authorize"]
    resolved = {name: value if isinstance(value, str) else "x" * 80 for name, value in environment.items()}
    assert sum(len(name) + len(value) for name, value in resolved.items()) < 4096
