"""Proof Key for Code Exchange: who must send a challenge, and what answers it. RFC 7636"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatelet.oauth.base64url import decode
from tests.integration.visitor import VERIFIER, challenge, error_to_client, is_consent, is_login, redeem, request_for

GOOD = challenge(VERIFIER)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
NONE = {"code_challenge": None, "code_challenge_method": None}


@pytest.fixture
def relaxed(deployment, web):
    """Return a confidential client that was registered to do without."""
    return deployment.put_client(replace(web, client_id="c_relaxed", require_pkce=False))


@pytest.mark.attack("ATK-113")
@pytest.mark.clause("RFC7636-4.4.1-1")
def test_a_confidential_client_needs_a_challenge(visitor, web):
    """RFC 9700 §2.1.1"""
    assert error_to_client(visitor.open(request_for(web, **NONE))) == "invalid_request"


@pytest.mark.attack("ATK-113")
@pytest.mark.clause("RFC7636-4.4.1-1", "RFC8252-6-1")
@pytest.mark.parametrize("require_pkce", [True, False])
def test_a_public_client_always_needs_a_challenge(deployment, visitor, native, require_pkce):
    """Whatever it was registered with. RFC 8252 §6"""
    client = deployment.put_client(replace(native, require_pkce=require_pkce))

    assert error_to_client(visitor.open(request_for(client, **NONE))) == "invalid_request"


@pytest.mark.attack("ATK-114")
@pytest.mark.clause("RFC7636-4.4.1-2")
@pytest.mark.parametrize("method", ["plain", None, ""])
@pytest.mark.parametrize("text", [GOOD, VERIFIER])
def test_plain_is_refused_and_so_is_no_method(visitor, web, method, text):
    """Without a method it would be plain. RFC 7636 §4.3"""
    url = request_for(web, code_challenge=text, code_challenge_method=method)

    assert error_to_client(visitor.open(url)) == "invalid_request"


@pytest.mark.attack("ATK-115")
@pytest.mark.clause("RFC7636-4.4.1-2")
@pytest.mark.parametrize("method", ["S512", "s256", "S256 ", "S256,plain", "sha256", "none"])
def test_any_other_method_is_refused(visitor, web, method):
    """RFC 7636 §4.4.1"""
    assert error_to_client(visitor.open(request_for(web, code_challenge_method=method))) == "invalid_request"


@pytest.mark.attack("ATK-115")
def test_an_array_is_no_method(visitor, web):
    url = request_for(web, code_challenge_method=None) + "&code_challenge_method[]=S256"

    assert error_to_client(visitor.open(url)) == "invalid_request"


@pytest.mark.attack("ATK-116")
@pytest.mark.parametrize(
    "text",
    [
        GOOD[:42],
        GOOD + "A",
        GOOD + "=",
        GOOD[:42] + "+",
        GOOD[:42] + "/",
        GOOD[:42] + "é",
        GOOD[:42] + "\n",
        GOOD + "\n",
    ],
)
def test_a_challenge_is_the_base64url_of_a_sha256(visitor, web, text):
    """RFC 7636 §4.2"""
    assert error_to_client(visitor.open(request_for(web, code_challenge=text))) == "invalid_request"


@pytest.mark.attack("ATK-117")
@pytest.mark.clause("RFC7636-4.2-1", "RFC7636-4.4-1", "RFC9700-2.1.1-1")
def test_a_code_with_a_challenge_needs_its_verifier(deployment, visitor, web):
    """RFC 7636 §4.6"""
    code = visitor.code(web)

    assert redeem(deployment, web, code, code_verifier=None).error == (400, "invalid_grant")
    assert redeem(deployment, web, code).status == 200


@pytest.mark.attack("ATK-119")
@pytest.mark.parametrize(
    "verifier", [ALPHABET[:42], ALPHABET + ALPHABET[:63], "v" * 42 + "+", "v" * 42 + " ", "v" * 43 + "\n"]
)
def test_a_malformed_verifier_is_refused(deployment, visitor, web, verifier):
    """Even where the challenge was made of it. RFC 7636 §4.1"""
    code = visitor.code(web, code_challenge=challenge(verifier))

    assert redeem(deployment, web, code, code_verifier=verifier).error == (400, "invalid_grant")


@pytest.mark.clause("RFC7636-4.6-1")
@pytest.mark.parametrize("verifier", [ALPHABET[:43], ALPHABET[-43:], ALPHABET, ALPHABET + ALPHABET[:62]])
def test_a_verifier_of_43_to_128_unreserved_characters_is_good(deployment, visitor, web, verifier):
    """RFC 7636 §4.1"""
    code = visitor.code(web, code_challenge=challenge(verifier))

    assert redeem(deployment, web, code, code_verifier=verifier).status == 200


@pytest.mark.attack("ATK-120")
@pytest.mark.parametrize(
    "verifier", ["é" * 43, "\N{FULLWIDTH LATIN SMALL LETTER V}" * 43, "v" * 42 + "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_a_verifier_that_is_not_ascii_is_refused_and_no_fault(deployment, visitor, web, verifier):
    assert redeem(deployment, web, visitor.code(web), code_verifier=verifier).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-123")
@pytest.mark.clause("RFC7636-4.6-2", "RFC9700-2.1.1-2")
@pytest.mark.parametrize("verifier", ["v" * 42 + "w", "w" + "v" * 42, "v" * 44, GOOD])
def test_a_verifier_that_nearly_answers_is_refused(deployment, visitor, web, verifier):
    assert redeem(deployment, web, visitor.code(web), code_verifier=verifier).error == (400, "invalid_grant")


def test_a_confidential_client_may_be_registered_to_do_without(deployment, visitor, relaxed):
    code = visitor.code(relaxed, **NONE)

    assert redeem(deployment, relaxed, code, code_verifier=None).status == 200


@pytest.mark.attack("ATK-121")
@pytest.mark.clause("RFC9700-2.1.1-3", "RFC9700-4.8.2-1", "RFC9700-4.8.2-3")
@pytest.mark.advisory("CVE-2024-23647", "CVE-2024-22258", "CVE-2025-4144")
def test_a_verifier_for_a_code_without_a_challenge_is_refused(deployment, visitor, relaxed):
    """Somebody took the challenge out of the request on its way. RFC 9700 §4.8"""
    code = visitor.code(relaxed, **NONE)

    assert redeem(deployment, relaxed, code).error == (400, "invalid_grant")


@pytest.mark.attack("ATK-121")
@pytest.mark.clause("RFC9700-2.1.1-2", "RFC9700-4.8.2-2")
@pytest.mark.advisory("CVE-2023-48228", "CVE-2024-22258", "CVE-2025-4144")
def test_a_challenge_that_was_sent_must_be_met_by_whoever_need_not_send_one(deployment, visitor, relaxed):
    """RFC 9700 §2.1.1"""
    code = visitor.code(relaxed)

    assert redeem(deployment, relaxed, code, code_verifier=None).error == (400, "invalid_grant")
    assert redeem(deployment, relaxed, code, code_verifier="w" * 43).error == (400, "invalid_grant")
    assert redeem(deployment, relaxed, code).status == 200


@pytest.mark.attack("ATK-114")
def test_a_method_without_a_challenge_is_refused(visitor, relaxed):
    assert error_to_client(visitor.open(request_for(relaxed, code_challenge=None))) == "invalid_request"


@pytest.mark.attack("ATK-122")
@pytest.mark.clause("RFC7636-4.4-1", "RFC9700-4.8.2-2")
def test_the_challenge_cannot_be_changed_on_the_way_to_the_code(deployment, visitor, web):
    """It travels sealed in the form; what stands beside it there is ignored. RFC 9700 §4.8"""
    login = visitor.open(request_for(web))
    assert is_login(login)
    other = {"code_challenge": challenge("w" * 43), "code_challenge_method": "S256", "client_id": "c_other"}
    consent = visitor.follow(visitor.submit(login, username="alice", password="correct horse battery staple", **other))
    assert is_consent(consent)
    location = visitor.submit(consent, action="allow", **other).headers["location"]
    code = location.partition("code=")[2].partition("&")[0]

    assert redeem(deployment, web, code, code_verifier="w" * 43).error == (400, "invalid_grant")
    assert redeem(deployment, web, code).status == 200


@pytest.mark.clause("RFC7636-4.4-2")
def test_a_code_does_not_hold_its_challenge(visitor, web):
    """RFC 7636 §4.4"""
    code = visitor.code(web)

    assert GOOD not in code
    assert decode(GOOD) not in decode(code.partition("_")[2])
