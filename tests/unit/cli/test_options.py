"""Global options stand anywhere; values and what follows `--` are left alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gatelet_cli.options import hoist


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["clients", "list"], ["clients", "list"]),
        (["clients", "list", "--output", "json"], ["--output", "json", "clients", "list"]),
        (["clients", "list", "--output=json"], ["--output=json", "clients", "list"]),
        (["--local", "clients", "--stack", "S", "list"], ["--local", "--stack", "S", "clients", "list"]),
        (["grants", "revoke", "--", "--local"], ["grants", "revoke", "--", "--local"]),
        (["clients", "list", "--output"], ["clients", "list", "--output"]),
        (["users", "show", "--outputs"], ["users", "show", "--outputs"]),
    ],
)
def test_global_options_are_read_first(typed, read):
    assert hoist(typed) == read


def test_help_does_not_wait_for_boto3():
    """It takes half a second to import."""
    program = "import sys, gatelet_cli.main; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
