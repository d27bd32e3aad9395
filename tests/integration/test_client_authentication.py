"""Who is calling, as it shows on the wire. RFC 6749 §2.3, §5.2"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from gatelet.oauth.client import ClientSecret
from gatelet.oauth.client_authentication import hash_secret
from tests.integration.api_gateway import Answer, basic

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def ask(deployment):
    """Ask for a token with these fields and this Authorization header."""

    def ask(authorization: str | None = None, **fields: str):
        headers = {} if authorization is None else {"authorization": authorization}
        return deployment.request("/oauth2/token", form={**GRANT, **fields}, headers=headers)

    return ask


def encoded(credentials: bytes) -> str:
    return "Basic " + base64.b64encode(credentials).decode()


def without_duration(answer: Answer) -> Any:
    return answer.status, answer.headers, answer.cookies, answer.body


@pytest.mark.clause("RFC6749-2.3.1-1")
def test_the_secret_may_be_in_the_header_or_in_the_body(ask, service, secret):
    """RFC 6749 §2.3.1"""
    assert ask(basic(service.client_id, secret)["authorization"]).status == 200
    assert ask(client_id=service.client_id, client_secret=secret).status == 200


@pytest.mark.clause("RFC6749-2.3.1-1")
def test_credentials_in_the_header_are_form_encoded_first(deployment, service, ask):
    """RFC 6749 §2.3.1"""
    odd = "a b:c%d+ü"
    stored = ClientSecret(sha256=hash_secret(odd), created_at=0)
    deployment.put_client(replace(service, client_id="c odd", secrets=(stored,)))

    assert ask(encoded(b"c+odd:a+b%3Ac%25d%2B%C3%BC")).status == 200


def test_the_scheme_is_compared_without_case(ask, service, secret):
    """RFC 9110 §11.1"""
    header = basic(service.client_id, secret)["authorization"]

    assert ask(header.replace("Basic", "bASIC")).status == 200


@pytest.mark.attack("ATK-125")
@pytest.mark.attack("ATK-169")
@pytest.mark.attack("ATK-187")
@pytest.mark.clause("RFC6749-2.2-1", "RFC6749-3.2.1-1", "RFC6749-10.2-1")
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/refresh", "/oauth2/revoke"])
def test_a_confidential_client_must_authenticate(deployment, legacy, path):
    form = {"client_id": legacy.client_id, "grant_type": "refresh_token", "refresh_token": "x", "token": "x"}

    answer = deployment.request(path, form=form)

    assert answer.error == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.attack("ATK-169")
@pytest.mark.clause("RFC6749-3.2.1-2")
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/refresh", "/oauth2/revoke"])
def test_a_request_must_name_its_client(deployment, path):
    """RFC 6749 §3.2.1"""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}

    assert deployment.request(path, form=form).error == (401, "invalid_client")


@pytest.mark.attack("ATK-126")
@pytest.mark.attack("ATK-084")
@pytest.mark.clause("RFC6749-4.1.3-2", "RFC6749-4.4.2-1", "RFC6749-5.2-2", "OIDC-14-1")
@pytest.mark.parametrize(
    "client_id",
    [
        "nobody",
        "C_SERVICE",
        "c_service ",
        " c_service",
        "c_\N{CYRILLIC SMALL LETTER DZE}ervice",
        "\N{FULLWIDTH LATIN SMALL LETTER C}_service",
        "c_service\N{ZERO WIDTH SPACE}",
        "c_service\0",
        "CLIENT#c_service",
        "c" * 3000,
    ],
)
def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(ask, service, secret, client_id):
    """No look-alike of a client_id is taken for it either: it is compared as it is."""
    unknown, wrong = (
        ask(client_id=client_id, client_secret=secret),
        ask(client_id=service.client_id, client_secret="wrong"),
    )
    assert unknown.error == (401, "invalid_client")
    assert without_duration(unknown) == without_duration(wrong)

    unknown, wrong = (
        ask(encoded(f"{client_id}:{secret}".encode())),
        ask(encoded(f"{service.client_id}:wrong".encode())),
    )
    assert unknown.error == (401, "invalid_client")
    assert unknown.headers["www-authenticate"].startswith("Basic ")
    assert without_duration(unknown) == without_duration(wrong)


@pytest.mark.attack("ATK-126")
@pytest.mark.advisory("CVE-2025-64521")
def test_a_disabled_client_is_answered_as_an_unknown_one(deployment, ask, service, secret):
    deployment.put_client(replace(service, enabled=False))

    disabled = ask(client_id=service.client_id, client_secret=secret)

    assert disabled.error == (401, "invalid_client")
    assert without_duration(disabled) == without_duration(ask(client_id="nobody", client_secret=secret))


@pytest.mark.attack("ATK-384")
@pytest.mark.clause("RFC6749-2.2-1")
def test_a_client_without_its_secret_cannot_be_told_from_an_unknown_one(ask, service):
    known, unknown = ask(client_id=service.client_id), ask(client_id="nobody")

    assert known.error == (401, "invalid_client")
    assert without_duration(known) == without_duration(unknown)


@pytest.mark.attack("ATK-127")
@pytest.mark.clause("RFC6749-5.2-1")
def test_two_ways_of_authentication_at_once_are_refused(ask, service, secret):
    """RFC 6749 §2.3"""
    answer = ask(basic(service.client_id, secret)["authorization"], client_secret=secret)

    assert answer.error == (400, "invalid_request")


@pytest.mark.attack("ATK-128")
def test_header_and_body_must_not_name_two_clients(ask, service, legacy, secret):
    header = basic(service.client_id, secret)["authorization"]

    assert ask(header, client_id=service.client_id).status == 200
    assert ask(header, client_id=legacy.client_id).error == (400, "invalid_request")


@pytest.mark.attack("ATK-129")
@pytest.mark.clause("RFC6749-5.2-2")
@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic Y19zZXJ2aWNl",
        "Basic =",
        "Basic Og==",
        encoded(b"\0:\0"),
        encoded(b"c_service:\0"),
        encoded(b"c_service:%zz"),
        encoded(b"c_service:\xff"),
        encoded(b":" + b"s" * 43),
        "Basic  " + base64.b64encode(b"c_service:" + b"s" * 43).decode(),
        encoded(b"c_service:" + b"s" * 43) + " ",
        encoded(b"c_service:" + b"s" * 43) + "," + encoded(b"c_service:" + b"s" * 43),
        "Bearer " + base64.b64encode(b"c_service:" + b"s" * 43).decode(),
        "",
    ],
)
def test_a_malformed_authorization_header_authenticates_nobody(ask, authorization):
    """RFC 7617 §2"""
    answer = ask(authorization)

    assert answer.error == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.attack("ATK-131")
@pytest.mark.clause("RFC6749-2.3-1", "RFC6749-4.1.3-2")
def test_a_public_client_must_not_present_a_secret(deployment, browser):
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": browser.client_id}

    assert deployment.request("/oauth2/token", form=form).error == (400, "invalid_grant")
    assert deployment.request("/oauth2/token", form={**form, "client_secret": "x"}).error == (401, "invalid_client")
    header = basic(browser.client_id, "x")
    assert deployment.request("/oauth2/token", form=form, headers=header).error == (401, "invalid_client")


@pytest.mark.attack("ATK-131")
@pytest.mark.attack("ATK-132")
@pytest.mark.advisory("CVE-2020-5300", "CVE-2020-15222", "CVE-2025-27370", "CVE-2025-27371")
def test_a_client_assertion_authenticates_nobody(ask, service, secret):
    """RFC 7523 §2.2: not offered, and never ignored in favour of something else."""
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = {"client_assertion": "e30.e30.e30", "client_assertion_type": kind}

    assert ask(client_id=service.client_id, client_secret=secret, **assertion).error == (401, "invalid_client")
    assert ask(basic(service.client_id, secret)["authorization"], **assertion).error == (401, "invalid_client")


@pytest.mark.attack("ATK-133")
@pytest.mark.parametrize("wrong", ["\N{SNOWMAN}", "ß" * 500, "s" * 44, "s" * 60_000, "\x00", "S" * 43])
def test_a_strange_secret_is_just_wrong(ask, service, wrong):
    assert ask(client_id=service.client_id, client_secret=wrong).error == (401, "invalid_client")
    assert ask(encoded(f"{service.client_id}:{wrong}".encode())).error == (401, "invalid_client")


@pytest.mark.attack("ATK-134")
def test_two_secrets_live_until_the_overlap_ends(deployment, service, secret, clock, ask):
    """A secret is replaced without an outage: the old one is good until its last second."""
    end = int(clock()) + 100
    old = replace(service.secrets[0], expires_at=end)
    new = ClientSecret(sha256=hash_secret("new" * 15), created_at=int(clock()))
    deployment.put_client(replace(service, secrets=(new, old)))

    def status(presented: str):
        return ask(client_id=service.client_id, client_secret=presented).status

    assert (status(secret), status("new" * 15)) == (200, 200)
    clock.advance(99)
    assert (status(secret), status("new" * 15)) == (200, 200)
    clock.advance(1)
    assert (status(secret), status("new" * 15)) == (401, 200)


@pytest.mark.attack("ATK-134")
def test_a_client_whose_secrets_have_all_ended_cannot_authenticate(deployment, service, secret, clock, ask):
    ended = replace(service.secrets[0], expires_at=int(clock()))
    deployment.put_client(replace(service, secrets=(ended,)))

    assert ask(client_id=service.client_id, client_secret=secret).error == (401, "invalid_client")


def test_a_client_without_any_secret_cannot_authenticate_with_an_empty_one(deployment, service, ask):
    deployment.put_client(replace(service, secrets=()))

    assert ask(client_id=service.client_id, client_secret="").error == (401, "invalid_client")
    assert ask(encoded(b"c_service:")).error == (401, "invalid_client")


@pytest.mark.attack("ATK-137")
def test_the_table_holds_the_hash_of_a_secret_alone(deployment, secret):
    stored = str(deployment.items("directory"))

    assert secret not in stored
    assert hash_secret(secret) in stored


def test_a_disabled_client_is_refused_within_60_s_by_a_warm_container(deployment, service, secret, clock, ask):
    """Its record is remembered for that long, and no longer."""
    assert ask(client_id=service.client_id, client_secret=secret).status == 200
    containers = dict(deployment._containers)
    deployment.put_client(replace(service, enabled=False))
    deployment._containers = containers

    clock.advance(60)

    assert ask(client_id=service.client_id, client_secret=secret).error == (401, "invalid_client")
