"""The list of changes that no test notices: `make mutation` holds it against the tests, this against the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.results import KILLED, SURVIVED, TIMED_OUT
from tests.mutation.survivors import Change, counts_as_killed, judge, read

ROOT = Path(__file__).resolve().parents[2]
CHANGE = Change("a.py", "f", "x < 1", "x <= 1")


def test_every_change_that_is_explained_is_one_of_code_that_is_there():
    texts: dict[str, str] = {}
    for change in read():
        text = texts.setdefault(change.module, " ".join((ROOT / change.module).read_text().split()))
        assert " ".join(change.before.split()) in text, change


def test_a_change_needs_a_reason(tmp_path):
    file = tmp_path / "survivors.toml"
    file.write_text('[[reason]]\ntext = " "\nchanges = []\n')
    with pytest.raises(ValueError, match="needs a reason"):
        read(file)


@pytest.mark.parametrize("status", [SURVIVED, TIMED_OUT, ""])
def test_what_is_not_killed_must_be_explained(status):
    assert judge({CHANGE: [KILLED, status]}, {}, ["a.py"]).unexplained == (CHANGE,)
    explained = judge({CHANGE: [status]}, {CHANGE: "why"}, ["a.py"])
    assert (explained.unexplained, explained.stale) == ((), ())


def test_what_is_explained_must_be_alive():
    assert judge({CHANGE: [KILLED]}, {CHANGE: "why"}, ["a.py"]).stale == (CHANGE,)
    assert judge({}, {CHANGE: "why"}, ["a.py"]).stale == (CHANGE,)
    assert judge({}, {CHANGE: "why"}, ["b.py"]).stale == ()


def test_a_mutant_that_takes_too_long_counts_as_killed_only_with_a_reason():
    assert counts_as_killed(TIMED_OUT, CHANGE, {CHANGE: "an endless loop"})
    assert not counts_as_killed(TIMED_OUT, CHANGE, {})
    assert not counts_as_killed(SURVIVED, CHANGE, {CHANGE: "why"})
