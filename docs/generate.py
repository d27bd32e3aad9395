"""Writes the parts of README.md that follow from the code: `.venv/bin/python docs/generate.py`."""  # noqa: INP001

from __future__ import annotations

import re
from pathlib import Path

from gatelet.handlers import ENDPOINTS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
EXAMPLE = ROOT / "examples" / "protect_your_api" / "app.py"
PART = re.compile(r"(?P<begin><!-- begin: (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def regenerate(text: str) -> str:
    """Return a text with every part between `begin` and `end` made anew."""
    return PART.sub(lambda part: part["begin"] + PARTS[part["name"]]() + part["end"], text)


def endpoints() -> str:
    """Return the table of endpoints."""
    rows = [
        f"| `{', '.join(endpoint.methods)} {endpoint.path}` | `{endpoint.function}` | {endpoint.specification} |"
        for endpoint in ENDPOINTS
    ]
    return "\n".join(["| endpoint | function | specification |", "| --- | --- | --- |", *rows, ""])


def example() -> str:
    """Return the application that protects a route of its own."""
    return f"```python\n{EXAMPLE.read_text()}```\n"


PARTS = {"endpoints": endpoints, "example": example}

if __name__ == "__main__":
    README.write_text(regenerate(README.read_text()))
