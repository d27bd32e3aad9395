"""Whose pages these are: a name, a colour, a logo and where help is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatelet.pages.colour import COLOUR
from gatelet.pages.link import is_link

LOGO = re.compile(r"data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, kw_only=True)
class Brand:
    """How the operator presents itself. Raises ValueError for what would not show, or not safely."""

    name: str = "Gatelet"
    colour: str = "#1f5fbf"
    """As #rrggbb; shades of it that can be read are computed."""
    logo: str | None = None
    """A data URI: the pages load nothing from elsewhere."""
    support_url: str | None = None
    """https, or mailto."""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("the name must not be empty")
        if COLOUR.fullmatch(self.colour) is None:
            raise ValueError("the colour must be written as #rrggbb")
        if self.logo is not None and LOGO.fullmatch(self.logo) is None:
            raise ValueError("the logo must be a base64 data URI of an image")
        if self.support_url is not None and not is_link(self.support_url):
            raise ValueError("the support URL must be https or mailto")
