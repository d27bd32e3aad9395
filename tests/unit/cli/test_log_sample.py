"""A look at a log of any size reads a bounded part of it, and what it says of the whole is about right."""

from __future__ import annotations

import json

import pytest

from gatelet_cli.activity import attackers, outcomes
from gatelet_cli.log_sample import sample

HOUR = 3600
MOST = 100
PARTS = 6


class Trail:
    """A log with so many lines in each second; implements what is read of an AuditTrail."""

    def __init__(self, lines):
        self._lines = lines
        self.read = 0

    def first(self, since, until, pattern, most):
        assert pattern
        found = [line for line in self._lines if since <= line[0] < until]
        self.read += min(len(found), most)
        return found[:most], len(found) < most


def line(outcome="succeeded", **members):
    return json.dumps({"operation": "token", "outcome": outcome, "duration_ms": 2, **members})


def look(trail):
    return sample(trail, "{}", since=0, until=HOUR, parts=PARTS, most=MOST)


def test_a_quiet_log_is_read_whole():
    found = look(Trail([(60.0, line()), (61.0, line(outcome="refused"))]))
    (row,) = outcomes(found)
    assert (row["succeeded"], row["refused"], found.is_whole) == (1, 1, True)


@pytest.mark.parametrize("each_second", [1, 10])
def test_of_a_busy_log_so_many_lines_are_read_and_stand_for_the_others(each_second):
    number = HOUR * each_second
    trail = Trail([(n / each_second, line(outcome="succeeded" if n % 10 else "refused")) for n in range(number)])
    found = look(trail)
    (row,) = outcomes(found)
    assert trail.read <= MOST * (PARTS + 1)
    assert not found.is_whole
    assert row["succeeded"] == pytest.approx(number * 0.9, rel=0.05)
    assert row["refused"] == pytest.approx(number * 0.1, rel=0.05)


def test_a_burst_counts_for_its_own_part_of_the_time_alone():
    """A minute of attack in an idle hour is no hour of attack."""
    attack = line(outcome="refused", events=["sign_in.failed"], source_ip="203.0.113.7")
    burst = [(HOUR - 60 + n / 100, attack) for n in range(6000)]
    (worst,) = attackers(look(Trail([(1.0, line()), *burst])))["addresses"]
    assert worst["source_ip"] == "203.0.113.7"
    assert 0 < worst["failures"] <= 6000


def test_what_the_platform_writes_in_between_is_no_request():
    assert outcomes(look(Trail([(1.0, "START RequestId: 1"), (2.0, '"text"'), (3.0, "{}")]))) == []
