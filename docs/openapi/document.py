"""The document: every endpoint with its methods, and what the server answers to any other. OpenAPI 3.1"""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from docs.openapi import fields, pages, protocol
from docs.openapi.components import Shared
from docs.openapi.responses import OPTIONAL, answer, matching, refusal_pages, refusals
from docs.openapi.schemas import ISSUER, SCHEMAS
from gatelet.handlers import ENDPOINTS
from gatelet.oauth.errors import MethodNotAllowed

if TYPE_CHECKING:
    from gatelet.handlers import Endpoint

OPERATIONS = {**protocol.OPERATIONS, **pages.OPERATIONS}
ALLOW = {"Allow": matching("OPTIONS$")}
SHORT = re.compile(r'\{\s+("\$ref": "[^"]+")\s+\}')
PREFLIGHT = (
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Credentials",
    "Access-Control-Max-Age",
    "Vary",
)
ASKED = {**ALLOW, **dict.fromkeys(PREFLIGHT, OPTIONAL)}
SECURITY_SCHEMES = {
    "client_secret_basic": {"type": "http", "scheme": "basic", "description": "Both form-encoded. RFC 6749 §2.3.1"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "RFC 6750 §2.1"},
}


def document() -> dict[str, Any]:
    """Return the whole document."""
    shared = Shared()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gatelet",
            "summary": "OAuth 2.0 authorization server and OpenID Provider",
            "version": version("gatelet"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "{issuer}", "variables": {"issuer": {"default": ISSUER}}}],
        "paths": {endpoint.path: path_item(endpoint, shared) for endpoint in ENDPOINTS},
        "components": {
            "schemas": {name: make() for name, make in SCHEMAS.items()},
            **shared.components,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def text() -> str:
    """Return the document as it is written."""
    return SHORT.sub(r"{\1}", json.dumps(document(), indent=1, ensure_ascii=False)) + "\n"


def path_item(endpoint: Endpoint, shared: Shared) -> dict[str, Any]:
    """Return the methods of a path; `x-other-methods` is the answer to any that is not there."""
    operations = {method: OPERATIONS[endpoint.name, method] for method in endpoint.methods}
    if "GET" in operations:
        operations["HEAD"] = without_bodies(operations["GET"])
    operations["OPTIONS"] = {"security": [], "responses": {"204": answer("The methods.", headers=ASKED)}}
    parameters = fields.in_path(endpoint.path)
    return {
        "description": endpoint.specification,
        **({"parameters": parameters} if parameters else {}),
        **{
            method.lower(): {
                "operationId": f"{endpoint.name}_{method.lower()}",
                "tags": [endpoint.function],
                **operation,
                "parameters": shared.parameters(operation.get("parameters", [])),
                "responses": shared.responses(operation["responses"]),
            }
            for method, operation in operations.items()
        },
        "x-other-methods": shared.responses(not_allowed(is_page=endpoint.function == "authorize")),
    }


def without_bodies(get: dict[str, Any]) -> dict[str, Any]:
    """Return the answers to HEAD: those to GET without their bodies. RFC 9110 §9.3.2"""
    responses = {
        status: {name: value for name, value in response.items() if name != "content"}
        for status, response in get["responses"].items()
    }
    return {**get, "responses": responses}


def not_allowed(*, is_page: bool) -> dict[str, Any]:
    """Return the answer to a method that a path does not take. RFC 9110 §15.5.6"""
    status = MethodNotAllowed.status
    challenged = {status: OPTIONAL}
    made = refusal_pages(status) if is_page else refusals(MethodNotAllowed, challenges=challenged)
    response = made[str(status)]
    return {str(status): {**response, "headers": {**response["headers"], **ALLOW}}}
