"""What docs/openapi.json says, made from ENDPOINTS and the types."""

from pathlib import Path

OPENAPI = Path(__file__).resolve().parents[1] / "openapi.json"
