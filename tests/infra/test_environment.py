"""What the functions are told when they start."""

from __future__ import annotations

import pytest


@pytest.mark.attack("ATK-363")
def test_no_function_is_told_to_log_its_calls_or_whole_events(deployed):
    """Botocore and Powertools would write tokens and secrets."""
    names = {
        name
        for function in deployed.functions().values()
        for name in function.properties.get("Environment", {}).get("Variables", {})
    }
    verbose = ("DEBUG", "DEV", "EVENT", "LEVEL", "TRACE")
    assert names
    assert [name for name in names if any(word in name for word in verbose)] == []
