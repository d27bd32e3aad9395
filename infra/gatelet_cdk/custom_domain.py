"""A domain name of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import aws_certificatemanager as acm


@dataclass(frozen=True, kw_only=True)
class CustomDomain:
    """A name and the certificate for it, in the stack's Region; the DNS record is the owner's."""

    domain_name: str
    certificate: acm.ICertificate
