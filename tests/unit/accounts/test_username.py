from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.accounts.username import normalise


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Alice", "alice"),
        ("ALICE", "alice"),
        ("Ren\u00e9", "rene\u0301"),
        ("\u00c5ngstr\u00f6m", "\u212bNGSTRO\u0308M"),
        ("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3"),
        ("alice@EXAMPLE.com", "Alice@example.COM"),
        ("\u03b1\u0345\u0301", "\u1fb4"),
    ],
)
def test_one_name_in_another_case_or_composition_is_the_same(typed, other):
    """RFC 8265 §3.3"""
    assert normalise(typed) == normalise(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("alice", "\u0430lice"),
        ("alice", "alice "),
        ("alice", "a\u200blice"),
        ("rene", "ren\u00e9"),
        ("alice", "al\u0131ce"),
        ("o", "0"),
    ],
)
def test_names_that_only_look_alike_are_different(name, other):
    """Nobody is let in, or locked out, under a name that is not theirs."""
    assert normalise(name) != normalise(other)


@given(st.text(max_size=40))
def test_a_normalised_name_stays_as_it_is(name):
    """So that it does not matter how often it was done."""
    assert normalise(normalise(name)) == normalise(name)


@given(st.text(max_size=40))
def test_how_a_name_was_composed_does_not_matter(name):
    """RFC 8265 §3.3"""
    assert normalise(unicodedata.normalize("NFD", name)) == normalise(name)
