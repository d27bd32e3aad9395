"""The unit tests need no AWS, no clock and no luck."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", deadline=None, derandomize=True, max_examples=100, database=None)
settings.load_profile("unit")
