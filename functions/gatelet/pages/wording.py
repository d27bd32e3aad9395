"""Sentences of the catalogue with what is said in them: names, counts and times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from gatelet.pages.language import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE = 60
MOMENT = re.compile(
    r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>\d\d)T(?P<clock>\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|\+00:00)", re.ASCII
)
NAME = Markup('<bdi class="name">{}</bdi>')


class Wording:
    """The texts of one language. A key that the catalogue lacks raises KeyError."""

    def __init__(self, language: str) -> None:
        self._texts: Mapping[str, str] = catalogue(language)

    def __call__(self, key: str, **names: object) -> Markup:
        """Return a sentence; a text put in it is escaped, set off, and keeps its own direction of writing."""
        return escape(self._texts[key]).format(**{each: _set_off(name) for each, name in names.items()})

    def plain(self, key: str, **values: object) -> str:
        """Return a sentence without markup."""
        return self._texts[key].format(**values)

    def scope(self, name: str, description: str) -> str:
        """Return a scope in words, or its name where nobody described it."""
        return description or self._texts.get(f"scope.{name}", name)

    def wait(self, seconds: int) -> str:
        """Return how long to wait: rounded up to minutes, once it is more than one."""
        amount, unit = (seconds, "second") if seconds <= MINUTE else (-(-seconds // MINUTE), "minute")
        return self.plain(f"wait.{unit}.{'one' if amount == 1 else 'other'}", amount=amount)

    def time(self, moment: str) -> str:
        """Return a time of UTC in words. RFC 3339 §5.6

        Raises ValueError for another zone, or none.
        """
        time = MOMENT.fullmatch(moment)
        if time is None:
            raise ValueError(f"not a time of UTC: {moment}")
        month = self._texts[f"month.{int(time['month'])}"]
        return self.plain("time", day=int(time["day"]), month=month, year=time["year"], clock=time["clock"])


def _set_off(name: object) -> object:
    """Mark a text as a name; a number, and what a template has marked up itself, stay as they are."""
    return NAME.format(name) if isinstance(name, str) and not isinstance(name, Markup) else name
