"""What a token request must look like; what does not is refused before anything is looked up. RFC 6749 §3.2"""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api_gateway import FORM, Answer, basic, http_event
from tests.integration.deployment import HANDLERS

GRANT = b"grant_type=client_credentials"


@pytest.fixture(scope="module")
def deployment(shared_deployment):
    return shared_deployment


@pytest.fixture
def post(deployment, service, secret):
    """Send bytes to the token endpoint as an authenticated client."""

    def post(body: bytes, **more):
        headers = {**basic(service.client_id, secret), **FORM, **more.pop("headers", {})}
        return deployment.request("/oauth2/token", body=body, headers=headers, **more)

    return post


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        'Application/X-WWW-Form-URLEncoded ; charset="utf-8"',
    ],
)
def test_a_form_in_utf_8_is_taken(post, content_type):
    """RFC 6749 appendix B"""
    assert post(GRANT, headers={"content-type": content_type}).status == 200


@pytest.mark.attack("ATK-068")
@pytest.mark.attack("ATK-069")
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"grant_type":"client_credentials"}'),
        ("application/json", GRANT),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nx'),
        ("text/plain", GRANT),
        ("", GRANT),
        ("application/x-www-form-urlencoded; charset=iso-8859-1", GRANT),
        ("application/x-www-form-urlencoded,application/json", GRANT),
    ],
)
def test_another_media_type_is_refused(post, wire, content_type, body):
    """RFC 6749 §3.2"""
    wire.clear()

    answer = post(body, headers={"content-type": content_type})

    assert answer.error == (400, "invalid_request")
    assert wire.calls == []


@pytest.mark.attack("ATK-069")
def test_a_body_without_a_media_type_is_refused(deployment, service, secret):
    event = http_event("POST", "/oauth2/token", basic(service.client_id, secret), body=GRANT)

    answer = Answer(HANDLERS["/oauth2/token"].respond(event, deployment.server("token")))

    assert answer.error == (400, "invalid_request")


@pytest.mark.attack("ATK-071")
@pytest.mark.parametrize("encode", [True, False])
def test_a_body_may_arrive_as_it_is_or_base64_encoded(post, encode):
    answer = post(GRANT + b"&scope=orders%3Aread", encode=encode)

    assert (answer.status, answer.json["scope"]) == (200, "orders:read")


@pytest.mark.attack("ATK-072")
@pytest.mark.parametrize("body", ["grant_type=client_credentials", "%%%%", "Z3Jhbn=", "é"])
def test_a_body_that_is_not_the_base64_it_claims_to_be_is_refused(deployment, service, secret, body):
    event = http_event("POST", "/oauth2/token", {**FORM, **basic(service.client_id, secret)})
    event |= {"body": body, "isBase64Encoded": True}

    answer = Answer(HANDLERS["/oauth2/token"].respond(event, deployment.server("token")))

    assert answer.error == (400, "invalid_request")


@pytest.mark.attack("ATK-073")
def test_a_body_above_64_kb_is_too_large(post, wire):
    """RFC 9110 §15.5.14"""
    longest = GRANT + b"&p=" + b"x" * (64 * 1024 - len(GRANT) - 3)
    assert post(longest).status == 200
    wire.clear()

    assert post(longest + b"x").error == (413, "invalid_request")
    assert wire.calls == []


@pytest.mark.attack("ATK-074")
def test_more_than_50_fields_are_refused(post):
    def fields(count: int) -> bytes:
        return b"&".join([GRANT, *(b"p%d=x" % number for number in range(count - 1))])

    assert post(fields(50)).status == 200
    assert post(fields(51)).error == (400, "invalid_request")
    assert post(fields(2000)).error == (400, "invalid_request")


@pytest.mark.attack("ATK-075")
@pytest.mark.clause("RFC6749-3.2-4", "RFC6749-5.2-1")
@pytest.mark.parametrize(
    "body", [b"", b"grant_type=", b"scope=orders:read", b"grant_type", b"&&", b"=client_credentials"]
)
def test_grant_type_must_have_a_value(post, body):
    """RFC 6749 §3.2: a parameter without a value counts as omitted."""
    answer = post(body)

    assert answer.error == (400, "invalid_request")


def test_the_error_names_the_missing_parameter(post):
    assert "grant_type" in post(b"scope=orders:read").json["error_description"]


@pytest.mark.clause("RFC6749-3.2-4")
def test_a_parameter_without_a_value_counts_as_omitted(post):
    """RFC 6749 §3.2"""
    answer = post(GRANT + b"&scope=&resource=&unknown=")

    assert answer.json["scope"] == "orders:read orders:write"


@pytest.mark.clause("RFC6749-3.2-5")
def test_unknown_parameters_are_ignored(post):
    """RFC 6749 §3.2"""
    assert post(GRANT + b"&colour=blue").status == 200


@pytest.mark.clause("RFC6749-5.2-1")
@pytest.mark.parametrize("grant_type", ["device_code", "implicit", "urn:x", "CLIENT_CREDENTIALS", "password%00"])
def test_a_grant_that_is_not_offered_is_unsupported(post, grant_type):
    """RFC 6749 §5.2"""
    assert post(f"grant_type={grant_type}".encode()).error == (400, "unsupported_grant_type")


