from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.bearer import read_bearer
from gatelet.oauth.errors import InvalidToken
from tests.unit.tokens import signed

TOKEN = signed()


def attack(number, header):
    return pytest.param(header, id=f"{number} {header!r}"[:60], marks=pytest.mark.attack(number))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_header_holds_one_token(scheme):
    """The scheme has no case. RFC 6750 §2.1, RFC 9110 §11.1"""
    assert read_bearer(f"{scheme} {TOKEN}") == TOKEN


@pytest.mark.parametrize("token", ["a", "mF_9.B5f-4.1JqM", "a+/~._-b==", "A" * 8185])
def test_every_token_of_the_syntax_is_read(token):
    """RFC 6750 §2.1"""
    assert read_bearer(f"Bearer {token}") == token


@pytest.mark.parametrize(
    "header",
    [
        attack("ATK-001", None),
        attack("ATK-002", ""),
        attack("ATK-002", "Bearer"),
        attack("ATK-002", "Bearer "),
        attack("ATK-002", "Bearer ="),
        attack("ATK-003", f"Basic {TOKEN}"),
        attack("ATK-003", f"Token {TOKEN}"),
        attack("ATK-063", f"DPoP {TOKEN}"),
        attack("ATK-003", TOKEN),
        attack("ATK-003", f"BearerX {TOKEN}"),
        attack("ATK-003", f"Bearer{TOKEN}"),
        attack("ATK-003", f"Bearer:{TOKEN}"),
        attack("ATK-005", f"Bearer {TOKEN},Bearer {TOKEN}"),
        attack("ATK-005", f"Bearer {TOKEN}, Bearer {TOKEN}"),
        attack("ATK-005", f"Bearer {TOKEN},"),
        attack("ATK-005", f",Bearer {TOKEN}"),
        attack("ATK-005", f"Basic Zm9v,Bearer {TOKEN}"),
        attack("ATK-006", f"Bearer {TOKEN} {TOKEN}"),
        attack("ATK-006", f"Bearer\t{TOKEN}"),
        attack("ATK-006", f"Bearer  {TOKEN}"),
        attack("ATK-006", f"Bearer {TOKEN} "),
        attack("ATK-006", f"Bearer Bearer {TOKEN}"),
        attack("ATK-006", f" Bearer {TOKEN}"),
        attack("ATK-006", f"Bearer {TOKEN}\n"),
        attack("ATK-006", f"Bearer {TOKEN}\r\nX: y"),
        attack("ATK-006", f'Bearer "{TOKEN}"'),
        attack("ATK-006", f"Bearer a=b{TOKEN}"),
        attack("ATK-009", f"Bearer {'A' * 8186}"),
        attack("ATK-009", f"Bearer {'A' * 1_000_000}"),
        attack("ATK-011", f"Bearer {TOKEN}\0"),
        attack("ATK-011", f"Bearer {TOKEN}\u00e9"),
        attack("ATK-011", f"Bearer {TOKEN}\u212a"),
        attack("ATK-011", f"Bearer \u017f{TOKEN}"),
        attack("ATK-011", f"Bearer {TOKEN}\u2028"),
        attack("ATK-011", f"Bearer {TOKEN}\x1b[31m"),
        attack("ATK-011", f"Bearer\u00a0{TOKEN}"),
    ],
)
def test_anything_else_is_no_token(header):
    """Neither the first nor the last of two. RFC 6750 §2.1"""
    with pytest.raises(InvalidToken):
        read_bearer(header)


@given(st.one_of(st.text(max_size=60), st.text(max_size=30).map("Bearer {}".format)))
def test_any_header_is_one_plain_token_or_refused(header):
    try:
        token = read_bearer(header)
    except InvalidToken:
        return
    assert header[7:] == token
    assert token.isascii()
    assert not set(token) & set(', \t\r\n"')
