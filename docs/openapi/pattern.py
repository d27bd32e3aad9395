"""The regular expressions of the code as JSON Schema writes them: anchored. JSON Schema Validation §6.3.3"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


def whole(pattern: re.Pattern[str]) -> str:
    """Return an expression that the whole of a text must match."""
    return f"^(?:{pattern.pattern})$"


def listed(expression: str) -> str:
    """Return an expression for a list of texts with one space between them."""
    return f"^(?:{expression})(?: (?:{expression}))*$"
