"""No parser takes long over any text that API Gateway lets through, however it was made for that."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from gatelet.oauth.base64url import decode
from gatelet.oauth.bearer import read_bearer
from gatelet.oauth.client_authentication import read_credentials
from gatelet.oauth.errors import OAuthError
from gatelet.oauth.form import parse_form, require_form
from gatelet.oauth.jws import parse
from gatelet.oauth.pkce import challenge_of
from gatelet.oauth.redirect_uri import is_registered
from gatelet.oauth.registered_uri import require_origin, require_redirect_uri, require_web_page
from gatelet.oauth.requested_claims import parse_claims
from gatelet.oauth.scope import parse_scope
from gatelet.pages.language import accepted_languages, choose_language

SIZE = 256 * 1024
LONGEST = 0.5
"""Seconds of processor time; an input that makes an expression go back and forth takes minutes."""
PARSERS = {
    "form": lambda text: parse_form(text.encode()),
    "form under 64 KB": lambda text: parse_form(text[:20_000].encode()),
    "media type": require_form,
    "basic": lambda text: read_credentials(f"Basic {text}", {}),
    "bearer": lambda text: read_bearer(f"Bearer {text}"),
    "compact token": parse,
    "base64url": decode,
    "verifier": challenge_of,
    "redirect URI": lambda text: is_registered(f"http://127.0.0.1{text}", ("http://127.0.0.1/callback",)),
    "registered URI": require_redirect_uri,
    "registered URI of its greatest length": lambda text: require_redirect_uri(f"https://{text[:2000]}"),
    "origin": require_origin,
    "web page": require_web_page,
    "claims": parse_claims,
    "claims of their greatest length": lambda text: parse_claims(text[:4096]),
    "scope": parse_scope,
    "Accept-Language": accepted_languages,
    "ui_locales": lambda text: choose_language(text.split()),
}
PIECES = (
    *("a", "a.", "a-", "a-a-", "a ", "A=", "1", "1.", "a=1&", "&", "=", "%", "%41", ":", "/", "//", "../", "[::"),
    *("{", "[", '{"a":', '"', "\\", " ", "\t ", "\n", "\x00", ",", "de,", ";q=0.", "\u00e9", "\U0001f600"),
)


@pytest.mark.parametrize("parser", PARSERS)
def test_a_text_of_256_kb_is_read_or_refused_at_once(parser):
    for piece in PIECES:
        text = piece * (SIZE // len(piece.encode()))
        for end in ("", "!"):
            assert seconds(parser, text + end) < LONGEST, piece


def seconds(parser, text):
    started = time.process_time()
    with suppress(OAuthError, ValueError):
        PARSERS[parser](text)
    return time.process_time() - started
