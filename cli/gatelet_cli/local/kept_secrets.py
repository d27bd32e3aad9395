"""Random secrets that last as long as the state they belong to."""

import json
import secrets
from pathlib import Path

from gatelet_cli.local.private_file import write_private

FILE = "secrets.json"


class KeptSecrets:
    """Secrets by name, kept in the state's folder if there is one."""

    def __init__(self, state: Path | None) -> None:
        self._file = state / FILE if state else None
        self._secrets: dict[str, str] = {}
        if self._file and self._file.exists():
            self._secrets = json.loads(self._file.read_text())

    def get(self, name: str) -> str:
        """Return the secret of that name, a new one the first time."""
        if name not in self._secrets:
            self._secrets[name] = secrets.token_urlsafe(32)
            if self._file:
                write_private(self._file, json.dumps(self._secrets))
        return self._secrets[name]
