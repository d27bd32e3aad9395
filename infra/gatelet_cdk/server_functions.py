"""The functions of one authorization server, each with the settings that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from gatelet.aws.settings import Settings
from gatelet_cdk.privileges import PRIVILEGES
from gatelet_cdk.server_function import ServerFunction

if TYPE_CHECKING:
    from constructs import Construct

    from gatelet_cdk.brand import Brand
    from gatelet_cdk.server_function import FunctionDefaults

# Memory buys processor time: Argon2id and signatures want it.
_MEMORY = {
    "token": 1024,
    "refresh": 1024,
    "authorize": 1024,
    "revoke": 512,
    "introspect": 512,
    "userinfo": 512,
    "metadata": 512,
}
# One answers it, the other announces it.
_KNOW_PASSWORD_GRANT = frozenset({"token", "metadata"})
_SHOWS_PAGES = "authorize"
# Making RSA keys takes seconds, and nobody waits at a browser.
_ROTATION_MEMORY = 1024
_ROTATION_DEADLINE = cdk.Duration.seconds(60)
_ROTATION_TIMEOUT = cdk.Duration.minutes(2)


def protocol_functions(
    scope: Construct, *, issuer: str, deadline: cdk.Duration, brand: Brand, defaults: FunctionDefaults
) -> dict[str, ServerFunction]:
    """Make the functions that answer ENDPOINTS, by their module."""

    def shown(module: str) -> dict[str, Any]:
        return brand.settings if module == _SHOWS_PAGES else {}

    def watched(module: str) -> dict[str, Any]:
        reads = "grant_secret" in PRIVILEGES[module]
        return {"rotation_period": int(defaults.rotation_period.to_seconds())} if reads else {}

    return {
        module: ServerFunction(
            scope,
            module.capitalize(),
            module=module,
            settings=Settings(
                issuer=issuer,
                password_grant=defaults.password_grant and module in _KNOW_PASSWORD_GRANT,
                deadline=deadline.to_seconds(),
                trusted_proxies=defaults.trusted_proxies,
                **shown(module),
                **watched(module),
            ),
            defaults=defaults,
            memory_size=memory,
        )
        for module, memory in _MEMORY.items()
    }


def rotation_function(scope: Construct, *, defaults: FunctionDefaults) -> ServerFunction:
    """Make the function that makes keys."""
    return ServerFunction(
        scope,
        "RotateKeys",
        module="rotate_keys",
        settings=Settings(
            next_key_age=int(defaults.next_key_age.to_seconds()), deadline=_ROTATION_DEADLINE.to_seconds()
        ),
        defaults=defaults,
        memory_size=_ROTATION_MEMORY,
        timeout=_ROTATION_TIMEOUT,
    )
