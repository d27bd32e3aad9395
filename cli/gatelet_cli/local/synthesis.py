"""Synthesizes the repository's CDK application for the laptop."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from gatelet_cli.failure import Failure

REPOSITORY = Path(__file__).parents[3]
APPLICATION = REPOSITORY / "infra" / "app.py"
STACK = "Gatelet"
INTERPRETER = REPOSITORY / ".venv-emulator" / "bin" / "python"


def require_prerequisites() -> None:
    """Raise Failure where something is missing that a run needs."""
    if not APPLICATION.is_file():
        raise Failure(f"There is no {APPLICATION}: the local stack runs in a clone of Gatelet.")
    if shutil.which("node") is None:
        raise Failure("Node.js is not installed (no `node` on the PATH); the AWS CDK needs it.")
    if not INTERPRETER.exists():
        raise Failure("The emulator is not installed (.venv-emulator). Run `make setup`.")


def synthesize(assembly: Path) -> Path:
    """Synthesize into a new folder and return it. Raises Failure with the CDK's words."""
    log = assembly.with_name("synthesis.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gatelet_cli.local.tethered", str(APPLICATION)],
            cwd=REPOSITORY,
            env=_environment(assembly),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with process:
        process.wait()
    if process.returncode != 0:
        raise Failure(f"The stack cannot be synthesized:\n{log.read_text()[-4000:].strip()}")
    return assembly


def _environment(assembly: Path) -> dict[str, str]:
    context = {"local": True, "stack": STACK, "python": str(INTERPRETER)}
    return os.environ | {
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_VALIDATION": "false",  # takes longer than all the rest; `cdk synth` and the tests of infra/ do it
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
