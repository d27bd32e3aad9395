"""For all tests: the garbage of a test is looked for among what is young, not in every library again."""

from __future__ import annotations

import gc

YOUNG = 20_000
"""Objects made before the next look; Python's own number is a tenth of that."""


def pytest_collection_finish() -> None:
    """Leave alone what was imported, which stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
