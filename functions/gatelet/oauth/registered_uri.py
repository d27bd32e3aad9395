"""The URIs that a client registers: where to be redirected to, the origins of its scripts, pages about it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote, unquote_plus

LONGEST_URI = 2048
LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
DEFAULT_PORTS = {"https": "443", "http": "80"}
SCRIPTING_SCHEMES = frozenset({"about", "blob", "data", "file", "javascript", "vbscript"})
RESPONSE_PARAMETERS = frozenset(
    {
        "access_token",
        "code",
        "error",
        "error_description",
        "error_uri",
        "id_token",
        "iss",
        "response",
        "state",
    }
)
"""What an authorization response adds to a redirect URI; one of them registered would be there twice."""

SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.*)")
AUTHORITY = re.compile(r"//(?P<host>\[[^\[\]/?@]*\]|[^\[\]/?:@]*)(?::(?P<port>[^/?@]*))?(?P<rest>[/?].*)?")
HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
NEVER_IN_URI = re.compile(r'[\\"<>^`{|}]')


class InvalidUri(ValueError):
    """The URI cannot be registered; says why, not what."""


def require_redirect_uri(uri: str) -> None:
    """Require a URI that is safe to redirect to and to compare as a string. RFC 6749 §3.1.2, RFC 8252 §7

    Raises InvalidUri.
    """
    _require_characters(uri)
    _require_comparable(uri)
    scheme, rest = _split_scheme(uri)
    if scheme in DEFAULT_PORTS:
        rest = _require_authority(scheme, rest)
    else:
        _require_private_use(scheme, rest)
    path, _, query = rest.partition("?")
    _require_plain_path(path)
    _require_no_response_parameter(query)


def require_origin(origin: str) -> None:
    """Require an origin as a browser spells it: scheme, host and a port that is not the default. RFC 6454 §6.2

    Raises InvalidUri.
    """
    _require_characters(origin)
    _require_comparable(origin)
    scheme, rest = _split_scheme(origin)
    if scheme not in DEFAULT_PORTS:
        raise InvalidUri("must be https://host or https://host:port")
    if _require_authority(scheme, rest):
        raise InvalidUri("must end after the host or port: an origin has no path, not even /")
    if rest.endswith(f":{DEFAULT_PORTS[scheme]}"):
        raise InvalidUri(f"must leave out the default port {DEFAULT_PORTS[scheme]}, as browsers do")


def require_web_page(uri: str) -> None:
    """Require a page that a link may lead to: https, or http to this machine. RFC 7591 §2

    Raises InvalidUri.
    """
    _require_characters(uri)
    scheme, rest = _split_scheme(uri.partition("#")[0])
    if scheme not in DEFAULT_PORTS:
        raise InvalidUri("must be https://host with or without a path")
    _require_authority(scheme, rest)


def _require_characters(uri: str) -> None:
    if not 0 < len(uri) <= LONGEST_URI:
        raise InvalidUri(f"must have 1 to {LONGEST_URI} characters")
    if not uri.isascii():
        raise InvalidUri("must be ASCII: write a host name in Punycode and escape the rest with %")
    if not uri.isprintable() or " " in uri:
        raise InvalidUri("must not contain spaces or control characters")
    if NEVER_IN_URI.search(uri) or BROKEN_ESCAPE.search(uri):
        raise InvalidUri("contains a character that no URI may contain, or a broken percent escape")


def _require_comparable(uri: str) -> None:
    if "*" in uri:
        raise InvalidUri("must not contain a wildcard: every URI is compared as it is")
    if "#" in uri:
        raise InvalidUri("must not have a fragment")


def _split_scheme(uri: str) -> tuple[str, str]:
    syntax = SCHEME.fullmatch(uri)
    if syntax is None:
        raise InvalidUri("must be absolute, such as https://app.example/callback")
    scheme = syntax["scheme"]
    if scheme != scheme.lower():
        raise InvalidUri("must have its scheme in lower case")
    return scheme, syntax["rest"]


def _require_authority(scheme: str, rest: str) -> str:
    """Check host and port of an http or https URI and return what follows them."""
    if "@" in rest.partition("?")[0].removeprefix("//").partition("/")[0]:
        raise InvalidUri("must not contain a user name or password")
    syntax = AUTHORITY.fullmatch(rest)
    if syntax is None:
        raise InvalidUri(f"must name a host: {scheme}://host")
    host, port = syntax["host"], syntax["port"]
    if not _is_host(host):
        raise InvalidUri("must have a valid host name in lower case")
    if port is not None and not _is_port(port):
        raise InvalidUri("must have a port between 1 and 65535, or none")
    if scheme == "http" and host not in LOOPBACK:
        raise InvalidUri("must use https; http is only for 127.0.0.1, [::1] and localhost")
    return syntax["rest"] or ""


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return "%" not in host and _is_ipv6(host[1:-1])  # a zone means something on one machine only
    if host.rpartition(".")[2].isdigit():
        return _is_ipv4(host)
    return HOST_NAME.fullmatch(host) is not None


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.IPv6Address(host).compressed == host
    except ValueError:
        return False


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_port(port: str) -> bool:
    return port.isdigit() and not port.startswith("0") and int(port[:6]) < 2**16


def _require_private_use(scheme: str, rest: str) -> None:
    """Require a reversed domain name as scheme, which only its owner's app claims. RFC 8252 §7.1"""
    if scheme in SCRIPTING_SCHEMES:
        raise InvalidUri(f"must not use the scheme {scheme}:")
    if "." not in scheme.strip("."):
        raise InvalidUri("must be https, http to a loopback address, or a private-use scheme with a dot in it")
    if not rest.startswith("/"):
        raise InvalidUri(f"must have a path: {scheme}:/callback")


def _require_plain_path(path: str) -> None:
    if any(unquote(segment) in {".", ".."} for segment in path.split("/")):
        raise InvalidUri("must not contain . or .. as a path segment")


def _require_no_response_parameter(query: str) -> None:
    names = {unquote_plus(pair.partition("=")[0]) for pair in query.split("&")}
    taken = sorted(names & RESPONSE_PARAMETERS)
    if taken:
        raise InvalidUri(f"must not have the query parameter {taken[0]}: the response adds it")
