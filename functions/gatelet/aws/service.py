"""The two services of AWS that requests need, and where they are. AWS General Reference"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_REGION = 32


class EndpointInvalid(Exception):
    """The environment names no region, or an endpoint that no call may go to."""


class Service(NamedTuple):
    """How one service is spoken to with its JSON protocol."""

    name: str
    content_type: str
    targets: Mapping[str, str]
    """What the header X-Amz-Target says for each operation."""
    variable: str
    """The environment variable that names another endpoint than that of the region."""
    pause: float
    """Seconds that the jitter before a second attempt is a part of, as in boto3's standard mode."""


DYNAMODB = Service(
    name="dynamodb",
    content_type="application/x-amz-json-1.0",
    targets={
        "get_item": "DynamoDB_20120810.GetItem",
        "put_item": "DynamoDB_20120810.PutItem",
        "update_item": "DynamoDB_20120810.UpdateItem",
        "delete_item": "DynamoDB_20120810.DeleteItem",
        "query": "DynamoDB_20120810.Query",
    },
    variable="AWS_ENDPOINT_URL_DYNAMODB",
    pause=0.025,
)
SECRETS_MANAGER = Service(
    name="secretsmanager",
    content_type="application/x-amz-json-1.1",
    targets={"get_secret_value": "secretsmanager.GetSecretValue"},
    variable="AWS_ENDPOINT_URL_SECRETS_MANAGER",
    pause=0.05,
)


class Endpoint(NamedTuple):
    """Where a service answers."""

    host: str
    port: int
    is_tls: bool

    @property
    def authority(self) -> str:
        """The Host header. RFC 9110 §7.2"""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def region_of(environ: Mapping[str, str]) -> str:
    """Return the region that the environment names. Raises EndpointInvalid."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    parts = region.split("-")
    is_plain = region.isascii() and region.islower() and len(region) <= LONGEST_REGION
    if not is_plain or len(parts) < 3 or not all(part.isalnum() for part in parts):  # noqa: PLR2004 - as eu-west-1
        raise EndpointInvalid("AWS_REGION does not name a region")
    return region


def endpoint_of(service: Service, region: str, environ: Mapping[str, str]) -> Endpoint:
    """Return where a service is called. Raises EndpointInvalid."""
    url = environ.get(service.variable) or environ.get("AWS_ENDPOINT_URL")
    if url:
        return _parse(url)
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return Endpoint(f"{service.name}.{region}.{suffix}", 443, is_tls=True)


def _parse(url: str) -> Endpoint:
    """Read an endpoint's URL; what goes in clear must not leave the machine."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - on AWS there is none to parse

    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise EndpointInvalid("the endpoint's URL cannot be read") from None
    is_plain = parts.scheme in {"http", "https"} and parts.path in {"", "/"} and parts.username is None
    if not is_plain or parts.query or parts.fragment or not host:
        raise EndpointInvalid("the endpoint's URL is not a scheme, a host and a port")
    if parts.scheme == "http" and not _is_loopback(host):
        raise EndpointInvalid("an endpoint that is not on this machine must be https")
    is_tls = parts.scheme == "https"
    return Endpoint(host, port or (443 if is_tls else 80), is_tls=is_tls)


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415 - as above

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
