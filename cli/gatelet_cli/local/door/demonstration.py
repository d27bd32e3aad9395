"""The demonstration page: files that the door serves itself, so that nothing of it is deployed."""

from pathlib import Path
from typing import Any

FILES = Path(__file__).with_name("files")
TYPES = {
    "/demo": ("demo.html", "text/html; charset=utf-8"),
    "/demo/demo.css": ("demo.css", "text/css; charset=utf-8"),
    "/demo/demo.js": ("demo.js", "text/javascript; charset=utf-8"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def demonstration(method: str, path: str) -> tuple[int, dict[str, Any], bytes] | None:
    """Answer a request for the page or a part of it; None for any other."""
    if method not in {"GET", "HEAD"} or path not in TYPES:
        return None
    name, content_type = TYPES[path]
    return 200, {**HEADERS, "Content-Type": content_type}, (FILES / name).read_bytes()
