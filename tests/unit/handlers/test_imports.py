"""What a cold start imports: nothing that a request does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REQUEST_PATH = ["token", "refresh", "revoke", "introspect", "userinfo", "authorize", "metadata", "authorizer"]
NEVER = ["boto3", "botocore", "urllib3", "s3transfer", "http.client", "urllib.request", "email.parser"]

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[3] / "functions")}


@pytest.mark.parametrize("function", REQUEST_PATH)
def test_no_function_on_a_requests_path_imports_an_sdk(function):
    """boto3 takes 250 ms to import, and a call through it ten times the instructions of our own."""
    program = f"import sys, gatelet.handlers.{function}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=ENVIRONMENT)

    assert {f"gatelet.handlers.{function}", "gatelet.aws.direct_connection"} <= set(run.stdout.split())
    assert not set(NEVER) & set(run.stdout.split())
