"""What the stack tells the operator's command, under names that never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from gatelet_cdk.server_alarms import MEANINGS

if TYPE_CHECKING:
    from gatelet_cdk.authorization_server import AuthorizationServer


class Outputs(Construct):
    """Outputs with fixed logical ids, whatever the construct is called and wherever it stands."""

    def __init__(self, scope: Construct, id: str, *, server: AuthorizationServer, domain_target: str | None) -> None:
        super().__init__(scope, id)
        self._issuer = fixed_output(self, "GateletIssuer", server.issuer)
        fixed_output(self, "GateletApiId", server.http_api.api_id)
        fixed_output(self, "GateletApiEndpoint", server.url)
        for name, table in server.state.tables.items():
            fixed_output(self, f"Gatelet{name}Table", table.table_name)
        fixed_output(self, "GateletSigningSecret", server.state.signing_secret.secret_arn)
        fixed_output(self, "GateletGrantSecret", server.state.grant_secret.secret_arn)
        fixed_output(self, "GateletRotateKeysFunction", server.rotate_keys.function.function_name)
        fixed_output(self, "GateletOperatorPolicy", server.operator_policy.managed_policy_arn)
        fixed_output(self, "GateletLogGroup", server.log_group.log_group_name)
        fixed_output(self, "GateletAlarms", ",".join(MEANINGS))
        fixed_output(self, "GateletPasswordGrant", "true" if server.password_grant else "false")
        if domain_target:
            fixed_output(self, "GateletDomainTarget", domain_target)

    def issuer_for(self, stack: cdk.Stack) -> str:
        """Return the issuer in another stack, which is then deployed after this one.

        The CDK exports attributes of resources by itself, but the issuer is a condition.
        """
        own = cdk.Stack.of(self)
        self._issuer.export_name = f"{own.stack_name}-{self._issuer.logical_id}"
        stack.add_stack_dependency(own)
        return self._issuer.import_value


def fixed_output(scope: Construct, id: str, value: str) -> cdk.CfnOutput:
    """Make an output whose logical id is its id."""
    output = cdk.CfnOutput(scope, id, value=value)
    output.override_logical_id(id)
    return output
