"""Function code unpacked once, however many workers run it; the emulator unpacks it for each.

Twenty concurrent requests start twenty workers: that is a gigabyte, and half a minute.
"""

import hashlib
import os
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

from ministack.core import lambda_runtime

_unpacking = threading.Lock()


class SharedArchive(zipfile.ZipFile):
    """An archive that a second extraction finds unpacked already."""

    def extractall(self, path: str | os.PathLike[str] | None = None, *_: object) -> None:
        """Put a link to the unpacked archive where an empty folder was made for it."""
        unpacked = Path(tempfile.gettempdir()) / f"code-{self._digest()}"
        with _unpacking:
            if not unpacked.exists():
                unfinished = unpacked.with_suffix(".part")
                super().extractall(unfinished)
                unfinished.rename(unpacked)
        folder = Path(path or ".")
        folder.rmdir()
        folder.symlink_to(unpacked)

    def _digest(self) -> str:
        contents = "".join(f"{entry.filename} {entry.CRC} " for entry in self.infolist())
        return hashlib.sha256(contents.encode()).hexdigest()[:16]


def share_code() -> None:
    """Have the workers share their code."""
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=SharedArchive, BadZipFile=zipfile.BadZipFile)
