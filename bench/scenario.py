"""One deployment as all measured programs see it: its keys, its settings, and what clients present to it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.certificate import AUTHORITY
from bench.population import API, AUDIENCE, LEGACY, USER, settings
from gatelet.oauth.grant import REFRESH_ABSOLUTE, REFRESH_IDLE, Grant
from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_rotation import shift
from gatelet.oauth.key_set import KeySet
from gatelet.oauth.seal import SEALS, Seals

if TYPE_CHECKING:
    from pathlib import Path

GRANT_OF_THE_USER = bytes(range(16))
SIGNING_SECRET, GRANT_SECRET = "signing", "grant"
SETTINGS = settings(signing_secret=SIGNING_SECRET, grant_secret=GRANT_SECRET)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Made once in a run, and handed to every process of it."""

    now: int
    signing_keys: KeySet
    grant_keys: KeySet

    @classmethod
    def new(cls) -> Scenario:
        """Make keys that may sign at once."""
        now = int(time.time())
        signing, grant = (
            shift(KeySet(), (use,), generate, now=now, next_key_age=0, retention=0) for use in ("ES256", SEALS)
        )
        return cls(now=now, signing_keys=signing, grant_keys=grant)

    def grant(self) -> Grant:
        """Return the user's grant after a first rotation."""
        return Grant(
            gid=grant_id(GRANT_OF_THE_USER),
            client_id=LEGACY.client_id,
            sub=USER.sub,
            session_id="session",
            scope=tuple(sorted(API.scopes)),
            audience=AUDIENCE,
            auth_time=self.now,
            acr="1",
            amr=("pwd",),
            generation=1,
            rotated_at=self.now,
            idle_expires_at=self.now + REFRESH_IDLE,
            absolute_expires_at=self.now + REFRESH_ABSOLUTE,
            attempt="attempt",
        )

    def refresh_token(self) -> str:
        """Return the grant's refresh token of generation 0, which the canned store turns into 1 again and again."""
        return HandleKeys(Seals(self.grant_keys.rings[SEALS])).seal(
            REFRESH_TOKEN, grant_secret=GRANT_OF_THE_USER, generation=0, client_id=LEGACY.client_id
        )


def environment(url: str, directory: Path) -> dict[str, str]:
    """Return what Lambda would tell a function whose AWS is the canned one at `url`."""
    authority = str(directory / AUTHORITY)
    return {
        **SETTINGS.to_environment(),
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_SESSION_TOKEN": "bench",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_CA_BUNDLE": authority,
        "SSL_CERT_FILE": authority,
        "SSL_CERT_DIR": "",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "TZ": ":UTC",
    }


def enter(url: str, directory: Path) -> None:
    """Make this process one whose AWS is the canned one."""
    os.environ.update(environment(url, directory))
