"""The issuer: a parameter of the stack, never what a request calls itself."""

from __future__ import annotations

from aws_cdk import CfnCondition, CfnParameter, Fn
from constructs import Construct


class Issuer(Construct):
    """What the operator gives as `Issuer`, or else the address at which the API answers. RFC 8414 §2"""

    def __init__(self, scope: Construct, id: str, *, default: str) -> None:
        super().__init__(scope, id)
        parameter = CfnParameter(
            self,
            "Parameter",
            default="",
            description="Issuer URL without a trailing slash; empty: where the API answers."
            " Changing it ends every token.",
            # No query and no fragment (RFC 8414 §2); plain http for a loopback address only.
            allowed_pattern=r"^$|^https://[A-Za-z0-9.-]+(:[0-9]+)?$"
            r"|^http://(127\.0\.0\.1|localhost)(:[0-9]+)?$",
            constraint_description="must be empty or an https origin without a trailing slash",
        )
        parameter.override_logical_id("Issuer")
        given = CfnCondition(
            self,
            "Given",
            expression=Fn.condition_not(Fn.condition_equals(parameter.value_as_string, "")),
        )
        given.override_logical_id("IssuerGiven")
        self.url = Fn.condition_if(given.logical_id, parameter.value_as_string, default).to_string()
