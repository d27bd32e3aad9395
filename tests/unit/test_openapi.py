"""docs/openapi.json describes the endpoints that there are, as the code has them."""

from __future__ import annotations

import json
import re

from openapi_spec_validator import validate

from docs.openapi import OPENAPI, fields
from docs.openapi.document import OPERATIONS, text
from gatelet.handlers import ENDPOINTS
from gatelet.oauth import errors
from gatelet.oauth.authorization_request import PARAMETERS
from gatelet.oauth.errors import OAuthError
from gatelet.oauth.token_request import TokenRequest

DOCUMENT = json.loads(OPENAPI.read_text())


def test_the_document_is_up_to_date():
    assert OPENAPI.read_text() == text(), "run .venv/bin/python -m docs.openapi"


def test_the_document_is_openapi():
    """OpenAPI 3.1.0 §4"""
    validate(DOCUMENT)


def test_every_method_of_every_endpoint_is_described_and_no_other():
    assert set(OPERATIONS) == {(endpoint.name, method) for endpoint in ENDPOINTS for method in endpoint.methods}


def test_every_status_of_an_error_is_described():
    described = set(re.findall(r'"#/components/responses/[A-Z][a-z]+(\d{3})', OPENAPI.read_text()))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OAuthError)]
    assert {str(kind.status) for kind in kinds} <= described


def test_every_parameter_of_a_token_request_is_described():
    described = {name for parameters, _ in fields.GRANTS.values() for name in parameters}
    assert described | {"grant_type"} == set(TokenRequest.__dataclass_fields__)


def test_every_parameter_of_an_authorization_request_is_described():
    assert set(fields.AUTHORIZATION) == PARAMETERS


def test_the_document_names_no_address_of_anybody():
    hosts = re.findall(r"https?://([\w.-]+)", OPENAPI.read_text())
    assert hosts
    assert [host for host in hosts if not host.endswith(".example")] == []
