"""Whom a TLS connection trusts: the system's certificate authorities, read one by one as they are needed."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STORE = 50
"""Authorities that a whole store has at least."""
DIRECTORIES = ("/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash", "/etc/ssl/certs")


def tls_context(environ: Mapping[str, str], directories: tuple[str, ...] = DIRECTORIES) -> ssl.SSLContext:
    """Make a context that checks certificate and host name, from TLS 1.2 on.

    A directory whose files are named by hashes is read lazily, one authority a connection: the bundle
    of all of them costs 20 ms. What the environment names is all that is trusted, as with boto3.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    bundle = environ.get("AWS_CA_BUNDLE") or environ.get("SSL_CERT_FILE")
    if bundle:
        context.load_verify_locations(cafile=bundle)
        return context
    directory = environ.get("SSL_CERT_DIR") or next(filter(_is_a_store, directories), None)
    if directory is None:
        context.set_default_verify_paths()
    else:
        context.load_verify_locations(capath=directory)
    return context


def _is_a_store(directory: str) -> bool:
    """Tell whether a directory is the system's store; a few hashed names are somebody's addition to it."""
    try:
        names = os.listdir(directory)  # noqa: PTH208 - pathlib is slow to import
    except OSError:
        return False
    return sum(_is_hash(name) for name in names) >= STORE


def _is_hash(name: str) -> bool:
    digits, _, number = name.partition(".")
    return len(digits) == 8 and not digits.strip("0123456789abcdef") and number.isdigit()  # noqa: PLR2004 - 32 bits
