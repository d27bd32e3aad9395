from __future__ import annotations

import pytest

from gatelet.aws.cache import Cache


class Source:
    """Something that is loaded, and counts how often."""

    def __init__(self, value):
        self.value = value
        self.loads = 0

    def __call__(self):
        self.loads += 1
        return self.value


def test_a_value_is_remembered_until_it_is_old():
    cache: Cache[str] = Cache(seconds=60)
    source = Source("old")
    assert cache.get("k", 1000, source) == "old"
    source.value = "new"
    assert cache.get("k", 1059, source) == "old"
    assert cache.get("k", 1060, source) == "new"
    assert cache.get("k", 1061, source) == "new"
    assert source.loads == 2


def test_what_is_not_there_is_looked_for_again():
    """A client that is registered now works now."""
    cache: Cache[str] = Cache(seconds=60)
    source = Source(None)
    assert cache.get("k", 1000, source) is None
    source.value = "new"
    assert cache.get("k", 1000, source) == "new"


def test_a_value_that_is_gone_is_not_remembered_any_longer():
    cache: Cache[str] = Cache(seconds=60)
    cache.get("k", 1000, lambda: "value")
    assert cache.get("k", 1060, lambda: None) is None
    assert cache.get("k", 1061, lambda: "other") == "other"


def test_a_value_from_the_future_is_old():
    """A clock that ran ahead and was set back must not lengthen a value's life."""
    cache: Cache[str] = Cache(seconds=60)
    cache.get("k", 5000, lambda: "old")
    assert cache.get("k", 1000, lambda: "new") == "new"


def test_a_fault_is_not_remembered():
    cache: Cache[str] = Cache(seconds=60)

    def fail():
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        cache.get("k", 1000, fail)
    assert cache.get("k", 1000, lambda: "value") == "value"


def test_there_are_never_more_values_than_that_and_the_oldest_go_first():
    """A caller who invents keys cannot fill the memory."""
    cache: Cache[str] = Cache(seconds=60, most=3)
    source = Source("v")
    for key in "abcd":
        cache.get(key, 1000, source)
    for key in "bcd":
        cache.get(key, 1001, source)
    assert source.loads == 4
    cache.get("a", 1002, source)
    assert source.loads == 5
    assert len(cache._entries) == 3
