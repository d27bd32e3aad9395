"""The application in a window, and what only the browser itself knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.browser.steps import post
from tests.e2e.browser.witness import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

    from tests.e2e.browser.witness import Witness

CLIENT_ID = "c_spa"
COOKIE = "__Host-rt-"
WITH_HEADER = {"x-requested-with": "fetch"}
CALL = "(name) => import('/session.js').then((session) => session[name]())"
ASK = """([url, headers]) => fetch(url, {
    method: "POST", credentials: "include", headers, body: new URLSearchParams({ client_id: "c_spa" })
}).then((answer) => answer.status, (error) => error.name)"""


def call(page: Page, name: str) -> object:
    """Call a function of the application's session, in the module that it runs itself."""
    return page.evaluate(CALL, name)


def ask(page: Page, url: str, headers: dict[str, str]) -> int | str:
    """Let a page renew with a fetch of its own; return the status, or the error that its script sees."""
    told: int | str = page.evaluate(ASK, [url, headers])
    return told


def click(page: Page, name: str) -> None:
    """Press a button of the application's; the page stays."""
    page.get_by_role("button", name=name, exact=True).click()


def tells(page: Page, sentence: str) -> None:
    """Wait until the application says so; the first request of a function starts it."""
    expect(page.get_by_role("status")).to_have_text(sentence, timeout=PATIENCE)


def answers(page: Page, sub: str) -> None:
    """Have the application call its API, and wait for whom that sees."""
    click(page, "Call the API")
    expect(page.locator("#answer")).to_contain_text(f'"sub": "{sub}"', timeout=PATIENCE)


def refresh_cookies(page: Page) -> dict[str, str]:
    """Return names and values of the refresh tokens that the browser keeps."""
    cookies = page.context.cookies()
    return {cookie["name"]: cookie["value"] for cookie in cookies if cookie["name"].startswith(COOKIE)}


def asked(witness: Witness, path: str) -> list[Request]:
    """Return the requests of a path; the browser's own questions before them are not among them."""
    return [request for request in witness.requests if request.url.endswith(path) and request.method == "POST"]


def blocked(witness: Witness, times: int = 1) -> None:
    """See that the browser kept answers from a page, for the server did not allow it to read them. Fetch §3.2"""
    assert len([line for line in witness.complaints if "blocked by CORS policy" in line]) == times
    witness.complaints.clear()


def posted(page: Page, url: str, witness: Witness) -> dict[str, str]:
    """Let a page send what a form can, see it refused, and return the headers that the browser sent along."""
    post(page, url, client_id=CLIENT_ID)
    assert '"invalid_request"' in page.content()
    headers: dict[str, str] = asked(witness, "/oauth2/refresh")[-1].all_headers()
    return headers
