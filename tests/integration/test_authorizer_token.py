"""The authorizer refuses every token that is not exactly one of ours, and never raises for it. RFC 9068 §4, RFC 8725"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.api_gateway import http_api_call
from tests.integration.tokens import OurKey, compact, decode, ecdsa, encode, foreign_key, hs256

REFUSED = {"isAuthorized": False}


@pytest.fixture(scope="module")
def deployment(shared_deployment):
    return shared_deployment


@pytest.fixture
def ours(deployment) -> OurKey:
    return OurKey(deployment)


@pytest.fixture
def decide(deployment):
    """Call `GET /orders` with this Authorization header."""
    return lambda header: deployment.decide(http_api_call({} if header is None else {"authorization": header}))


def test_a_token_that_is_all_right_is_taken(decide, ours):
    """What the refusals below are variations of."""
    assert decide(f"Bearer {ours.token()}")["isAuthorized"] is True


@pytest.mark.attack("ATK-001")
@pytest.mark.attack("ATK-002")
@pytest.mark.attack("ATK-003")
@pytest.mark.attack("ATK-005")
@pytest.mark.attack("ATK-006")
@pytest.mark.attack("ATK-011")
@pytest.mark.attack("ATK-063")
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "TOKEN",
        "Basic TOKEN",
        "Token TOKEN",
        "DPoP TOKEN",
        "Bearer: TOKEN",
        "Bearer TOKEN TOKEN",
        "Bearer TOKEN,Bearer TOKEN",
        "Bearer TOKEN, Bearer TOKEN",
        "Bearer TOKEN,",
        "Bearer\tTOKEN",
        "Bearer  TOKEN",
        " Bearer TOKEN",
        "Bearer TOKEN ",
        "Bearer TOKEN\n",
        "Bearer TOKEN\r\nX: y",
        "Bearer TOKEN\0",
        "Bearer \N{SNOWMAN}",
        "Bearer TO\N{KELVIN SIGN}EN",
        "Bear\u0435r TOKEN",
        'Bearer token="TOKEN"',
    ],
)
def test_the_header_must_be_one_bearer_token(decide, ours, header):
    """RFC 6750 §2.1"""
    given = header and header.replace("TOKEN", ours.token()).replace(
        "TO\N{KELVIN SIGN}EN", f"{ours.token()}\N{KELVIN SIGN}"
    )

    assert decide(given) == REFUSED


@pytest.mark.attack("ATK-007")
@pytest.mark.attack("ATK-008")
def test_a_token_in_the_query_or_the_body_is_never_read(deployment, ours):
    event = http_api_call({"content-type": "application/x-www-form-urlencoded"})
    event |= {
        "rawQueryString": f"access_token={ours.token()}",
        "queryStringParameters": {"access_token": ours.token()},
        "body": f"access_token={ours.token()}",
        "cookies": [f"access_token={ours.token()}"],
    }

    assert deployment.decide(event) == REFUSED


@pytest.mark.attack("ATK-009")
@pytest.mark.advisory("CVE-2025-61920")
@pytest.mark.parametrize("size", [4097, 8200, 200_000])
def test_a_token_that_is_too_long_is_not_looked_at(decide, size):
    assert decide("Bearer " + "a" * size) == REFUSED


def test_a_good_token_of_more_than_4_kb_is_none_of_ours(decide, ours):
    token = ours.token(claims={"padding": "x" * 4000})

    assert decide(f"Bearer {token}") == REFUSED


@pytest.mark.attack("ATK-012")
@pytest.mark.attack("ATK-013")
@pytest.mark.advisory("CVE-2026-102269", "CVE-2025-62706", "CVE-2026-96760", "CVE-2024-33664")
@pytest.mark.parametrize(
    "form",
    [
        "{head}",
        "{head}.{body}",
        "{head}.{body}.",
        "{head}..{tag}",
        ".{body}.{tag}",
        "{head}.{body}.{tag}.{tag}",
        "{head}.{body}.{tag}.{tag}.{tag}",
        "..",
        "....",
        '{{"protected":"{head}","payload":"{body}","signature":"{tag}"}}',
        '{{"payload":"{body}","signatures":[]}}',
        '{{"payload":"{body}","signatures":[{{"protected":"{head}","signature":"{tag}"}}]}}',
        "{head}.{body}.{tag}=",
        "{head}=.{body}.{tag}",
        "{head}.{body}.{tag}AAAA",
        "{head}.{body}.{tag}+/",
        "{head}.{body}. {tag}",
    ],
)
def test_a_token_has_three_segments_in_one_spelling(decide, ours, form):
    """RFC 7515 §7.1"""
    head, body, tag = ours.token().split(".")

    assert decide("Bearer " + form.format(head=head, body=body, tag=tag)) == REFUSED


@pytest.mark.attack("ATK-014")
@pytest.mark.clause("RFC9068-2.1-2", "RFC9068-4-5", "RFC9068-4-6")
@pytest.mark.advisory("CVE-2026-48523", "CVE-2026-28802")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", "RS256", "ES384", "ES256K", "PS256", "EdDSA"])
def test_only_the_algorithm_of_the_key_is_taken(decide, ours, alg):
    """RFC 8725 §3.1"""
    right = ecdsa(ours.private)

    for sign in (lambda _message: b"", right):
        assert decide("Bearer " + compact({**ours.header, "alg": alg}, ours.claims, sign)) == REFUSED


@pytest.mark.attack("ATK-015")
@pytest.mark.advisory(
    "CVE-2017-11424",
    "CVE-2022-29217",
    "CVE-2026-48526",
    "CVE-2026-102266",
    "CVE-2026-102268",
    "CVE-2026-102273",
    "CVE-2024-37568",
    "CVE-2026-114615",
    "CVE-2026-114616",
    "CVE-2024-33663",
    "CVE-2026-85394",
)
def test_a_public_key_is_no_secret(deployment, decide, ours):
    """RFC 8725 §2.1: the public half, in whatever form, makes no HMAC that is taken."""
    public = ours.private.public_key()
    jwks = deployment.request("/.well-known/jwks.json", method="GET").body
    kind, whole = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding
    pem = public.public_bytes(whole.PEM, kind)
    ssh = public.public_bytes(whole.OpenSSH, serialization.PublicFormat.OpenSSH)
    jwk = json.dumps(json.loads(jwks)["keys"][0])
    secrets = [
        pem,
        pem.strip(),
        pem.replace(b"\n", b"\r\n"),
        b" " + pem.replace(b"\n", b"\n "),
        b"\xef\xbb\xbf" + pem,
        public.public_bytes(whole.DER, kind),
        ssh,
        jwks.encode(),
        jwk.encode(),
        b"",
    ]

    for secret in secrets:
        for alg in ("HS256", "ES256"):
            assert decide("Bearer " + compact({**ours.header, "alg": alg}, ours.claims, hs256(secret))) == REFUSED


@pytest.mark.attack("ATK-017")
@pytest.mark.clause("RFC6749-10.3-3", "RFC9068-4-5")
@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP256K1()])
def test_the_key_of_somebody_else_is_none(decide, ours, curve):
    theirs = ecdsa(ec.generate_private_key(curve))

    assert decide("Bearer " + compact(ours.header, ours.claims, theirs)) == REFUSED


@pytest.mark.attack("ATK-018")
@pytest.mark.attack("ATK-019")
@pytest.mark.attack("ATK-020")
@pytest.mark.attack("ATK-024")
@pytest.mark.attack("ATK-025")
@pytest.mark.clause("RFC9068-4-7")
@pytest.mark.advisory(
    "CVE-2026-32597", "CVE-2026-48522", "CVE-2026-48525", "CVE-2025-59420", "CVE-2025-62706", "CVE-2024-33664"
)
@pytest.mark.parametrize(
    "more",
    [
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MII"]},
        {"x5t": "x"},
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": "b64"},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"unknown": 1},
    ],
)
def test_a_header_can_ask_for_nothing(decide, ours, wire, more):
    """RFC 8725 §3.10: even under a signature of ours."""
    decide("Bearer " + ours.token())
    wire.clear()

    assert decide("Bearer " + ours.token(more)) == REFUSED
    assert wire.calls == []


@pytest.mark.attack("ATK-018")
@pytest.mark.clause("RFC9068-4-7")
@pytest.mark.advisory("CVE-2026-27962")
def test_a_key_in_the_header_is_not_used(decide, ours):
    theirs = foreign_key()
    numbers = theirs.public_key().public_numbers()
    x, y = (encode(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    header = {**ours.header, "jwk": {"kty": "EC", "crv": "P-256", "x": x, "y": y}}

    assert decide("Bearer " + compact(header, ours.claims, ecdsa(theirs))) == REFUSED


@pytest.mark.attack("ATK-021")
@pytest.mark.parametrize(
    "kid",
    [
        "../../dev/null",
        "file:///etc/passwd",
        "https://evil.example/k",
        "' OR 1=1 --",
        "k" * 65,
        "",
        1,
        ["x"],
        {"a": 1},
        None,
        "\N{SNOWMAN}",
        "a b",
        "x\n",
    ],
)
def test_kid_is_a_name_in_our_own_set_and_nothing_else(decide, ours, kid):
    assert decide("Bearer " + ours.token({"kid": kid})) == REFUSED


@pytest.mark.attack("ATK-026")
@pytest.mark.attack("ATK-027")
@pytest.mark.clause("RFC9068-4-2")
@pytest.mark.parametrize(
    "typ",
    [
        "JWT",
        "jwt",
        "logout+jwt",
        "dpop+jwt",
        "client-authentication+jwt",
        "token-introspection+jwt",
        None,
        "",
        "AT+JWT",
        "at+jwt ",
        1,
    ],
)
def test_a_token_of_another_kind_is_refused(decide, ours, typ):
    """RFC 9068 §4, RFC 8725 §3.11"""
    assert decide("Bearer " + ours.token({"typ": typ})) == REFUSED


@pytest.mark.attack("ATK-029")
def test_a_refresh_token_is_no_access_token(decide, sign_in):
    assert decide("Bearer " + sign_in()["refresh_token"]) == REFUSED


@pytest.mark.attack("ATK-030")
@pytest.mark.attack("ATK-065")
@pytest.mark.clause("RFC9068-4-3", "OIDC-14-1")
@pytest.mark.advisory("CVE-2024-53861")
@pytest.mark.parametrize(
    "iss",
    [
        "https://auth.example/", "http://auth.example", "https://auth.exampl", "https://auth.example.evil", "HTTPS://AUTH.EXAMPLE",
        ["https://auth.example"], "", None, 1, "https://auth.example\n",
    ],
)  # fmt: skip
def test_the_issuer_must_be_exactly_ours(decide, ours, iss):
    """RFC 9068 §4"""
    assert decide("Bearer " + ours.token(claims={"iss": iss})) == REFUSED


@pytest.mark.attack("ATK-031")
@pytest.mark.attack("ATK-032")
@pytest.mark.clause("RFC9068-4-4", "RFC9700-2.3-1")
@pytest.mark.parametrize(
    "aud",
    [
        None, "", "https://stock.example", "https://orders.exampl", "https://orders.example/", [], ["https://stock.example"],
        ["https://orders.example"], ["https://orders.example", "https://stock.example"], 1,
    ],
)  # fmt: skip
def test_the_audience_must_be_this_api_alone(decide, ours, aud):
    """RFC 9068 §4; Gatelet writes one string, so it takes no list."""
    assert decide("Bearer " + ours.token(claims={"aud": aud})) == REFUSED


@pytest.mark.attack("ATK-033")
@pytest.mark.attack("ATK-035")
@pytest.mark.attack("ATK-036")
@pytest.mark.clause("RFC6749-7-1", "RFC9068-4-8")
@pytest.mark.parametrize(
    ("iat", "exp"),
    [(-900, 0), (-900, -1), (0, 3601), (-1, 3600), (6, 900), (900, 1800), (0, 10**400), (-(10**10), 5), (0, 0), (1, 1)],
)
def test_a_token_is_good_only_within_a_lifetime_that_we_would_give(decide, ours, iat, exp):
    claims = {"iat": ours.now + iat, "exp": ours.now + exp}

    assert decide("Bearer " + ours.token(claims=claims)) == REFUSED


@pytest.mark.attack("ATK-401")
@pytest.mark.parametrize(("iat", "exp"), [(-899, 1), (5, 905), (0, 3600)])
def test_the_edges_of_a_lifetime_are_inside(decide, ours, iat, exp):
    claims = {"iat": ours.now + iat, "exp": ours.now + exp}

    assert decide("Bearer " + ours.token(claims=claims))["isAuthorized"] is True


@pytest.mark.attack("ATK-036")
@pytest.mark.parametrize("nbf", [1, 900, "0", None, 0.5])
def test_a_token_must_not_be_postdated(decide, ours, nbf):
    claims = {"nbf": ours.now + nbf if isinstance(nbf, int) else nbf}

    assert decide("Bearer " + ours.token(claims=claims)) == (
        REFUSED if nbf is not None else decide("Bearer " + ours.token())
    )


@pytest.mark.attack("ATK-037")
@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "iat", "exp", "jti", "client_id", "scope", "gid"])
def test_a_required_claim_must_be_there(decide, ours, claim):
    """RFC 9068 §2.2"""
    assert decide("Bearer " + ours.token(claims={claim: None})) == REFUSED


@pytest.mark.attack("ATK-038")
@pytest.mark.parametrize("claim", ["sub", "jti", "client_id", "gid", "acr"])
@pytest.mark.parametrize("value", [1, "", "x" * 10_000, "a\x00b", "a\nb", ["x"], {"a": "b"}, True, "\N{SNOWMAN}"])
def test_a_claim_must_have_its_type_and_size(decide, ours, claim, value):
    assert decide("Bearer " + ours.token(claims={claim: value})) == REFUSED


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": "1"},
        {"exp": "9999999999"},
        {"exp": 9999999999.5},
        {"exp": True},
        {"auth_time": "now"},
        {"auth_time": 1.5},
        {"roles": "clerk"},
        {"roles": [1]},
        {"roles": [""]},
        {"roles": {"a": 1}},
    ],
)
def test_numbers_are_integers_and_roles_a_list_of_names(decide, ours, claims):
    assert decide("Bearer " + ours.token(claims=claims)) == REFUSED


@pytest.mark.attack("ATK-039")
@pytest.mark.parametrize("where", ["header", "payload"])
def test_a_name_that_stands_twice_makes_no_token(decide, ours, where):
    """PyJWT takes the last one: what it read and what another library reads would differ."""
    header, payload = json.dumps(ours.header).encode(), json.dumps(ours.claims).encode()
    if where == "header":
        header = header.replace(b"{", b'{"alg":"ES256",', 1)
    else:
        payload = payload.replace(b"{", b'{"sub":"u_admin",', 1)

    assert decide("Bearer " + compact(header, payload, ecdsa(ours.private))) == REFUSED


@pytest.mark.attack("ATK-041")
def test_a_signature_in_der_form_is_none(decide, ours):
    """RFC 7518 §3.4"""
    assert decide("Bearer " + compact(ours.header, ours.claims, ecdsa(ours.private, der=True))) == REFUSED


@pytest.mark.attack("ATK-043")
@pytest.mark.advisory("CVE-2026-102269")
def test_bits_that_mean_nothing_must_be_zero(decide, ours):
    """RFC 4648 §3.5: the last character of a signature has two spellings more that decode alike."""
    token = ours.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = alphabet.index(token[-1])

    for letter in (alphabet[at ^ 1], alphabet[at ^ 2], alphabet[at ^ 15]):
        assert decide(f"Bearer {token[:-1]}{letter}") == REFUSED


@pytest.mark.attack("ATK-044")
@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 2900,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"exp":' + b"9" * 2900 + b"}",
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b"\xff",
        b"",
        b"{",
    ],
)
def test_json_that_is_meant_to_break_the_parser_is_refused(decide, ours, payload):
    sign = ecdsa(ours.private)

    assert decide("Bearer " + compact(ours.header, payload, sign)) == REFUSED
    assert decide("Bearer " + compact(payload, ours.claims, sign)) == REFUSED


@pytest.mark.attack("ATK-045")
@pytest.mark.parametrize("payload", [[], [1], "x", 1, None, True])
def test_the_payload_must_be_an_object(decide, ours, payload):
    assert decide("Bearer " + compact(ours.header, payload, ecdsa(ours.private))) == REFUSED


@pytest.mark.attack("ATK-062")
def test_a_token_bound_to_a_key_is_not_taken_as_a_bearer_token(decide, ours):
    """RFC 9449 §7.1"""
    assert decide("Bearer " + ours.token(claims={"cnf": {"jkt": "x"}})) == REFUSED


@pytest.mark.attack("ATK-042")
@pytest.mark.advisory("CVE-2026-102269")
def test_a_second_spelling_of_a_revoked_token_is_revoked_too(deployment, legacy, secret, sign_in, clock):
    """ECDSA takes (r, n - s) too: nothing may be keyed on the text of a token."""
    token = sign_in()["access_token"]
    head, body, tag = token.split(".")
    signature = bytes(decode_bytes(tag))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    s = order - int.from_bytes(signature[32:], "big")
    other = f"{head}.{body}.{encode(signature[:32] + s.to_bytes(32, 'big'))}"
    deployment.authorize(other)

    deployment.revoke(legacy, secret, token=token)
    clock.advance(5)

    assert not deployment.authorize(token)
    assert not deployment.authorize(other)


def decode_bytes(segment: str) -> bytes:
    import base64  # noqa: PLC0415

    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


@pytest.mark.attack("ATK-011")
@pytest.mark.attack("ATK-367")
def test_a_hostile_token_breaks_no_log_line(decide, ours, log):
    for claims in ({"sub": "a\r\nb\x1b[31m"}, {"iss": "\n{}"}):
        decide("Bearer " + ours.token(claims=claims))
    decide("Bearer \r\n{}")

    assert len(log.lines) == 3
    assert "\x1b" not in log.text


def test_a_token_of_a_client_has_no_grant(deployment, service, secret):
    """RFC 9068 §2.2: there sub is the client itself, and it needs no gid; decoded, to be sure."""
    token = deployment.token(service, secret, grant_type="client_credentials").json["access_token"]
    claims = decode(token.split(".")[1])

    assert "gid" not in claims
    assert deployment.authorize(token)
    assert replace(service).client_id == claims["sub"]
