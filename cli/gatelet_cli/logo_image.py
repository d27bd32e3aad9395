"""A client's logo: read from a file, kept as a data URI. RFC 7591 §2"""

from __future__ import annotations

import base64
from pathlib import Path

from gatelet.oauth.client_metadata import LARGEST_LOGO
from gatelet_cli.failure import Usage


def data_uri(path: str) -> str:
    """Return the image in a file; '' where no file is named. Raises Usage."""
    if not path:
        return ""
    try:
        with Path(path).open("rb") as file:
            image = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise Usage(f"--logo {path} cannot be read: {error.strerror}.") from None
    if len(image) > LARGEST_LOGO:
        raise Usage(f"--logo {path} is larger than {LARGEST_LOGO // 1024} KB: make it smaller, or draw it as SVG.")
    kind = _kind(image)
    if kind is None:
        raise Usage(f"--logo {path} is not a PNG, SVG, JPEG or WebP image.")
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def _kind(image: bytes) -> str | None:
    """Tell what the image is by how it begins, whatever the file is called."""
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if image.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if image.startswith(b"RIFF") and image[8:12] == b"WEBP":
        return "webp"
    return "svg+xml" if _is_svg(image) else None


def _is_svg(image: bytes) -> bool:
    try:
        text = image.decode()
    except UnicodeDecodeError:
        return False
    return text.lstrip("\ufeff \t\r\n").startswith("<") and "<svg" in text
