"""What ships to AWS: its size."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import aws_lambda as lambda_

from bench.row import Row, Section
from gatelet_cdk import Bundle, trimming

MEGABYTE = 1_000_000


def measure() -> tuple[Section, ...]:
    """Build the bundle for AWS, which all functions share."""
    with TemporaryDirectory() as directory:
        bundle = Path(directory)
        Bundle.for_lambda(lambda_.Architecture.ARM_64).build(bundle)
        files = sum(path.is_file() for path in bundle.rglob("*"))
        rows = (
            _row("zipped", trimming.zipped_size(bundle), trimming.LARGEST_ZIPPED),
            _row("unzipped", trimming.unzipped_size(bundle), trimming.LARGEST, f"{files} files"),
        )
    return (Section(title="Bundle for arm64, one for all functions", rows=rows),)


def _row(what: str, size: int, largest: int, remark: str = "") -> Row:
    return Row(
        what=what,
        value=size / MEGABYTE,
        unit="MB",
        against="",
        goal=f"≤ {largest / MEGABYTE:g} MB",
        met=size <= largest,
        remark=remark,
        exact=True,
    )
