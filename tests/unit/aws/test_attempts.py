from __future__ import annotations

import pytest

from gatelet.aws.attempts import DELAYS, FREE, _wait


@pytest.mark.parametrize(
    ("tries", "wait"), [(FREE, 1), (FREE + 1, 2), (FREE + 2, 4), (FREE + 5, 32), (FREE + 6, 60), (FREE + 1000, 60)]
)
def test_each_guess_beyond_the_free_ones_waits_longer(tries, wait):
    assert _wait(tries, 1000, 1000) == wait


def test_the_wait_shrinks_as_time_goes_by_and_is_never_nothing():
    """Retry-After of 0 would call for a storm. RFC 9110 §10.2.3"""
    waits = [_wait(FREE + 4, 1000, 1000 + passed) for passed in range(20)]
    assert waits[:3] == [16, 15, 14]
    assert waits[15:] == [1, 1, 1, 1, 1]


def test_no_wait_is_for_ever():
    """A stranger who guesses cannot lock anybody out."""
    assert max(_wait(tries, 0, 0) for tries in range(FREE, 10_000)) == DELAYS[-1] == 60
