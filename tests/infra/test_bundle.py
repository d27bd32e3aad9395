"""The bundle: what ships to Lambda."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import aws_lambda as lambda_

from gatelet.handlers import ENDPOINTS
from gatelet_cdk import Bundle, trimming

ARM = Bundle.for_lambda(lambda_.Architecture.ARM_64)
ZIPPED = 20_000_000
FUNCTIONS = {endpoint.function for endpoint in ENDPOINTS} | {"authorizer", "rotate_keys", "whoami"}


@pytest.fixture(scope="module")
def arm(tmp_path_factory):
    directory = tmp_path_factory.mktemp("arm64")
    ARM.build(directory)
    return directory


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    directory = tmp_path_factory.mktemp("host")
    Bundle.for_host().build(directory)
    return directory


def run(bundle, program):
    """Run a program that sees the bundle and the standard library, as on Lambda."""
    interpreter = getattr(sys, "_base_executable", sys.executable)
    command = [interpreter, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(bundle)!r}); {program}"]
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def test_it_is_smaller_than_sixty_megabytes_and_twenty_zipped(arm, tmp_path):
    trimming.require_size(arm)
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in arm.rglob("*"):
            file.write(path, path.relative_to(arm))
    assert archive.stat().st_size < ZIPPED


def test_one_that_has_grown_too_large_is_refused(tmp_path):
    with (tmp_path / "model.bin").open("wb") as file:
        file.truncate(trimming.LARGEST + 1)
    with pytest.raises(ValueError, match="trim what is unused"):
        trimming.require_size(tmp_path)


def test_it_holds_machine_code_for_its_target_only(arm):
    libraries = list(arm.rglob("*.so"))
    assert libraries
    for library in libraries:
        machine = library.read_bytes()[18:20]
        assert machine == b"\xb7\x00", f"{library.name} is not for aarch64"


def test_it_knows_the_two_services_that_the_functions_call_and_no_other(host):
    data = host / "botocore" / "data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == {"dynamodb", "secretsmanager"}
    clients = "import boto3; s = boto3.Session(); [s.client(n) for n in ('dynamodb', 'secretsmanager')]; print('made')"
    assert run(host, clients) == "made\n"


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_each_handler_runs_with_what_is_in_it(host, function):
    assert run(host, f"from gatelet.handlers.{function} import handler; print(callable(handler))") == "True\n"


def test_its_bytecode_is_complete_and_needs_no_look_at_the_source(arm):
    if not platform.python_version().startswith("3.13."):
        assert not list(arm.rglob("*.pyc"))
        return
    module = arm / "gatelet" / "handlers"
    (compiled,) = (module / "__pycache__").glob("token.*.pyc")
    # PEP 552: bit 0 says that the file is checked by hash, bit 1 that the source is looked at.
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 1


def test_it_passes_on_the_licences(arm):
    for name in ("boto3", "cryptography", "argon2_cffi"):
        (metadata,) = arm.glob(f"{name}-*.dist-info")
        assert [path for path in metadata.rglob("*") if "LICENSE" in path.name.upper()]


def test_its_name_changes_with_the_code(tmp_path):
    package = Path(shutil.copytree(ARM.package, tmp_path / "gatelet"))
    same = replace(ARM, package=package)
    assert same.asset_hash == ARM.asset_hash
    (package / "oauth" / "pkce.py").write_text("")
    assert replace(ARM, package=package).asset_hash != ARM.asset_hash


def test_its_name_changes_with_the_lock(tmp_path):
    lock = tmp_path / "runtime.lock"
    lock.write_text(ARM.lock.read_text() + "\n")
    assert replace(ARM, lock=lock).asset_hash != ARM.asset_hash


def test_its_name_changes_with_the_target():
    targets = [ARM, Bundle.for_lambda(lambda_.Architecture.X86_64), Bundle.for_host()]
    assert len({target.asset_hash for target in targets}) == len(targets)


def test_the_locks_hold_hashes_and_no_address():
    for lock in (ARM.lock, *Path("requirements").glob("*.lock")):
        text = lock.read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
