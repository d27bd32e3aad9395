"""The bundle: what ships to Lambda."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import aws_lambda as lambda_

from gatelet.handlers import ENDPOINTS
from gatelet_cdk import Bundle, native_library, trimming

ARM = Bundle.for_lambda(lambda_.Architecture.ARM_64)
CLIENTS = """
import boto3
session = boto3.Session()
for service, region in (
    ("secretsmanager", "us-east-1"), ("dynamodb", "eu-central-1"), ("dynamodb", "cn-north-1"),
    ("secretsmanager", "us-gov-west-1"),
):
    print(session.client(service, region_name=region).meta.endpoint_url)
"""
NATIVE = """
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives import hashes, serialization
from markupsafe import escape, _speedups
key = ec.generate_private_key(ec.SECP256R1())
signature = key.sign(b"token", ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
verified = key.public_key().verify(signature, b"token", ec.ECDSA(hashes.SHA256())) is None
pem = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x"))
opened = serialization.load_pem_private_key(pem, b"x").key_size == 2048
hasher = PasswordHasher()
print(verified, opened, hasher.verify(hasher.hash("password"), "password"), escape("<"))
"""
FUNCTIONS = {endpoint.function for endpoint in ENDPOINTS} | {"authorizer", "event_delivery", "rotate_keys", "whoami"}


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
    command = [interpreter, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(bundle)!r})\n{program}"]
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def segments_of(library):
    """Return where each segment of a 64-bit ELF file lies. System V ABI, chapter 5"""
    (table,), (count,) = struct.unpack_from("<Q", library, 32), struct.unpack_from("<H", library, 56)
    headers = [struct.unpack_from("<IIQQQQ", library, table + 56 * number) for number in range(count)]
    return [(offset, offset + size) for _, _, offset, _, _, size in headers]


def contents_of(bundle):
    return {str(path.relative_to(bundle)): path.read_bytes() for path in bundle.rglob("*") if path.is_file()}


def test_it_is_smaller_than_eight_megabytes_zipped(arm, host):
    for bundle in (arm, host):
        trimming.require_size(bundle)
        assert trimming.zipped_size(bundle) <= trimming.LARGEST_ZIPPED == 8_000_000


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
    assert run(host, CLIENTS) == (
        "https://secretsmanager.us-east-1.amazonaws.com\nhttps://dynamodb.eu-central-1.amazonaws.com\n"
        "https://dynamodb.cn-north-1.amazonaws.com.cn\nhttps://secretsmanager.us-gov-west-1.amazonaws.com\n"
    )


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_each_handler_runs_with_what_is_in_it(host, function):
    assert run(host, f"from gatelet.handlers.{function} import handler; print(callable(handler))") == "True\n"


def test_it_holds_no_package_that_no_function_imports(host):
    modules = "\n".join(f"import gatelet.handlers.{function}" for function in sorted(FUNCTIONS))
    listing = "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    imported = set(run(host, f"{modules}\n{CLIENTS}\n{NATIVE}\n{listing}").split())
    shipped = {path.name.partition(".")[0] for path in host.iterdir() if path.suffix != ".dist-info"}
    assert shipped <= imported


def test_its_native_libraries_work_without_what_was_stripped(host):
    """A signature, an encrypted key, a password's hash and an escaped page."""
    assert run(host, NATIVE) == "True True True &lt;\n"


def test_a_stripped_library_maps_the_very_same_bytes(tmp_path, arm):
    """Whatever the target's architecture; a loader reads the program headers and what they name."""
    wheels = tmp_path / "wheels"
    ARM._install(wheels)
    for stripped in arm.rglob("*.so"):
        original = (wheels / stripped.relative_to(arm)).read_bytes()
        content = stripped.read_bytes()
        segments = segments_of(original)
        assert segments_of(content) == segments
        of_sections = {*range(40, 48), *range(60, 64)}  # of the header: where their table is, and its size
        for start, end in segments:
            changed = {at for at in range(start, min(end, 64)) if content[at] != original[at]}
            assert changed <= of_sections
            assert content[max(start, 64) : end] == original[max(start, 64) : end]
        assert len(content) == max(end for _, end in segments) < len(original)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF",
        b"\xcf\xfa\xed\xfe" + bytes(200),
        b"\x7fELF\x02\x01" + bytes(40),
        b"\x7fELF\x02\x01" + b"\xff" * 400,
    ],
    ids=["nothing", "a beginning", "another system's", "cut off", "damaged"],
)
def test_what_is_no_library_of_linux_stays_as_it_is(tmp_path, content):
    library = tmp_path / "library.so"
    library.write_bytes(content)
    native_library.strip(library)
    assert library.read_bytes() == content


def test_stripping_leaves_the_file_alone_that_it_is_a_link_to(tmp_path):
    """Bundles are filled with links into the cache of uv."""
    ARM._install(tmp_path / "installed")
    (library,) = (tmp_path / "installed").rglob("_rust.abi3.so")
    cached = tmp_path / "cached.so"
    cached.hardlink_to(library)
    before = cached.read_bytes()
    native_library.strip(library)
    assert cached.read_bytes() == before
    assert library.stat().st_size < len(before)


def test_all_of_its_modules_are_bytecode_that_needs_no_look_at_a_source(arm):
    if ARM.compiler is None:
        assert not list(arm.rglob("*.pyc"))
        return
    compiled = list(arm.rglob("*.pyc"))
    # PEP 552: bit 0 says that the file is checked by hash, bit 1 that the source is looked at.
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {1}
    own = arm / "gatelet"
    for source in arm.rglob("*.py"):
        assert source.is_relative_to(own)
        assert list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"))


def test_it_starts_without_reading_a_source(host, tmp_path):
    """Zip files set every time to one of 1980; bytecode that is checked by time would be compiled anew."""
    bundle = Path(shutil.copytree(host, tmp_path / "bundle"))
    for source in bundle.rglob("*.py"):
        source.write_text("raise SystemExit('a source was read')")
        os.utime(source, (315532800, 315532800))
    assert run(bundle, "from gatelet.handlers.token import handler; print(callable(handler))") == "True\n"


def test_the_same_input_gives_the_same_bytes(arm, tmp_path):
    replace(ARM, package=arm / "gatelet").build(tmp_path)
    assert contents_of(tmp_path) == contents_of(arm)


def test_an_older_python_finds_another_that_compiles_for_the_runtime_or_says_that_it_starts_slowly(arm, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 3.11.2 linux-x86_64\n")
    python.chmod(0o755)
    older = replace(ARM, python=str(python))
    assert older.compiler != str(python)
    assert ("without bytecode" in older.describe(arm)) is (older.compiler is None)


def test_it_passes_on_the_licences(arm):
    shipped = {path.stem for path in arm.iterdir() if path.suffix != ".dist-info"}
    assert {"cffi", "pycparser"}.isdisjoint(shipped)
    distributions = list(arm.glob("*.dist-info"))
    assert len(distributions) == len(re.findall("^[a-z]", ARM.lock.read_text(), re.MULTILINE)) - 1, "pycparser"
    for metadata in distributions:
        names = {path.name.upper().partition(".")[0] for path in metadata.rglob("*")}
        assert names & {"LICENSE", "LICENCE", "COPYING"}, metadata.name


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
