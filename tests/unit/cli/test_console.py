"""What is printed cannot draw on the terminal, and can be read by a machine."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet_cli.console import Console, Output, cell, printable
from gatelet_cli.failure import Usage
from gatelet_cli.terminal import Terminal


@given(st.text())
def test_nothing_that_draws_is_printed(text):
    assert all(character.isprintable() or character == "\n" for character in printable(text))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("enabled", True, "yes"),
        ("enabled", False, "no"),
        ("created_at", 1_800_000_000, "2027-01-15 08:00:00Z"),
        ("expires_at", 0, "-"),
        ("refresh_grace", 0, "0"),
        ("roles", [], "-"),
        ("roles", ["a", "b"], "a\nb"),
        ("claims", {"email": "a@b", "updated_at": 0}, "email: a@b\nupdated_at: -"),
        ("claims", {}, "-"),
        ("name", "\x1b[2Jevil", "\\x1b[2Jevil"),
        ("name", None, "-"),
    ],
)
def test_member_is_told_for_people(name, value, text):
    assert cell(name, value) == text


def test_machines_get_every_member_and_no_colour(capsys):
    Console(Output.json, Terminal()).rows(("a",), [{"a": "\x1b", "b": [1]}], empty="none")
    assert json.loads(capsys.readouterr().out) == [{"a": "\x1b", "b": [1]}]


def test_wide_row_is_not_cut_off_in_a_pipe(capsys):
    value = "x" * 150
    Console(Output.table, Terminal()).rows(("a",), [{"a": value}], empty="none")
    assert value in capsys.readouterr().out


def test_question_without_anybody_to_answer_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(Usage, match="confirm with --yes"):
        Console(Output.table, Terminal()).confirm("Really?", yes=False)
