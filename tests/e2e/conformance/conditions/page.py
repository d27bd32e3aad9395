"""What the suite asks a screenshot of: a page of the provider's own, from which nobody is redirected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests


def is_shown(page: requests.Response, *, status: int, heading: str) -> None:
    """Require a page with this heading, that leads nowhere by itself."""
    assert page.status_code == status, page.text
    assert page.headers["content-type"].startswith("text/html")
    assert "location" not in page.headers
    assert f"<h1>{heading}</h1>" in page.text
