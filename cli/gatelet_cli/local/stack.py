"""The whole local stack, from nothing to answering, and back to nothing."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from gatelet_cli.administration import Administration
from gatelet_cli.failure import Failure
from gatelet_cli.local.demonstration import Demonstration, invent
from gatelet_cli.local.deployment import DeploymentFailed, deploy
from gatelet_cli.local.door.remains import RECORD, RUN
from gatelet_cli.local.emulator import Emulator, emulator
from gatelet_cli.local.lock import Lock, hold
from gatelet_cli.local.ports import ANY, address, listen, listen_for_visitors
from gatelet_cli.local.record import write_record
from gatelet_cli.local.registration import register
from gatelet_cli.local.synthesis import INTERPRETER, STACK, require_prerequisites, synthesize
from gatelet_cli.stack import describe_stack

STATE = "state"

Step = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """A stack that answers at its issuer."""

    issuer: str
    emulator: Emulator
    outputs: dict[str, str]
    administration: Administration
    demonstration: Demonstration


@contextmanager
def local_stack(
    directory: Path,
    *,
    port: int | None = None,
    assembly: Path | None = None,
    keep: bool = False,
    step: Step = contextlib.nullcontext,
) -> Iterator[LocalStack]:
    """Run the stack below a directory; at the end nothing is left there but what `keep` keeps.

    `port` 0 is any free one, None the default one if that is free. An `assembly` that is synthesized
    already saves time. Users, clients and keys of a run that keeps are there in the next that does.
    Raises Failure.
    """
    require_prerequisites()
    with ExitStack() as open_until_end:
        lock = open_until_end.enter_context(hold(directory))
        run = _fresh_run(lock)
        state = _state(directory) if keep else None
        door, aws = listen_for_visitors(port), listen(ANY)
        issuer = address(door)
        lock.say(issuer)
        running = open_until_end.enter_context(
            emulator(
                INTERPRETER,
                lock=lock,
                run=run,
                aws=aws,
                door=door,
                state=state,
            )
        )
        beginning = _Beginning(directory=directory, issuer=issuer, emulator=running, state=state, step=step)
        yield beginning.stack(assembly)


def _fresh_run(lock: Lock) -> Path:
    """Make the run's folder; what is there is of a run that was killed with its emulator."""
    (lock.directory / RECORD).unlink(missing_ok=True)
    run = lock.directory / RUN
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(mode=0o700)
    return run


def _state(directory: Path) -> Path:
    state = directory / STATE
    state.mkdir(mode=0o700, exist_ok=True)
    return state


@dataclass(frozen=True, kw_only=True)
class _Beginning:
    """A run from its first process to its first answer."""

    directory: Path
    issuer: str
    emulator: Emulator
    state: Path | None
    step: Step

    def stack(self, assembly: Path | None) -> LocalStack:
        assembly = assembly or self._synthesize()
        try:
            outputs = self._deploy(assembly)
            return self._register(outputs)
        except DeploymentFailed as error:
            if self.state is None:
                raise
            raise Failure(f"{error}\nIf the kept state no longer fits, remove {self.state}.") from error
        except (BotoCoreError, ClientError) as error:
            raise Failure(f"The emulator failed: {error}\n{self.emulator.last_words()}") from error

    def _synthesize(self) -> Path:
        with self.step("Synthesize the CDK application"):
            return synthesize(self.directory / RUN / "cdk.out")

    def _deploy(self, assembly: Path) -> dict[str, str]:
        with self.step("Start the AWS emulator"):
            self.emulator.wait_until_ready()
        with self.step("Deploy the stack"):
            outputs = deploy(assembly, STACK, {"Issuer": self.issuer}, self.emulator.session)
            self.emulator.open_door(outputs["GateletApiId"])
        return outputs

    def _register(self, outputs: dict[str, str]) -> LocalStack:
        with self.step("Register an API, clients, a role and a user"):
            administration = Administration(describe_stack(self.emulator.session, STACK))
            demonstration = invent(self.issuer, outputs["GateletDemonstrationAudience"], self.state)
            register(demonstration, administration)
        endpoint = self.emulator.endpoint
        write_record(self.directory, issuer=self.issuer, endpoint=endpoint, demonstration=demonstration)
        return LocalStack(
            issuer=self.issuer,
            emulator=self.emulator,
            outputs=outputs,
            administration=administration,
            demonstration=demonstration,
        )
