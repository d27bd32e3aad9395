"""Whatever is asked of the server, the answer is one of docs/openapi.json."""

from __future__ import annotations

import json
import time

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from docs.openapi import OPENAPI
from gatelet.oauth.form import MEDIA_TYPE
from tests.integration.gateway_transport import session
from tests.integration.known_values import CLIENTS, KnownValues
from tests.integration.stack import ISSUER

DOCUMENT = json.loads(OPENAPI.read_text())
SCHEMA = schemathesis.openapi.from_dict(json.loads(OPENAPI.read_text()))
OPERATIONS = {made.ok().label: made.ok() for made in SCHEMA.get_all_operations() if isinstance(made, Ok)}
HOSTILE = [label for label, operation in OPERATIONS.items() if operation.body or operation.query]
LONGEST = 2.0
"""Seconds of processor time for one answer; a password's hash takes 0.03."""
FEW = settings(
    max_examples=15, phases=(Phase.generate,), deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.response_headers_conformance,
]
IMPLIED = ("content-type",)


@pytest.fixture(scope="module")
def gateway(shared_deployment):
    return session(shared_deployment)


@pytest.fixture(scope="module")
def known(shared_deployment):
    """Return values that lead further into the server than any that is made up."""
    return KnownValues(shared_deployment)


@FEW
@pytest.mark.parametrize("label", OPERATIONS)
@given(data=st.data())
def test_a_request_of_the_document_is_answered_by_the_document(gateway, known, label, data):
    """No fault of ours, no other status, header or body than those that are written down."""
    ask(OPERATIONS[label], GenerationMode.POSITIVE, data, gateway, known)


@FEW
@pytest.mark.parametrize("label", HOSTILE)
@given(data=st.data())
def test_a_request_that_breaks_the_document_is_answered_by_the_document(gateway, known, label, data):
    ask(OPERATIONS[label], GenerationMode.NEGATIVE, data, gateway, known)


def ask(operation, mode, data, gateway, known):
    case = data.draw(operation.as_strategy(mode))
    data.draw(known.some).fill(case)
    require_documented_answer(case, gateway, known)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: f"{client[0].client_id} {client[1]}")
def test_every_kind_of_token_response_is_in_the_document(gateway, known, client):
    """Luck alone seldom makes a request that is right in every part. RFC 6749 §5.1"""
    case = OPERATIONS["POST /oauth2/token"].Case(body={}, media_type=MEDIA_TYPE)
    known.of(client).fill(case)
    assert require_documented_answer(case, gateway, known).status_code == 200


def require_documented_answer(case, gateway, known):
    known.restore()
    started = time.process_time()
    response = case.call(base_url=ISSUER, session=gateway, allow_redirects=False)
    assert time.process_time() - started < LONGEST
    alone = is_challenge_alone(response)
    case.validate_response(response, checks=CHECKS if alone else [*CHECKS, checks.response_schema_conformance])
    operation = case.operation
    described = DOCUMENT["paths"][operation.path][operation.method]["responses"][str(response.status_code)]
    require_documented(response, {**resolve(described), **({"content": {}} if alone else {})})
    return response


def is_challenge_alone(response):
    """Tell whether the answer says how to authenticate, and of an error nothing. RFC 6750 §3.1"""
    return response.status_code == 401 and response.headers.get("www-authenticate") == ["Bearer"]


def resolve(described):
    """Return a part of the document that may be a reference."""
    if "$ref" not in described:
        return described
    _, components, kind, name = described["$ref"].split("/")
    return DOCUMENT[components][kind][name]


def require_documented(response, described):
    """Require that there is nothing in an answer that is not written down: no header, no body, no other type."""
    assert {name.lower() for name in response.headers} <= {name.lower() for name in (*described["headers"], *IMPLIED)}
    documented = described.get("content", {})
    assert bool(response.content) == bool(documented)
    if response.content:
        assert set(response.headers["content-type"]) <= set(documented)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "get"])
@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_a_method_that_is_not_in_the_document_is_answered_by_it_too(gateway, path, method):
    """RFC 9110 §15.5.6"""
    item = DOCUMENT["paths"][path]
    if method.lower() in item and method.isupper():
        return
    answer = Response.from_any(send(gateway, method, path))
    described = resolve(item["x-other-methods"][str(answer.status_code)])
    require_documented(answer, described)
    for name, header in described["headers"].items():
        assert name.lower() in answer.headers or not resolve(header)["required"]


def send(gateway, method, path):
    """Send a method as it is spelt: `requests` would put it into upper case."""
    prepared = requests.Request("GET", ISSUER + path.replace("{name}", "x")).prepare()
    prepared.method = method
    return gateway.send(prepared, allow_redirects=False)