@pytest.mark.attack("ATK-077")
@pytest.mark.clause("RFC6749-5.2-1")
@pytest.mark.parametrize("grant_type", ["refresh_token", "password"])
def test_a_grant_that_the_client_is_not_registered_for_is_unauthorized(post, grant_type):
    """RFC 6749 §5.2"""
    answer = post(f"grant_type={grant_type}&refresh_token=x&username=alice&password=x".encode())

    assert answer.error == (400, "unauthorized_client")


@pytest.mark.attack("ATK-078")
@pytest.mark.clause("RFC6749-3.2-6")
@pytest.mark.parametrize("value", [b"x", b"y", b""])
@pytest.mark.parametrize(
    "name",
    ["grant_type", "code", "client_id", "code_verifier", "refresh_token", "scope", "username", "resource", "zzz"],
)
def test_a_repeated_parameter_is_refused(post, wire, name, value):
    """RFC 6749 §3.2: neither the first nor the last of them counts."""
    wire.clear()
    body = b"&".join([b"" if name == "grant_type" else GRANT, name.encode() + b"=x", name.encode() + b"=" + value])

    answer = post(body)

    assert answer.error == (400, "invalid_request")
    assert name in answer.json["error_description"]
    assert wire.calls == []


@pytest.mark.attack("ATK-078")
@pytest.mark.clause("RFC6749-3.2-6")
def test_a_parameter_repeated_in_another_spelling_is_refused(post):
    assert post(GRANT + b"&scope=orders:read&scop%65=orders:write").error == (400, "invalid_request")


@pytest.mark.attack("ATK-079")
def test_parameters_of_the_query_are_never_read(post):
    assert post(b"scope=orders:read", query="grant_type=client_credentials").error == (400, "invalid_request")
    assert post(GRANT, query="scope=orders%3Aread").json["scope"] == "orders:read orders:write"


@pytest.mark.attack("ATK-079")
@pytest.mark.parametrize("query", ["grant_type=client_credentials", "grant_type", "grant%5Ftype=x", "a=b&grant_type="])
def test_a_parameter_of_the_body_must_not_stand_in_the_query_too(post, query):
    assert post(GRANT, query=query).error == (400, "invalid_request")


@pytest.mark.attack("ATK-080")
@pytest.mark.clause("RFC6749-2.3.1-2", "RFC6749-4.4.2-1")
def test_a_client_secret_in_the_query_is_neither_accepted_nor_logged(deployment, service, secret, log):
    answer = deployment.token(service, grant_type="client_credentials")
    assert answer.error == (401, "invalid_client")

    answer = deployment.request(
        "/oauth2/token",
        form={"grant_type": "client_credentials", "client_id": service.client_id},
        query=f"client_secret={secret}",
    )

    assert answer.error == (401, "invalid_client")
    assert secret not in log.text


@pytest.mark.attack("ATK-081")
@pytest.mark.parametrize("name", [b"grant_type", b"client_id", b"scope", b"username", b"unknown"])
@pytest.mark.parametrize("value", [b"%ff%fe", b"\xff\xfe", b"%c3", b"%ed%a0%80"])
def test_bad_utf_8_is_refused_in_any_parameter(post, name, value):
    fields = {b"grant_type": b"client_credentials", name: value}

    assert post(b"&".join(b"=".join(field) for field in fields.items())).error == (400, "invalid_request")


@pytest.mark.attack("ATK-081")
def test_bad_utf_8_in_the_name_of_a_parameter_is_refused(post):
    assert post(GRANT + b"&%ff=x").error == (400, "invalid_request")


@pytest.mark.attack("ATK-083")
@pytest.mark.parametrize("escape", [b"%zz", b"%", b"%4", b"%u0041", b"%-1"])
def test_a_broken_percent_escape_is_refused(post, escape):
    assert post(GRANT + b"&scope=" + escape).error == (400, "invalid_request")


@pytest.mark.attack("ATK-083")
@pytest.mark.parametrize(
    "body", [b"Grant_Type=client_credentials", b"grant_type[]=client_credentials", b"grant_type.x=y"]
)
def test_only_the_exact_name_is_the_parameter(post, body):
    assert post(body).error == (400, "invalid_request")


@pytest.mark.attack("ATK-083")
def test_a_semicolon_does_not_separate_parameters(post):
    assert post(GRANT + b";scope=orders:read").error == (400, "unsupported_grant_type")


@pytest.mark.attack("ATK-093")
def test_a_parameter_that_names_a_host_is_neither_called_nor_stored(deployment, post):
    def everything() -> Any:
        return [deployment.items(name) for name in ("directory", "credentials", "grants", "limits", "keys", "feed")]

    before = everything()

    assert (
        post(GRANT + b"&client_session_host=http%3A%2F%2F169.254.169.254%2F&callback_uri=http%3A%2F%2Fx").status == 200
    )
    assert everything() == before
