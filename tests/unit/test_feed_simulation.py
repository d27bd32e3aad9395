"""The feed under load, with clocks that differ, writes that come late and reads that fail: in simulated time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.feed_simulation import SCENARIOS, row
from bench.feed_world import Scenario, simulate
from gatelet.aws.feed import OVERLAP, READ_EVERY, STALE

SMALL = Scenario(name="small", containers=4, revocations_per_second=1, seconds=200)


@pytest.mark.attack("ATK-049")
def test_no_container_lets_a_revoked_token_through_5_s_after_the_answer():
    result = simulate(SMALL)
    assert result.tried > 500
    assert result.late == result.undecided == 0
    assert 2 < result.worst_lag < READ_EVERY, "requests before that are let through, or nothing was tried"


def test_writers_whose_clocks_differ_and_whose_writes_come_late_are_heard_within_the_overlap():
    """3 s behind, read by one that is 3 s ahead, and 8 s late: 14 of the 15 s."""
    result = simulate(replace(SMALL, skew=3, late_share=1.0, latest=8))
    assert result.late == 0


def test_what_lies_beyond_the_overlap_is_missed_so_that_this_simulation_can_fail():
    assert simulate(replace(SMALL, skew=OVERLAP)).late > 0


def test_a_container_reads_once_in_5_s_and_once_more_where_a_partition_ends():
    result = simulate(SMALL)
    reads = SMALL.containers * SMALL.seconds / READ_EVERY
    assert 0.7 * reads < result.queries < 1.3 * reads
    assert result.queries <= result.units < 2 * result.queries


def test_units_grow_with_the_revocations_of_the_last_20_s():
    quiet, busy = (simulate(replace(SMALL, containers=1, revocations_per_second=rate)) for rate in (1, 20))
    assert busy.units_per_hour > 5 * quiet.units_per_hour
    assert busy.cold_units > 10 * quiet.cold_units


def test_failed_reads_delay_a_revocation_by_5_s_each_and_by_a_minute_at_most():
    result = simulate(replace(SMALL, failure_share=0.3))
    assert result.failed > 10
    assert READ_EVERY < result.worst_lag <= READ_EVERY + STALE
    assert simulate(replace(SMALL, failure_share=0.9, seconds=300)).undecided > 0, "a stale list decides nothing"


def test_the_same_seed_gives_the_same_row():
    scenario = replace(SMALL, containers=1, seconds=60)
    assert row(scenario, simulate(scenario)) == row(scenario, simulate(scenario))
    assert simulate(scenario, seed=2) != simulate(scenario)


def test_every_scenario_has_a_row_in_the_documentation():
    """The table is what `python -m bench.feed_simulation` printed."""
    with open("docs/scaling.md") as document:  # noqa: PTH123
        text = document.read()
    assert all(f"| {scenario.name} | {scenario.containers} |" in text for scenario in SCENARIOS)
