"""What a function does before its first request: Lambda gives it a whole processor then, and no caller waits."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.settings import Settings
    from gatelet.handlers.trusted_proxies import TrustedProxies

LAMBDA = "AWS_LAMBDA_FUNCTION_NAME"


def initialize(prepare: Callable[[], None]) -> None:
    """Prepare for requests where this is Lambda; what cannot be had now, the first request asks for again."""
    if LAMBDA in os.environ:
        with suppress(Exception):
            prepare()


def trusted_proxies(settings: Settings) -> TrustedProxies | None:
    """Return the proxies that the stack names; without any, not even their module is imported. Raises ValueError."""
    if not settings.trusted_proxies:
        return None
    from gatelet.handlers.trusted_proxies import TrustedProxies  # noqa: PLC0415

    return TrustedProxies(settings.trusted_proxies)
