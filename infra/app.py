"""The authorization server as a stack of its own: `cdk deploy`.

Context: `stack` (its name), `local` (for the emulator on this machine), `python` (the emulator's interpreter),
`passwordGrant`, `demonstration`, `architecture` (arm64 or x86_64), `domainName` with `certificateArn`, `trustedProxies`
(networks, with commas between), `auditEventBus` (a name or ARN), and what the pages show: `brandName`, `brandColour`,
`brandLogo` (a data URI), `supportUrl`.
"""

from __future__ import annotations

import sys
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_

from gatelet_cdk import AuthorizationServer, Brand, BrandError, Bundle, CustomDomain, TrustedProxyError
from gatelet_cdk.demonstration import Demonstration


def make_stack(app: cdk.App) -> cdk.Stack:
    """Return the stack that the context asks for."""
    stack = cdk.Stack(
        app,
        app.node.try_get_context("stack") or "Gatelet",
        description="Gatelet: an OAuth 2.0 and OpenID Connect authorization server",
    )
    local = _given(stack, "local")
    server = _local(stack) if local else _deployed(stack)
    if local or _given(stack, "demonstration"):
        Demonstration(stack, "Demonstration", server=server)
    return stack


def _deployed(stack: cdk.Stack) -> AuthorizationServer:
    architecture = _ARCHITECTURES.get(stack.node.try_get_context("architecture") or "arm64")
    if architecture is None:
        sys.exit(f"architecture is one of {', '.join(_ARCHITECTURES)}")
    try:
        return AuthorizationServer(
            stack,
            "Server",
            password_grant=_given(stack, "passwordGrant"),
            architecture=architecture,
            domain=_domain(stack),
            trusted_proxies=_listed(stack, "trustedProxies"),
            brand=_brand(stack),
            audit_event_bus=_event_bus(stack),
        )
    except TrustedProxyError as error:
        sys.exit(str(error))


def _local(stack: cdk.Stack) -> AuthorizationServer:
    """Everything switched on, nothing kept, no waiting for keys, and time for cold starts on a busy laptop."""
    patience = cdk.Duration.seconds(55)
    server = AuthorizationServer(
        stack,
        "Server",
        password_grant=True,
        removal_policy=cdk.RemovalPolicy.DESTROY,
        brand=_brand(stack),
        audit_event_bus=_event_bus(stack),
        next_key_age=cdk.Duration.seconds(2),
        deadline=patience,
        authorizer_deadline=patience,
        bundle=Bundle.for_host(stack.node.try_get_context("python") or sys.executable),
    )
    # On AWS a failed call is repeated after a minute or two; here nobody repeats it.
    first_keys = cast("cdk.CfnResource", server.first_keys.node.default_child)
    first_keys.add_property_override("ServiceTimeout", 60)
    return server


def _domain(stack: cdk.Stack) -> CustomDomain | None:
    name = stack.node.try_get_context("domainName")
    if not name:
        return None
    arn = stack.node.try_get_context("certificateArn")
    if not arn:
        sys.exit("domainName needs certificateArn: a certificate for it in the stack's Region")
    return CustomDomain(domain_name=name, certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", arn))


def _event_bus(stack: cdk.Stack) -> events.IEventBus | None:
    given = stack.node.try_get_context("auditEventBus")
    if not given:
        return None
    if str(given).startswith("arn:"):
        return events.EventBus.from_event_bus_arn(stack, "AuditEventBus", given)
    return events.EventBus.from_event_bus_name(stack, "AuditEventBus", given)


def _brand(stack: cdk.Stack) -> Brand:
    given = {member: stack.node.try_get_context(name) for member, name in _BRAND.items()}
    try:
        return Brand(**{member: str(value) for member, value in given.items() if value})
    except BrandError as error:
        sys.exit(str(error))


def _listed(stack: cdk.Stack, name: str) -> list[str]:
    """Return what a context value lists with commas between; an empty part is a slip, and stays to be refused."""
    value = stack.node.try_get_context(name)
    return [part.strip() for part in str(value).split(",")] if value else []


def _given(stack: cdk.Stack, name: str) -> bool:
    """Tell whether a context value is set; on the command line `-c local=true` is text."""
    return str(stack.node.try_get_context(name) or "false").lower() not in {"false", "0"}


_BRAND = {"name": "brandName", "colour": "brandColour", "logo": "brandLogo", "support_url": "supportUrl"}
_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}

if __name__ == "__main__":
    application = cdk.App()
    make_stack(application)
    application.synth()
