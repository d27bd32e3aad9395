from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth import base64url


@given(st.binary(max_size=100))
def test_what_is_encoded_is_decoded(data):
    """RFC 7515 appendix C"""
    assert base64url.encode(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.parametrize("size", [1, 2, 3])
def test_nothing_but_padding_is_taken_from_the_end(size):
    """Whatever byte is the last. RFC 7515 appendix C"""
    for last in range(256):
        data = bytes([*range(size - 1), last])
        assert base64url.encode(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.attack("ATK-043")
@pytest.mark.parametrize(("text", "ends"), [("Q", "AQgw"), ("QQ", "AEIMQUYcgkosw048")])
def test_the_bits_that_are_left_over_are_zero(text, ends):
    """RFC 4648 §3.5"""
    for last in string.ascii_letters + string.digits + "-_":
        if last in ends:
            assert base64url.encode(base64url.decode(text + last)) == text + last
        else:
            with pytest.raises(ValueError, match="not the canonical base64url"):
                base64url.decode(text + last)


@given(st.one_of(st.text(max_size=40), st.text("AQgw-_+/= \n\u00c9", max_size=12)))
def test_a_value_has_one_spelling_and_any_other_text_is_refused(text):
    """RFC 4648 §3.5"""
    try:
        data = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(data) == text


@pytest.mark.attack("ATK-043")
@pytest.mark.parametrize(
    "text",
    [
        "QQ==",
        "QQ=",
        "QR",
        "QUF",
        "+_8A",
        "/_8A",
        "QU FB",
        "QUFB\n",
        " QUFB",
        "QUFB=",
        "QUFB====",
        "Q",
        "QUFBQ",
        "QU.B",
        "QU\u0391B",
    ],
)
def test_padding_trailing_bits_another_alphabet_and_white_space_are_refused(text):
    """RFC 4648 §3.1, §3.2, §3.5"""
    with pytest.raises(ValueError, match="base64url"):
        base64url.decode(text)
