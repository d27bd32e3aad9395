"""What a function is told by its environment; written by the stack, read by the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "GATELET_"


class SettingMissing(Exception):
    """A function needs a setting that the stack did not give it."""


class Settings(NamedTuple):
    """Names and numbers of one deployment; None where a function has no business with it."""

    issuer: str | None = None
    directory_table: str | None = None
    credentials_table: str | None = None
    grants_table: str | None = None
    limits_table: str | None = None
    keys_table: str | None = None
    feed_table: str | None = None
    signing_secret: str | None = None
    grant_secret: str | None = None
    password_grant: bool = False
    signing_algorithms: tuple[str, ...] = ("ES256", "RS256")
    next_key_age: int = 7200
    """Seconds that a key must have been published before it may sign."""
    keys_age: int = 300
    """Seconds that the published keys may be remembered: never so long that one signs which nobody has seen."""
    rotation_period: int = 2_592_000
    """Seconds from one rotation of a secret to the next."""
    deadline: float = 8.0
    """Seconds that one request may take, every call of it included."""
    audience: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    """Networks whose X-Forwarded-For is believed; see `gatelet.handlers.trusted_proxies`."""
    event_bus: str | None = None
    routes: str | None = None
    """JSON: routeKey to {"scope": "a b", "sensitive": true}; see `gatelet.oauth.route`."""
    brand_name: str = "Gatelet"
    brand_colour: str = "#1f5fbf"
    brand_logo: str | None = None
    """A data URI."""
    support_url: str | None = None

    def to_environment(self) -> dict[str, str]:
        """Render what differs from the defaults as Lambda environment variables."""
        return {
            PREFIX + name.upper(): _render(value)
            for name, value in self._asdict().items()
            if value != self._field_defaults[name]
        }

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the variables that `to_environment` wrote."""
        given: dict[str, Any] = {}
        for name, default in cls._field_defaults.items():
            text = environ.get(PREFIX + name.upper())
            if text is not None:
                given[name] = _parse(text, default)
        return cls(**given)

    def require(self, name: str) -> str:
        """Return a setting that this function cannot work without, or raise SettingMissing."""
        value = getattr(self, name)
        if value is None:
            raise SettingMissing(f"{PREFIX}{name.upper()} is not set")
        return str(value)


def _render(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def _parse(text: str, default: object) -> object:
    if isinstance(default, bool):
        return text == "true"
    if isinstance(default, tuple):
        return tuple(text.split(","))
    if isinstance(default, int | float):
        return type(default)(text)
    return text
