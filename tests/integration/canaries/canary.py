"""Secrets that are looked for wherever somebody may read, and every way in which a leak could spell them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DIGESTS = ("md5", "sha1", "sha256", "sha512")
LONG = 32
"""A secret of so many characters is worth something in part: each half is looked for."""


class Finding(NamedTuple):
    """Which secret is where, and how it is written there. Its text is not repeated."""

    canary: str
    spelling: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Canary:
    """One secret; `places` are those where it must be, since the answer is what hands it over."""

    name: str
    value: str
    places: frozenset[str] = frozenset()
    guessable: bool = False
    """Whether a person chose it: a digest without salt then tells it to whoever tries all words."""

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Return every text that would tell the secret, and its name."""
        told: dict[str, str] = {}
        for part, text in _parts(self.value):
            for name, spelled in _spell(text.encode()):
                told.setdefault(spelled, f"{part}{name}")
        if self.guessable:
            told |= {spelled: name for name, spelled in _digests(self.value.encode())}
        return told


def find(canaries: Iterable[Canary], places: Mapping[str, str]) -> list[Finding]:
    """Look for every secret in every place that is not its own."""
    return [
        Finding(canary.name, spelling, place)
        for canary in canaries
        for place, text in places.items()
        if place not in canary.places
        for spelled, spelling in canary.spellings.items()
        if spelled in text
    ]


def _parts(value: str) -> Iterator[tuple[str, str]]:
    yield "", value
    if len(value) >= LONG:
        middle = len(value) // 2
        yield "first half, ", value[:middle]
        yield "last half, ", value[middle:]


def _spell(data: bytes) -> Iterator[tuple[str, str]]:
    """Return how bytes are written in logs, tables, addresses and pages."""
    text = data.decode()
    yield "plain", text
    yield "percent", quote(text, safe="")
    yield "percent of a path", quote(text)
    yield "form", quote_plus(text)
    yield "JSON", json.dumps(text)[1:-1]
    yield "JSON in JSON", json.dumps(json.dumps(text)[1:-1])[1:-1]
    yield "HTML", html.escape(text)
    yield "HTML of a template", str(escape(text))
    yield "repr", repr(text)[1:-1]
    yield "repr of bytes", repr(data)[2:-1]
    yield "hex", data.hex()
    yield "HEX", data.hex().upper()
    for before in range(3):
        yield f"base64, {before} before", _base64(data, before)
        yield f"base64url, {before} before", _base64(data, before).translate(str.maketrans("+/", "-_"))


def _base64(data: bytes, before: int) -> str:
    """Return the characters that only these bytes decide, whatever stands around them."""
    whole = (before + len(data)) * 8 // 6
    return base64.b64encode(bytes(before) + data).decode()[-(-before * 8 // 6) : whole]


def _digests(data: bytes) -> Iterator[tuple[str, str]]:
    for name in DIGESTS:
        digest = hashlib.new(name, data, usedforsecurity=False).digest()
        yield f"{name} in hex", digest.hex()
        yield f"{name} in base64", base64.b64encode(digest).rstrip(b"=").decode()
        yield f"{name} in base64url", base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
