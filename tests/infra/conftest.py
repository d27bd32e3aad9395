"""Synthesized templates to make statements about; nothing is bundled for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from app import make_stack
from gatelet_cdk import AuthorizationServer
from tests.infra.cloudformation import CloudFormation

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT_BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/security"


@pytest.fixture(scope="session")
def unbundled() -> dict[str, object]:
    """Return the context that leaves out building the bundle."""
    return {"aws:cdk:bundling-stacks": []}


@pytest.fixture(scope="session")
def application(unbundled) -> Callable[..., CloudFormation]:
    """Synthesize infra/app.py under a context."""

    def synthesize(**context: object) -> CloudFormation:
        return _template(make_stack(cdk.App(context={**unbundled, **context})))

    return synthesize


@pytest.fixture(scope="session")
def deployed(application):
    """Return what `cdk deploy` deploys when nothing is asked for."""
    return application()


@pytest.fixture(scope="session")
def demonstrated(application):
    """Return the same with the protected route of the demonstration."""
    return application(demonstration="true")


@pytest.fixture(scope="session")
def delivering(application):
    """Return the same with an event bus for the audit trail."""
    return application(auditEventBus=EVENT_BUS)


@pytest.fixture
def stack(unbundled):
    """Return a user's own stack."""
    return cdk.Stack(cdk.App(context=unbundled), "Shop")


@pytest.fixture
def server(stack):
    """Return an authorization server in that stack."""
    return AuthorizationServer(stack, "Gatelet")


@pytest.fixture
def synthesize():
    """Return the template of a user's own stack."""
    return _template


def _template(stack: cdk.Stack) -> CloudFormation:
    return CloudFormation(Template.from_stack(stack).to_json())
