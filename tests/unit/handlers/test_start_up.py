"""What a function imports before its first request: the rest would be start-up time that nobody gets anything for."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import gatelet

FUNCTIONS = Path(gatelet.__file__).parent.parent
HEAVY = {"boto3", "botocore", "jwt", "pydantic", "aws_lambda_powertools", "urllib.request", "argon2", "asyncio"}
PROGRAM = """
import json, sys
sys.path[:0] = [{functions!r}, {packages!r}]
import gatelet.handlers.{name}
print(json.dumps(sorted(sys.modules)))
"""


def imported_by(name: str) -> set[str]:
    """Return the modules of an interpreter that has imported one handler and nothing else."""
    program = PROGRAM.format(functions=str(FUNCTIONS), packages=sysconfig.get_path("purelib"), name=name)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_the_authorizer_imports_what_a_signature_and_a_call_need_and_little_else():
    """It runs before every call of every API that it protects."""
    modules = imported_by("authorizer")

    assert not modules & HEAVY
    assert not modules & {
        "dataclasses",
        "inspect",
        "ipaddress",
        "logging",
        "jinja2",
        "gatelet.handlers.server",
        "gatelet.accounts",
    }
    assert "cryptography.hazmat.primitives.serialization" not in modules


@pytest.mark.parametrize("name", ["token", "refresh", "revoke", "introspect", "userinfo", "metadata"])
def test_a_function_of_the_protocol_imports_no_sdk_and_no_template_engine(name):
    modules = imported_by(name)

    assert not modules & {*HEAVY, "jinja2", "cryptography.hazmat.primitives.serialization"}
    assert not modules & {"gatelet.handlers.trusted_proxies", "gatelet.oauth.source_address"}


def test_the_function_of_the_pages_imports_templates_and_no_sdk():
    modules = imported_by("authorize")

    assert not modules & {"boto3", "botocore", "jwt", "pydantic", "aws_lambda_powertools", "urllib.request"}
    assert "jinja2" in modules
