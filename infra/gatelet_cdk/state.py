"""The six tables and two secrets, one per trust boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from gatelet_cdk.privileges import Holding

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES = ("Directory", "Credentials", "Grants", "Limits", "Keys", "Feed")


class State(Construct):
    """What outlives every deployment; its logical ids never change, or the tables come back empty."""

    def __init__(self, scope: Construct, id: str, *, removal_policy: RemovalPolicy) -> None:
        super().__init__(scope, id)
        self.tables = {name: _table(self, name, removal_policy) for name in TABLES}
        self.signing_secret = _secret(self, "SigningSecret", "Private keys that sign the tokens", removal_policy)
        self.grant_secret = _secret(
            self, "GrantSecret", "HMAC keys of codes, refresh tokens and cookies", removal_policy
        )

    @property
    def holdings(self) -> Mapping[str, Holding]:
        """Every table and secret under the name that the settings give it."""
        tables = {
            f"{name.lower()}_table": Holding(table.table_arn, table.table_name) for name, table in self.tables.items()
        }
        secrets = {
            "signing_secret": Holding(*[self.signing_secret.secret_arn] * 2),
            "grant_secret": Holding(*[self.grant_secret.secret_arn] * 2),
        }
        return tables | secrets


def _table(scope: Construct, id: str, removal_policy: RemovalPolicy) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        id,
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        time_to_live_attribute="ttl",
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
        removal_policy=removal_policy,
    )


def _secret(scope: Construct, id: str, description: str, removal_policy: RemovalPolicy) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        scope,
        id,
        description=description,
        # Version 0 holds no key: rotate_keys makes the first ones, so none passes through a template.
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template='{"version":0}', generate_string_key="placeholder"
        ),
        removal_policy=removal_policy,
    )
