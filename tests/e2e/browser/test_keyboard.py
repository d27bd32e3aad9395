"""A keyboard is enough. WCAG 2.2 §2.1.1"""

from __future__ import annotations

from tests.e2e.browser.application import STATE
from tests.e2e.person import parameters

MANY = 20


def test_person_signs_in_without_a_pointer(page, application, person):
    """The cursor is where the name goes; Enter after the password signs in, and does not cancel."""
    page.goto(application.sign_in_url())
    page.locator("[name=username]:focus").wait_for()
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    enter(page)
    assert page.title().startswith("Allow access?")
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.locator("button[value=allow]:focus").count():
            break
    enter(page)
    answer = parameters(page.url)
    assert (answer["state"], "code" in answer) == (STATE, True)


def enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")
