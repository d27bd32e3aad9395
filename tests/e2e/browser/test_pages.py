"""What holds of every page, whoever looks at it and on whatever. WCAG 2.2"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.browser.gallery import GALLERY, Visitors, settle_in
from tests.e2e.browser.looks import NARROW, WIDE, faults, photograph, resize, too_wide
from tests.e2e.browser.witness import Witness, open_browsers

PICTURES = os.environ.get("GATELET_SCREENSHOTS")
CONTROLS = "a[href], button, input:not([type=hidden]):not([hidden])"
FOCUSED = """() => {
    const style = getComputedStyle(document.activeElement);
    const {top, bottom} = document.activeElement.getBoundingClientRect();
    return {
        control: document.activeElement.outerHTML,
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        inView: top >= 0 && bottom <= innerHeight,
    };
}"""


LOGO = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsGtiNCNZ2Qi+"
    "hcEKLDX9WgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQELgv1Y9DxpN9TEgAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def wordy(make_application):
    """Register an application that tells much of itself, and asks for much."""
    return make_application(
        client_name="Bundesarchivbilderverwaltungsanwendung-der-Vereinigten-Landesarchive",
        client_uri="https://album.example/",
        policy_uri="https://album.example/privacy",
        tos_uri="https://album.example/terms",
        logo_uri=LOGO,
        scope=("openid", "profile", "email", "address", "phone", "offline_access", "whoami:read"),
    )


@pytest.fixture(scope="module")
def visitors(chromium, stack, application, wordy, registration):
    with open_browsers(chromium, stack.issuer, Witness()) as open_browser:
        stranger, resident = open_browser(), open_browser()
        visitors = Visitors(stranger, resident, registration.person("reader"), application, wordy)
        settle_in(visitors, open_browser())
        yield visitors


@pytest.fixture(scope="module", params=GALLERY)
def page(request, visitors):
    """Open a page; where pictures are wanted, take them."""
    page = GALLERY[request.param](visitors)
    if PICTURES:
        photograph(page, Path(PICTURES) / request.param)
    resize(page, WIDE)
    yield page
    page.close()


@pytest.mark.parametrize(("scheme", "behind"), [("light", "rgb(244, 245, 247)"), ("dark", "rgb(18, 20, 24)")])
def test_everything_can_be_read_and_has_a_name(page, scheme, behind):
    """Contrast, labels, roles, landmarks. §1.1.1, §1.3.1, §1.4.3, §4.1.2"""
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == behind
    assert faults(page) == []


def test_page_says_what_it_is(page):
    """One heading that the title begins with too. §2.4.2, §2.4.6"""
    assert page.locator("html").get_attribute("lang") == "en"
    heading = page.get_by_role("heading", level=1).inner_text()
    assert page.title().removeprefix("Error: ") == f"{heading} · Gatelet"


def test_narrow_screen_is_wide_enough(page):
    """Nothing is cut off or needs scrolling sideways, and what is pressed is large enough. §1.4.10, §2.5.8"""
    assert too_wide(page) == []
    for control in page.locator(CONTROLS).all():
        box = control.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW[0]
        assert box["height"] >= 24


def test_keyboard_reaches_every_control_and_shows_where_it_is(page):
    """In the order of the page. §2.1.1, §2.4.3, §2.4.7, §2.4.11"""
    resize(page, WIDE)
    controls = [control.evaluate("each => each.outerHTML") for control in page.locator(CONTROLS).all()]
    page.keyboard.press("Tab")
    page.evaluate("controls => document.querySelector(controls)?.focus()", CONTROLS)
    for control in controls:
        focused = page.evaluate(FOCUSED)
        assert focused["control"] == control
        assert focused["outline"] >= 2
        assert focused["inView"]
        page.keyboard.press("Tab")


def test_nothing_comes_from_elsewhere(page, stack):
    """No request to another origin, no script, and the stylesheet of the issuer applies."""
    sources = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert len(sources) == 1
    assert sources[0].startswith(f"{stack.issuer}/assets/pages.")
    assert page.locator("script, iframe, object, style, [style]:not([style=''])").count() == 0
