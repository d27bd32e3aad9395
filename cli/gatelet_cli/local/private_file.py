"""Files that their owner alone may read."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a file that is never readable by others and never half written."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(text)
    unfinished.replace(file)
