"""Whose name, colour and logo the pages show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatelet.aws.settings import Settings

LARGEST_LOGO = 2560
"""Characters; a function's whole environment may hold 4 KB."""

_DEFAULTS = Settings()
_NAME = re.compile(r"(?=.*\S).{1,60}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LOGO = re.compile(r"data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+={0,2}")
_SUPPORT = re.compile(r"(?=.{1,256}$)(https://[A-Za-z0-9\[][!-~]*|mailto:[!-~]+@[!-~]+)")


class BrandError(ValueError):
    """The pages cannot show this brand."""


@dataclass(frozen=True, kw_only=True)
class Brand:
    """How the operator presents itself to people who sign in. Raises BrandError."""

    name: str = _DEFAULTS.brand_name
    colour: str = _DEFAULTS.brand_colour
    """As #rrggbb; the pages compute shades of it that can be read."""
    logo: str | None = None
    """A data URI of a small image, an SVG at best: the pages load nothing from elsewhere."""
    support_url: str | None = None
    """Where people find help: https, or mailto."""

    def __post_init__(self) -> None:
        if not (_NAME.fullmatch(self.name) and self.name.isprintable()):
            raise BrandError("The brand's name must be 1 to 60 printable characters")
        if not _COLOUR.fullmatch(self.colour):
            raise BrandError("The brand's colour must be written as #rrggbb")
        if self.logo is not None and not _LOGO.fullmatch(self.logo):
            raise BrandError("The brand's logo must be a base64 data URI of an image")
        if self.logo is not None and len(self.logo) > LARGEST_LOGO:
            raise BrandError(
                f"The brand's logo takes {len(self.logo)} characters of the function's environment, more than"
                f" {LARGEST_LOGO}: draw a simpler one, as SVG"
            )
        if self.support_url is not None and not _SUPPORT.fullmatch(self.support_url):
            raise BrandError("The brand's support URL must be https or mailto")

    @property
    def settings(self) -> dict[str, str | None]:
        """Return what the function that renders the pages is told."""
        return {
            "brand_name": self.name,
            "brand_colour": self.colour,
            "brand_logo": self.logo,
            "support_url": self.support_url,
        }
