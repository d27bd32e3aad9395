"""Redirect URIs are compared as they are; only the port of a loopback address may differ. RFC 8252 §7.3"""

from __future__ import annotations

import re

LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(/[^\s]*|)")


def is_registered(redirect_uri: str, registered: tuple[str, ...]) -> bool:
    """Tell whether a client registered the redirect URI. RFC 9700 §4.1.3"""
    return redirect_uri in registered or _without_port(redirect_uri) in {_without_port(uri) for uri in registered} - {
        None
    }


def _without_port(uri: str) -> str | None:
    """Return a loopback URI without its port, and None for any other URI."""
    loopback = LOOPBACK.fullmatch(uri)
    return loopback[1] + loopback[2] if loopback else None
