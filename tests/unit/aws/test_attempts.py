from __future__ import annotations

import pytest

from gatelet.aws.attempts import DELAYS, _wait


@pytest.mark.parametrize(("excess", "wait"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (1000, 60)])
def test_each_guess_beyond_the_free_ones_waits_longer(excess, wait):
    assert _wait(excess, 0) == wait


def test_the_wait_shrinks_as_time_goes_by_and_is_never_nothing():
    """Retry-After of 0 would call for a storm. RFC 9110 §10.2.3"""
    waits = [_wait(4, passed) for passed in range(20)]
    assert waits[:3] == [16, 15, 14]
    assert waits[15:] == [1, 1, 1, 1, 1]


def test_no_wait_is_for_ever():
    """A stranger who guesses cannot lock anybody out."""
    assert max(_wait(excess, 0) for excess in range(10_000)) == DELAYS[-1] == 60
