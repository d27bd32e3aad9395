"""examples/spa, registered and served as its README.md says, at another origin of the issuer's site."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from gatelet_cli.local.synthesis import STACK
from gatelet_cli.main import app as command
from tests.e2e.browser.spa.application import tells
from tests.e2e.browser.steps import press, type_password
from tests.e2e.javascript.static_site import static_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.e2e.javascript.static_site import StaticSite

SPA = Path(__file__).resolve().parents[4] / "examples" / "spa"
README = (SPA / "README.md").read_text()
ORIGIN = "http://127.0.0.1:8000"
"""Of the example as it stands; here it has another port."""
REGISTRATION = re.compile(r"^\.venv/bin/gatelet ((?:.*\\\n)+.*)$", re.MULTILINE)
HEADERS = re.compile(r"^```\n(Content-Security-Policy: (?:.+\n)+)```$", re.MULTILINE)


@pytest.fixture(scope="session")
def site() -> Iterator[StaticSite]:
    """Serve the application's origin."""
    with static_site() as site:
        yield site


@pytest.fixture(scope="session")
def foreign() -> Iterator[StaticSite]:
    """Serve an origin that nobody registered."""
    with static_site() as site:
        site.files["/index.html"] = b'<!doctype html><link rel="icon" href="data:,">'
        yield site


@pytest.fixture(scope="session")
def home(site, stack, tmp_path_factory) -> str:
    """Register and serve the application, and return its address."""
    site.add(SPA)
    config = json.loads(site.files["/config.json"])
    moved = {name: value.replace(config["issuer"], stack.issuer) for name, value in config.items()}
    site.files["/config.json"] = json.dumps(moved).encode()
    headers = HEADERS.findall(README)[0].replace("ISSUER API", stack.issuer)
    site.headers.update(line.split(": ", 1) for line in headers.splitlines())
    line = REGISTRATION.findall(README)[0].replace("\\\n", "").replace(ORIGIN, site.origin)
    _operate(line, stack, tmp_path_factory.mktemp("operator"))
    return str(site.home)


def _operate(line, stack, folder):
    """Run the operator's command beside what `make run` tells of itself."""
    facts = {"endpoint": stack.emulator.endpoint, "region": stack.emulator.session.region_name, "stack": STACK}
    (folder / ".gatelet").mkdir()
    (folder / ".gatelet" / "local.json").write_text(json.dumps(facts))
    with pytest.MonkeyPatch.context() as environment:
        environment.chdir(folder)
        done = CliRunner().invoke(command, shlex.split(line))
    assert done.exit_code == 0, done.output


@pytest.fixture
def signed_in(page, home, person) -> Page:
    """Sign somebody in, through every page, and return the application's."""
    window: Page = page
    window.goto(home)
    tells(window, "Nobody is signed in.")
    press(window, "Sign in")
    type_password(window, person)
    press(window, "Allow")
    tells(window, f"Signed in as {person.sub}.")
    return window


@pytest.fixture
def refresh_url(stack) -> str:
    return f"{stack.issuer}/oauth2/refresh"
