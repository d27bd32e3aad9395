"""Config OP: the discovery document. OpenID Connect Discovery §3, §4"""

from __future__ import annotations

from tests.e2e.conformance.conditions import metadata


def test_oidcc_discovery_endpoint_verification(provider, issuer):
    """The discovery document has every required member, is the issuer's own, and its keys are good and public"""
    document = provider.metadata
    metadata.is_of_the_issuer(document, issuer)
    metadata.has_every_endpoint_at_the_issuer(document)
    metadata.lists(document, "response_types_supported", "code")
    metadata.lists(document, "subject_types_supported", "public")
    metadata.lists(document, "id_token_signing_alg_values_supported", "RS256")
    metadata.lists(document, "grant_types_supported", "authorization_code")
    metadata.lists(document, "claims_supported", "sub", "iss", "auth_time", "acr")
    metadata.lists(document, "scopes_supported", "openid")
    metadata.has_well_formed_scopes(document)
    metadata.lists(document, "code_challenge_methods_supported", "S256")
    metadata.says_that_request_objects_are_not_supported(document)
    assert document["claims_parameter_supported"] is True
