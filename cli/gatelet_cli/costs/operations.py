"""What is done most, and the calls to AWS that each step of it makes on a warm container.

`tests/integration/test_costs.py` counts those calls in the running functions, and measures their log lines.
"""

from __future__ import annotations

from dataclasses import dataclass

AUTHORIZER = "authorizer"
HANDLER_MS = 0.5
"""Lambda's runtime and a handler of ours, without the waiting."""
PASSWORD_HASH_MS = 25
"""Argon2id, 19 MiB and two passes."""
COLD_SECRETS = {"token": 2, "refresh": 2, "authorize": 1, "revoke": 1}
"""Secrets that a container reads when it starts, by function."""
MEMORY = {
    "token": 1024,
    "refresh": 1024,
    "authorize": 1024,
    "revoke": 512,
    "introspect": 512,
    "userinfo": 512,
    "metadata": 512,
    AUTHORIZER: 512,
}
"""Megabytes."""

_SESSION, _USER = "GetItem grants", "GetItem directory"
_PUT_SESSION_AND_GRANT = ("PutItem grants", "PutItem grants")
_COUNT = ("UpdateItem limits", "UpdateItem limits")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One invocation of a function."""

    function: str
    calls: tuple[str, ...] = ()
    cpu_ms: float = HANDLER_MS
    """Milliseconds of a whole virtual processor."""
    log_bytes: int = 700
    answer_bytes: int = 1500

    @property
    def memory_gb(self) -> float:
        """Gigabytes that the function has."""
        return MEMORY[self.function] / 1024

    @property
    def writes(self) -> int:
        """Calls that write one item of up to 1 KB; one whose condition fails is billed too."""
        return sum(call.startswith(("PutItem ", "UpdateItem ", "DeleteItem ")) for call in self.calls)

    @property
    def reads(self) -> int:
        """Strongly consistent reads of up to 4 KB."""
        return sum(call.startswith(("GetItem ", "Query ")) for call in self.calls)

    @property
    def is_behind_the_api(self) -> bool:
        """Tell whether our own API Gateway is asked; a protected route's is the user's."""
        return self.function != AUTHORIZER


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What somebody wants done, in one or several requests."""

    name: str
    steps: tuple[Step, ...]


MACHINE_TOKEN = Operation(name="`client_credentials`", steps=(Step(function="token"),))
REFRESH = Operation(name="`refresh_token`", steps=(Step(function="token", calls=("UpdateItem grants", _USER)),))
PASSWORD = Operation(
    name="`password`",
    steps=(
        Step(
            function="token",
            calls=("UpdateItem limits", "GetItem credentials", _USER, "UpdateItem limits", *_PUT_SESSION_AND_GRANT),
            cpu_ms=HANDLER_MS + PASSWORD_HASH_MS,
            log_bytes=900,
        ),
    ),
)
AUTHORIZED_CALL = Operation(
    name="call of a protected route", steps=(Step(function=AUTHORIZER, log_bytes=600, answer_bytes=0),)
)
SIGN_IN = Operation(
    name="sign-in with password and consent, to the tokens",
    steps=(
        Step(function="authorize", answer_bytes=6000),
        Step(
            function="authorize",
            calls=(*_COUNT, "GetItem credentials", _USER, *_COUNT, "PutItem grants"),
            cpu_ms=HANDLER_MS + PASSWORD_HASH_MS,
            log_bytes=800,
        ),
        Step(function="authorize", calls=(_SESSION, _USER, "GetItem credentials"), answer_bytes=6000),
        Step(
            function="authorize",
            calls=(_SESSION, _USER, "UpdateItem credentials", "UpdateItem grants", "PutItem grants"),
        ),
        Step(function="token", calls=("UpdateItem grants", _USER), answer_bytes=2500),
    ),
)
SINGLE_SIGN_ON = Operation(
    name="sign-in with a session and consent there",
    steps=(
        Step(
            function="authorize",
            calls=(_SESSION, _USER, "GetItem credentials", "UpdateItem grants", "PutItem grants"),
        ),
        Step(function="token", calls=("UpdateItem grants", _USER), answer_bytes=2500),
    ),
)
REVOCATION = Operation(
    name="revocation of a refresh token",
    steps=(Step(function="revoke", calls=("PutItem feed", "UpdateItem grants"), answer_bytes=300),),
)
OPERATIONS = (MACHINE_TOKEN, REFRESH, AUTHORIZED_CALL, SIGN_IN, SINGLE_SIGN_ON, PASSWORD, REVOCATION)
