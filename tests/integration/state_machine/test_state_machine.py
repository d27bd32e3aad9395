"""The invariants of the design under whatever can happen. HYPOTHESIS_PROFILE=long walks for minutes, elsewhere."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.registered import ORDERS, WEB
from tests.integration.stage import Stage, with_quick_passwords
from tests.integration.state_machine.machine import GrantMachine
from tests.integration.state_machine.walk import OTHER

COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
PROFILES = {
    "default": settings(COMMON, max_examples=20, stateful_step_count=30, derandomize=True, phases=[Phase.generate]),
    "long": settings(COMMON, max_examples=1000, stateful_step_count=60, print_blob=True),
}


@pytest.fixture
def stage(deployment):
    """Return a stack with two clients of one kind, and an API whose client may introspect."""
    stack = with_quick_passwords(deployment)
    for client in (WEB, OTHER):
        stack.put_client(client)
    stack.put_resource_server(replace(ORDERS, introspection_client_id="c_service"))
    return Stage(stack)


def test_i1_to_i7_hold_whatever_happens(stage):
    """I1 to I7"""
    machine = type("Walk", (GrantMachine,), {"stage": stage})

    run_state_machine_as_test(machine, settings=PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")])


SIGN_IN = ("sign_in", {"offline": False, "is_redeemed": True, "fault": None})
PENDING = ("sign_in", {"offline": False, "is_redeemed": False, "fault": None})
RENEW = ("renew", {"pick": 0, "fault": None})
SCRIPTS = {
    "a code in its last second": [PENDING, ("redeem_late", {"seconds": 59})],
    "a code that has expired": [PENDING, ("redeem_late", {"seconds": 60})],
    "a code again": [SIGN_IN, ("present_again", {"pick": 0, "age": 1, "seconds": 0, "fault": None})],
    "an honest retry": [SIGN_IN, RENEW, ("present_again", {"pick": 0, "age": 1, "seconds": 30, "fault": None})],
    "a late retry": [SIGN_IN, RENEW, ("present_again", {"pick": 0, "age": 1, "seconds": 31, "fault": None})],
    "reuse": [SIGN_IN, RENEW, RENEW, ("present_again", {"pick": 0, "age": 2, "seconds": 0, "fault": None})],
    "another client": [SIGN_IN, ("revoke_access_token", {"pick": 0, "is_own": False, "fault": None})],
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_steps_that_a_short_walk_may_leave_out(stage, script):
    """I1, I2, I4, I5"""
    walk = type("Walk", (GrantMachine,), {"stage": stage})()
    for name, drawn in script:
        getattr(walk, name)(**drawn)
        walk.i1_i2_i3_the_table_is_what_the_model_says()
        walk.i4_i5_of_the_grant_that_was_touched()
        walk.i6_no_secret_at_rest()
    walk.teardown()
