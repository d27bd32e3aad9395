"""No secret of whoever deploys comes into the template. OWASP ASVS V16.2.5"""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest

from tests.integration.canaries.canary import Canary, find

CANARIES = [
    Canary(name=name, value=value)
    for name, value in {
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLECANARY",
        "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEXAMPLECANARYTOKEN+of/a/session==",
        "GATELET_PASSWORD": 'Kanarie "vogel" & <ei>+äß/?%',
    }.items()
]


@pytest.fixture
def _environment(monkeypatch):
    for canary in CANARIES:
        monkeypatch.setenv(canary.name, canary.value)


@pytest.mark.usefixtures("_environment")
def test_the_environment_of_whoever_deploys_is_not_in_the_template(application):
    document = application(demonstration="true", passwordGrant="true").document
    assert find(CANARIES, {"template": json.dumps(document)}) == []


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
def test_a_secret_that_is_put_into_a_template_is_found(stack, synthesize, canary):
    """The counter-proof: an environment variable of a function."""
    cdk.CfnOutput(stack, "Leak", value=canary.value)
    cdk.aws_lambda.CfnFunction(stack, "Function", code={"zipFile": "x"}, role="r", description=canary.value)
    found = find(CANARIES, {"template": json.dumps(synthesize(stack).document)})
    assert {finding.canary for finding in found} == {canary.name}
