"""What ships: its size, and what importing each of its handlers costs."""

from __future__ import annotations

import os
import statistics
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import aws_lambda as lambda_

from bench.row import Row, Section
from gatelet.handlers import ENDPOINTS
from gatelet_cdk import Bundle

MEGABYTE = 1_000_000
LARGEST = 60
LARGEST_ZIPPED = 20
ROUNDS = 7
FUNCTIONS = (*dict.fromkeys(endpoint.function for endpoint in ENDPOINTS), "authorizer", "rotate_keys", "whoami")
INTERPRETER: str = getattr(sys, "_base_executable", sys.executable)


def measure() -> tuple[Section, ...]:
    """Build the bundle for AWS, and one for this machine to run."""
    with TemporaryDirectory() as directory:
        arm, host = Path(directory, "arm64"), Path(directory, "host")
        Bundle.for_lambda(lambda_.Architecture.ARM_64).build(arm)
        Bundle.for_host().build(host)
        return _imports(host), _size(arm)


def _size(bundle: Path) -> Section:
    files = [path for path in bundle.rglob("*") if path.is_file()]
    unzipped = sum(path.stat().st_size for path in files) / MEGABYTE
    archive = bundle.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files:
            packed.write(path, path.relative_to(bundle))
    zipped = archive.stat().st_size / MEGABYTE
    return Section(
        title="Bundle for arm64",
        rows=(
            _megabytes("unzipped", unzipped, LARGEST, f"{len(files)} files"),
            _megabytes("zipped", zipped, LARGEST_ZIPPED),
        ),
    )


def _megabytes(what: str, size: float, largest: int, remark: str = "") -> Row:
    return Row(
        what=what, result=f"{size:.1f} MB", against=f"at most {largest} MB", remark=remark, missed=size > largest
    )


def _imports(bundle: Path) -> Section:
    seconds: dict[str, list[float]] = {name: [] for name in ("", *FUNCTIONS)}
    for _ in range(ROUNDS):
        for name, done in seconds.items():
            done.append(_import(bundle, name))
    bare = seconds.pop("")
    return Section(
        title="Processor time of an import",
        rows=tuple(_row(name, done, bare) for name, done in seconds.items()),
    )


def _row(name: str, seconds: list[float], bare: list[float]) -> Row:
    ratio = statistics.median(taken / base for taken, base in zip(seconds, bare, strict=True))
    return Row(
        what=f"import {name}",
        result=f"{ratio:.1f} x",
        against=f"bare Python, {statistics.median(bare) * 1000:.0f} ms",
        remark=f"{statistics.median(seconds) * 1000:.0f} ms",
    )


def _import(bundle: Path, function: str) -> float:
    """Return the processor seconds of an interpreter that sees the bundle and the standard library, as on Lambda."""
    statement = f"import gatelet.handlers.{function}" if function else "pass"
    program = f"import sys; sys.path.insert(0, {str(bundle)!r}); {statement}"
    process = os.posix_spawn(INTERPRETER, [INTERPRETER, "-I", "-S", "-c", program], {"AWS_DEFAULT_REGION": "us-east-1"})
    _, status, usage = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"importing {function} failed")
    return usage.ru_utime + usage.ru_stime
