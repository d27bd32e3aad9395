"""Which addresses a page may link to: never one that a browser would run."""

from __future__ import annotations

import re

LINK = re.compile(r"https://[^\s/?#].*|http://(127\.0\.0\.1|localhost|\[::1\])([:/?#].*)?|mailto:.+@.+|/([^/\\].*)?")


def is_link(uri: str) -> bool:
    """Tell whether a URI is https, http to this machine, mailto, or a path of this server."""
    return uri.isprintable() and LINK.fullmatch(uri) is not None
