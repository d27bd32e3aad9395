"""The rules of AwsSolutions hold, and each exception says why."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from app import make_stack


@pytest.mark.parametrize("demonstration", ["true", "false"])
def test_no_rule_of_aws_solutions_is_broken(unbundled, demonstration):
    app = cdk.App(context={**unbundled, "demonstration": demonstration})
    make_stack(app)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()  # raises on a finding that nobody explained


def test_a_broken_rule_is_noticed(unbundled):
    app = cdk.App(context=unbundled)
    cdk.aws_dynamodb.Table(
        cdk.Stack(app, "Careless"),
        "Unprotected",
        partition_key=cdk.aws_dynamodb.Attribute(name="pk", type=cdk.aws_dynamodb.AttributeType.STRING),
    )
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="Validation"):
        app.synth()
