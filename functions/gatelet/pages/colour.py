"""Shades of the brand's colour that can be read. WCAG 2.2 §1.4.3, §1.4.11"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
BLACK, WHITE = "#000000", "#ffffff"
TEXT_CONTRAST = 4.5
"""Least contrast of text with what is behind it. WCAG 2.2 §1.4.3"""
EDGE_CONTRAST = 3.0
"""Least contrast of what must be seen to be used. WCAG 2.2 §1.4.11"""
STEPS = 100


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21. WCAG 2.2, contrast ratio"""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(background: str) -> str:
    """Return black or white, whichever can be read better; one of them always has a contrast above 4.5."""
    return max(WHITE, BLACK, key=lambda colour: contrast(colour, background))


def visible_on(backgrounds: Iterable[str], colour: str, *, least: float) -> str:
    """Return the shade nearest to the colour that stands out from every background.

    Raises ValueError where black and white both fail, as they do on a light and a dark one together.
    """
    backgrounds = tuple(backgrounds)
    for step in range(STEPS + 1):
        for end in (BLACK, WHITE):
            shade = mix(colour, end, step / STEPS)
            if all(contrast(shade, background) >= least for background in backgrounds):
                return shade
    raise ValueError(f"no shade of {colour} can be seen on {', '.join(backgrounds)}")


def mix(colour: str, other: str, share: float) -> str:
    """Return the colour with a share (0 to 1) of the other in it."""
    channels = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in channels)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Return the relative luminance. WCAG 2.2, relative luminance"""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own
