"""Views become HTML: autoescaped, and an undefined name is an error."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gatelet.pages.language import choose_language
from gatelet.pages.link import is_link
from gatelet.pages.stylesheet import stylesheet_path
from gatelet.pages.views import REASONS, RETRIED
from gatelet.pages.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet.pages.brand import Brand
    from gatelet.pages.views import View

TEMPLATES = Path(__file__).with_name("templates")
FORM_POST_SCRIPT = "document.forms[0].submit()"
FORM_POST_SCRIPT_HASH = f"'sha256-{base64.b64encode(sha256(FORM_POST_SCRIPT.encode()).digest()).decode()}'"
"""As a source of `script-src`; no other page has a script. CSP Level 3 §2.3.1"""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of HTML and the language it is in, for Content-Language."""

    html: str
    language: str


def render(page: View, *, brand: Brand, locales: Sequence[str] = ()) -> Page:
    """Render a view in the first of the locales that there are texts for, or in English."""
    language = choose_language(locales)
    template = _environment().get_template(f"{page.template}.html")
    html = template.render(
        page=page,
        brand=brand,
        language=language,
        wording=Wording(language),
        stylesheet=stylesheet_path(brand),
    )
    return Page(html=html, language=language)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Make the environment at the first page, for the function that shows pages answers much else."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["link"] = is_link
    environment.globals["reasons"] = REASONS
    environment.globals["retried"] = RETRIED
    environment.globals["form_post_script"] = Markup(FORM_POST_SCRIPT)  # noqa: S704 - a constant
    return environment
