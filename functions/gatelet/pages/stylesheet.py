"""The one stylesheet: rendered with the colour of the brand, under a name that its content decides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from gatelet.pages.colour import EDGE_CONTRAST, TEXT_CONTRAST, mix, readable_on, visible_on

if TYPE_CHECKING:
    from gatelet.pages.brand import Brand

SOURCE = Path(__file__).with_name("pages.css")
SURFACES = {"light": ("#ffffff", "#f4f5f7"), "dark": ("#1b1e24", "#121418")}
"""Of each scheme, the card and the page behind it."""


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file that may be kept for ever: other content has another name."""

    content_type: str
    body: bytes


def asset(name: str, brand: Brand) -> Asset | None:
    """Return the file of that name under /assets/, and None where there is none."""
    current, body = _stylesheet(brand.colour)
    return Asset(content_type="text/css; charset=utf-8", body=body) if name == current else None


def stylesheet_path(brand: Brand) -> str:
    """Return the path of the stylesheet of a brand."""
    return f"/assets/{_stylesheet(brand.colour)[0]}"


@lru_cache(maxsize=8)
def _stylesheet(colour: str) -> tuple[str, bytes]:
    """Return name and content; only the colour of a brand is in it."""
    light, dark = (_properties(scheme, colour) for scheme in SURFACES)
    schemes = f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
    body = schemes.encode() + SOURCE.read_bytes()
    return f"pages.{sha256(body).hexdigest()[:16]}.css", body


def _properties(scheme: str, colour: str) -> str:
    """Return the custom properties of one colour scheme."""
    card, page = SURFACES[scheme]
    text = readable_on(colour)
    properties = {
        "card": card,
        "page": page,
        "accent": visible_on((card, page), colour, least=TEXT_CONTRAST),
        "button": colour,
        # Away from the text on it, so that a button under the pointer is never harder to read.
        "button-hover": mix(colour, readable_on(text), 0.14),
        "button-text": text,
        "button-edge": visible_on((card, page), colour, least=EDGE_CONTRAST),
    }
    return "".join(f"--{name}:{value};" for name, value in properties.items())
