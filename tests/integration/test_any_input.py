"""Nothing that a caller sends may produce a 500."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.api_gateway import Answer, http_api_call, http_event
from tests.integration.deployment import HANDLERS
from tests.integration.registered import SECRET

MANY = settings(
    max_examples=120, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
NAMES = [
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "resource",
    "refresh_token",
    "username",
    "password",
    "token",
    "client_assertion",
]
WORDS = st.sampled_from(
    [
        "password",
        "client_credentials",
        "refresh_token",
        "c_legacy",
        "c_service",
        "c_browser",
        SECRET,
        "orders:read",
        "alice",
        "gr1_" + "A" * 96,
        "https://orders.example",
    ]
)
FORMS = st.dictionaries(st.sampled_from(NAMES), WORDS | st.text(max_size=300), max_size=8)
HEADERS = st.dictionaries(
    st.sampled_from(["authorization", "origin", "cookie", "content-type", "if-none-match", "x-requested-with", "host"]),
    st.text(max_size=200)
    | st.sampled_from(["application/x-www-form-urlencoded", "https://app.example", "Basic Y19sZWdhY3k6"]),
    max_size=4,
)
PATHS = st.sampled_from([*HANDLERS])


@pytest.fixture(scope="module")
def deployment(shared_deployment):
    return shared_deployment


@MANY
@given(path=PATHS, form=FORMS, headers=HEADERS, query=st.text(max_size=100))
def test_no_form_is_a_fault_of_ours(deployment, path, form, headers, query):
    answer = deployment.request(
        path, form=form, headers={**headers, "content-type": "application/x-www-form-urlencoded"}, query=query
    )

    assert answer.status < 500 or answer.status == 503, (form, headers)


@MANY
@given(path=PATHS, body=st.binary(max_size=300), headers=HEADERS, encode=st.booleans(), text=st.text(max_size=200))
def test_no_body_is_a_fault_of_ours(deployment, path, body, headers, encode, text):
    event = http_event("POST", path, headers, body=body)
    if not encode:
        event |= {"body": text, "isBase64Encoded": False}

    assert Answer(HANDLERS[path].respond(event, deployment.server(path))).status < 500


@MANY
@given(header=st.text(max_size=300), route=st.text(max_size=40))
def test_no_header_is_a_fault_of_the_authorizer(deployment, header, route):
    for authorization in (header, f"Bearer {header}"):
        assert deployment.decide(http_api_call({"authorization": authorization}, route)) == {"isAuthorized": False}
