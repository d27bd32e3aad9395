"""The environment with what Gatelet is measured against and Lambda's own runtime client: .venv-bench."""

from __future__ import annotations

from bench.program import ROOT

PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PACKAGES = next((ROOT / ".venv-bench" / "lib").glob("python3.*/site-packages"), ROOT / ".venv-bench")


def require() -> None:
    """Raise where `make bench` has not made it."""
    if not PYTHON.exists():
        raise RuntimeError("there is no .venv-bench: run make bench")
