"""How a page looks, on whatever it is looked at. WCAG 2.2"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

WIDE, NARROW = (1280, 800), (320, 640)
"""The second is as wide as pages must be usable without scrolling both ways. WCAG 2.2 §1.4.10"""
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
WIDER = """() => [document.documentElement, ...document.querySelectorAll("body *")]
    .filter((each) => (each.scrollWidth > innerWidth || each.getBoundingClientRect().right > innerWidth)
        && !each.closest(".unseen"))
    .map((each) => each.outerHTML)"""


def resize(page: Page, size: tuple[int, int]) -> None:
    """Look at the page through a window of that size."""
    width, height = size
    page.set_viewport_size({"width": width, "height": height})


def faults(page: Page) -> list[str]:
    """Return what axe-core finds: contrast as rendered, labels, roles, landmarks, language, title."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
    assert any(each["id"] == "color-contrast" for each in found["passes"])
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in (*found["violations"], *found["incomplete"])]


def too_wide(page: Page) -> list[str]:
    """Return what is cut off, or needs scrolling sideways, on the narrow screen."""
    resize(page, NARROW)
    found: list[str] = page.evaluate(WIDER)
    return found


def photograph(page: Page, path: Path) -> None:
    """Leave pictures: light, dark, narrow."""
    resize(page, WIDE)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=f"{path}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.screenshot(path=f"{path}-light.png", full_page=True)
    resize(page, NARROW)
    page.screenshot(path=f"{path}-narrow.png", full_page=True)
