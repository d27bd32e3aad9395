"""The catalogues say the same in every language, and all of it is used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from gatelet.pages import views
from gatelet.pages.language import CATALOGUES, LANGUAGES, catalogue
from gatelet.pages.rendering import TEMPLATES
from gatelet.pages.wording import Wording

CODE = Path(views.__file__).with_name("wording.py")


def parameters(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def used():
    """Return the keys that templates and code name, those made of a choice included."""
    texts = [path.read_text() for path in (*TEMPLATES.glob("*.html"), CODE)]
    keys = {key for text in texts for key in re.findall(r'["\']([a-z_]+(?:\.[a-z_0-9]+)*)["\']', text)}
    keys |= {f"login.error.{each}" for each in views.LOGIN_ERRORS}
    keys |= {f"error.{each}.{part}" for each in views.REASONS for part in ("title", "advice")}
    keys |= {f"account.notice.{each}" for each in views.NOTICES}
    keys |= {f"account.error.{each}" for each in views.ACCOUNT_ERRORS}
    keys |= {f"scope.{each}" for each in ("openid", "profile", "email", "address", "phone", "offline_access")}
    keys |= {f"wait.{unit}.{number}" for unit in ("second", "minute") for number in ("one", "other")}
    return keys | {f"month.{each}" for each in range(1, 13)}


def test_there_is_a_catalogue_of_every_language():
    assert {path.stem for path in CATALOGUES.glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_with_the_same_names_in_it(language):
    english, other = catalogue("en"), catalogue(language)
    assert other.keys() == english.keys()
    assert all(other[key].strip() for key in english)
    assert {key: parameters(other[key]) for key in english} == {key: parameters(english[key]) for key in english}


def test_every_text_is_used_and_every_used_key_is_there():
    keys = catalogue("en").keys()
    assert keys <= used()
    named = {
        key
        for path in TEMPLATES.glob("*.html")
        for key in re.findall(r'wording(?:\.plain)?\(["\']([^"\']+)["\']\s*[,)]', path.read_text())
    }
    assert named <= keys


def test_a_missing_text_is_an_error():
    with pytest.raises(KeyError):
        Wording("en")("no.such.text")


def test_a_scope_nobody_described_shows_its_name():
    wording = Wording("en")
    assert wording.scope("wiki:read", "") == "wiki:read"
    assert wording.scope("email", "") == "See your email address"
    assert wording.scope("email", "Write to you") == "Write to you"


@pytest.mark.parametrize("moment", ["2026-07-30T08:12:59+00:00", "2026-07-30T08:12:59Z", "2026-07-30T08:12:59.5Z"])
def test_a_time_is_told_to_the_minute(moment):
    assert Wording("en").time(moment) == "30 July 2026, 08:12 UTC"


@pytest.mark.parametrize("moment", ["", "2026-07-30", "2026-07-30T08:12:59", "2026-07-30T10:12:59+02:00"])
def test_a_time_of_no_or_another_zone_is_a_mistake(moment):
    with pytest.raises(ValueError, match="UTC"):
        Wording("en").time(moment)
