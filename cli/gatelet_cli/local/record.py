"""`local.json`: what other programs on this machine need to know to use the running stack."""

import json
from dataclasses import asdict
from pathlib import Path

from gatelet_cli.local.demonstration import Demonstration
from gatelet_cli.local.door.remains import RECORD
from gatelet_cli.local.emulator import REGION
from gatelet_cli.local.private_file import write_private
from gatelet_cli.local.synthesis import STACK


def write_record(directory: Path, *, issuer: str, endpoint: str, demonstration: Demonstration) -> None:
    """Write the file; its end is the end of the run."""
    facts = {
        "issuer": issuer,
        "endpoint": endpoint,
        "stack": STACK,
        "region": REGION,
        **asdict(demonstration),
    }
    write_private(directory / RECORD, json.dumps(facts, indent=2) + "\n")
