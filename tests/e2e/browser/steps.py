"""What a person does on the pages. Everything is found as a screen reader finds it: by its label or its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.server import Person

FORM = """([action, fields]) => {
    const form = Object.assign(document.createElement("form"), {action, method: "post"});
    for (const [name, value] of Object.entries(fields))
        form.append(Object.assign(document.createElement("input"), {name, value}));
    document.body.append(form);
    form.submit();
}"""


def press(page: Page, name: str) -> None:
    """Press the button of that name, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def type_password(page: Page, person: Person, password: str | None = None) -> None:
    """Fill the login form in, and send it."""
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(person.password if password is None else password)
    press(page, "Sign in")


def sign_in(page: Page, url: str, person: Person) -> None:
    """Go all the way to the application, whatever is asked on it."""
    page.goto(url)
    if page.get_by_label("Password").count():
        type_password(page, person)
    if page.get_by_role("button", name="Allow", exact=True).count():
        press(page, "Allow")


def post(page: Page, url: str, **fields: str) -> None:
    """Let the page that is open send a form, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.evaluate(FORM, [url, fields])
