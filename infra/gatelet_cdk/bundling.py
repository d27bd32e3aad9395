"""The code of the functions, put together without Docker: uv picks the wheels for the machine that will run them."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jsii
import uv
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from gatelet_cdk import bill_of_materials, licence, lock_file, native_library, trimming

RUNTIME = "3.13"
"""The Python of the Lambda runtime."""

LOCK = Path(__file__).with_name("runtime.lock")
RECIPE = tuple(
    map(
        Path,
        (
            __file__,
            bill_of_materials.__file__,
            licence.__file__,
            lock_file.__file__,
            native_library.__file__,
            trimming.__file__,
        ),
    )
)
# Amazon Linux 2023, which the runtime runs on, has glibc 2.34.
_WHEELS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}


class BundlingError(Exception):
    """The bundle cannot be built, or is larger than it may be."""


def _package() -> Path:
    """Return the directory of the `gatelet` package, in a checkout or in an installed wheel."""
    spec = importlib.util.find_spec("gatelet")
    if spec is None or spec.origin is None:
        raise BundlingError("The package gatelet is not installed beside gatelet_cdk")
    return Path(spec.origin).parent


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The functions' code and its locked dependencies for one target."""

    target: str
    """A Lambda architecture, or "host"."""
    python: str = sys.executable
    """The interpreter that runs a bundle for the host, and compiles the bytecode of whatever it can."""
    package: Path = field(default_factory=_package)
    lock: Path = LOCK

    @classmethod
    def for_lambda(cls, architecture: lambda_.Architecture) -> Bundle:
        """Return the bundle that runs on AWS."""
        return cls(target=architecture.name)

    @classmethod
    def for_host(cls, python: str = sys.executable) -> Bundle:
        """Return the bundle that runs on this machine under the given interpreter."""
        return cls(target="host", python=python)

    def code(self) -> lambda_.AssetCode:
        """Return the Lambda code; it is built when the application is synthesized."""
        return lambda_.Code.from_asset(
            str(self.package),
            # OUTPUT would hash the sources alone and call the bundles of two architectures the same.
            asset_hash_type=AssetHashType.CUSTOM,
            asset_hash=self.asset_hash,
            bundling=BundlingOptions(image=DockerImage.from_registry("docker-is-not-used"), local=_LocalBundling(self)),
        )

    @cached_property
    def asset_hash(self) -> str:
        """Name the code, the lock, the target, the version and the recipe: everything that can change the bundle."""
        digest = hashlib.sha256(f"{self._machine}\0{bill_of_materials.own_version()}".encode())
        for path in (self.lock, *RECIPE):
            digest.update(path.read_bytes() + b"\0")
        for path in self._sources():
            digest.update(f"\0{path.relative_to(self.package)}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def build(self, directory: Path) -> None:
        """Install, copy, trim, describe and compile into a directory, and check the size."""
        self._install(directory)
        shutil.copytree(self.package, directory / "gatelet", ignore=shutil.ignore_patterns("__pycache__"))
        trimming.trim(directory)
        bill_of_materials.write(directory, self.lock)
        if self.compiler:
            self._compile(self.compiler, directory)
        trimming.require_size(directory)

    def describe(self, directory: Path) -> str:
        """Tell the size of what was built, and whether it starts fast."""
        zipped, unzipped = (size / 1e6 for size in (trimming.zipped_size(directory), trimming.unzipped_size(directory)))
        warning = "" if self.compiler else f"; without bytecode, so it starts slowly: there is no Python {RUNTIME} here"
        return f"Bundle for {self.target}: {zipped:.1f} MB zipped, {unzipped:.1f} MB unzipped{warning}"

    @cached_property
    def _interpreter(self) -> tuple[str, str]:
        """Return version and platform of the interpreter."""
        if self.python == sys.executable:
            return platform.python_version(), sysconfig.get_platform()
        program = "import platform, sysconfig; print(platform.python_version(), sysconfig.get_platform())"
        version, machine = _run([self.python, "-c", program]).split()
        return version, machine

    @cached_property
    def compiler(self) -> str | None:
        """The interpreter whose bytecode the target reads; None where this machine has none."""
        if self.target == "host" or self._interpreter[0].startswith(f"{RUNTIME}."):
            return self.python
        find = [uv.find_uv_bin(), "python", "find", "--no-project", "--no-python-downloads", RUNTIME]
        found = subprocess.run(find, check=False, capture_output=True, text=True)
        return found.stdout.strip() or None

    @property
    def _machine(self) -> str:
        """Name what differs between two bundles of one code: on Lambda whether there is bytecode, nothing else."""
        if self.target == "host":
            return " ".join(self._interpreter)
        return f"{self.target} {'compiled' if self.compiler else 'source'}"

    def _sources(self) -> list[Path]:
        """Return every file of the package that ships."""
        files = (path for path in self.package.rglob("*") if path.is_file())
        return sorted(path for path in files if "__pycache__" not in path.parts)

    def _install(self, directory: Path) -> None:
        if self.target == "host":
            machine = ["--python", self.python]
        else:
            machine = ["--python-platform", _WHEELS[self.target], "--python-version", RUNTIME]
        _run(
            [
                *[uv.find_uv_bin(), "pip", "install", "--quiet", "--target", str(directory)],
                *["--require-hashes", "-r", str(self.lock), "--only-binary", ":all:", *machine],
                *["--no-deps", "--no-compile-bytecode", "--no-installer-metadata"],
            ]
        )

    def _compile(self, compiler: str, directory: Path) -> None:
        # Nothing on Lambda can write a cache, so without bytecode each cold start compiles anew. Unchecked: the files
        # never change there, and zip files carry no useful modification time.
        compile_all = [compiler, "-m", "compileall", "-q", "-j", "0", "-s", str(directory)]
        unchecked = ["--invalidation-mode", "unchecked-hash"]
        own = directory / trimming.OWN
        _run([*compile_all, *unchecked, str(own)])
        # What others wrote ships as bytecode in the place of its source, where Python finds it without one.
        _run([*compile_all, *unchecked, "-b", "-x", f"^{re.escape(str(own))}/", str(directory)])
        trimming.remove_sources(directory)


@jsii.implements(ILocalBundling)
class _LocalBundling:
    """What the CDK calls instead of Docker."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def try_bundle(self, output_dir: str, options: object = None, **_: object) -> bool:
        """Build into the directory that the CDK made, and say on standard error how large it is for AWS."""
        del options
        self._bundle.build(Path(output_dir))
        if self._bundle.target != "host":
            sys.stderr.write(f"{self._bundle.describe(Path(output_dir))}\n")
        return True


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise BundlingError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    return done.stdout
