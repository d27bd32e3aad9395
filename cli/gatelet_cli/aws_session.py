"""Sessions of boto3: the operator's own credentials, or those of the local stack."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from gatelet.aws.sdk_connection import SdkConnection

PATIENCE = 86_400
"""Seconds; a person who is asked a question in between is the only deadline."""
CONNECT = 1
READ = 2
"""Seconds of one attempt: a revocation must not land later than what verifiers read again."""


class LocalSession(boto3.Session):
    """A session whose clients go to one endpoint, whatever proxy the environment names."""

    endpoint: str

    def client(self, service_name: str, *, config: Config | None = None, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Make a client."""
        direct = Config(proxies={})
        return super().client(  # type: ignore[call-overload]
            service_name,
            config=config.merge(direct) if config else direct,
            **{**options, "endpoint_url": self.endpoint},
        )


def ambient_session(*, profile: str | None, region: str | None) -> boto3.Session:
    """Make a session as every AWS tool does."""
    return boto3.Session(profile_name=profile, region_name=region)


def local_session(*, endpoint: str, region: str, key: str) -> LocalSession:
    """Make a session of the local stack; profiles and files of the operator's own account have no say in it."""
    nothing = (None, None, None, None)
    core = botocore.session.Session(session_vars={"profile": nothing, "config_file": nothing})
    session = LocalSession(aws_access_key_id=key, aws_secret_access_key=key, region_name=region, botocore_session=core)
    session.endpoint = endpoint
    return session


def connect(session: boto3.Session) -> SdkConnection:
    """Make a connection with an operator's credentials and without a request's haste."""
    return SdkConnection(
        session=session, deadline=PATIENCE, connect_share=CONNECT / PATIENCE, read_share=READ / PATIENCE
    )
