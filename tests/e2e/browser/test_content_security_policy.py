"""What gets into a page does no harm there. Content Security Policy Level 3, RFC 9700 §4.16"""

from __future__ import annotations

import pytest

from tests.e2e.browser.application import NAME
from tests.e2e.browser.steps import type_password

MARKUP = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
SCRIPT = "document.head.append(Object.assign(document.createElement('script'), {text: 'document.title = \"run\"'}))"
STYLE = "document.head.append(Object.assign(document.createElement('style'), {textContent: 'body {color: red}'}))"
IMAGE = "document.body.append(Object.assign(new Image(), {src: '%s/image.png'}))"
FRAME = "document.body.append(Object.assign(document.createElement('iframe'), {src: '%s'}))"


@pytest.fixture
def violation(page, witness):
    """Do something to a page, and return what its policy says to that."""

    def violation(script: str) -> str:
        with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
            page.evaluate(script)
        said: str = witness.complaints.pop()
        return said

    return violation


def test_name_of_a_client_is_text(page, make_application, person):
    """The operator is trusted, and whoever asked the operator to register something is not. ASVS §1.2.1"""
    page.goto(make_application(client_name=MARKUP).sign_in_url())
    assert page.get_by_text(f"to continue to {MARKUP}").is_visible()
    type_password(page, person)
    assert page.get_by_text(f"{MARKUP} would like to:").is_visible()
    assert page.title() == "Allow access? · Gatelet"


def test_script_does_not_run(page, application, violation):
    page.goto(application.sign_in_url())
    assert "script" in violation(SCRIPT)
    assert page.title() != "run"


def test_style_does_not_apply(page, application, violation):
    """Or it could read what is typed."""
    page.goto(application.sign_in_url())
    assert "style" in violation(STYLE)


def test_nothing_is_fetched_from_elsewhere(page, application, site, violation):
    page.goto(application.sign_in_url())
    assert "img-src" in violation(IMAGE % site.origin)
    assert "/image.png" not in {arrival.path for arrival in site.arrivals}


def test_page_is_not_shown_in_a_frame(page, application, site, violation):
    """Or somebody else's page could move the button under the pointer. RFC 9700 §4.16"""
    page.goto(site.origin)
    assert "frame-ancestors" in violation(FRAME % application.sign_in_url())
    assert page.frames[1].get_by_text(NAME).count() == 0
