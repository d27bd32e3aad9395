from __future__ import annotations

import base64
import json
import time
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.jwa import ES256
from gatelet.oauth.jwk import public_jwk
from gatelet.oauth.jws import MalformedToken, Signer, VerificationKey, parse
from tests.unit.forged.headers import header_tokens, kid_tokens, type_tokens
from tests.unit.forged.keys import hmac_tokens, other_key_tokens, signature_tokens
from tests.unit.forged.spellings import duplicate_tokens, json_tokens, spelling_tokens, structure_tokens
from tests.unit.tokens import (
    ABSENT,
    KEYS,
    KIDS,
    PRIVATE_KEYS,
    PublishedKeys,
    base64url,
    claims,
    header,
    signed,
    verify,
)

SIGNERS = {alg: Signer(key, alg) for alg, key in KEYS.items()}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.clause("RFC9068-2.1-3", "RFC9068-4-2")
@pytest.mark.parametrize("alg", KEYS)
@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt"])
def test_a_token_of_ours_is_taken(alg, typ):
    """Without this no refusal below means anything. RFC 9068 §4"""
    assert verify(signed(head=header(alg, typ=typ), alg=alg)).claims.sub == "u_alice"
    assert verify(signed(head=header(alg, typ=typ), alg=alg)).kid == KIDS[alg]


@pytest.mark.clause("RFC6749-10.3-3", "RFC9068-4-5")
@pytest.mark.parametrize(
    "token",
    [
        *structure_tokens(),
        *hmac_tokens(),
        *other_key_tokens(),
        *header_tokens(),
        *kid_tokens(),
        *duplicate_tokens(),
        *signature_tokens(),
        *spelling_tokens(),
        *json_tokens(),
        *type_tokens(),
    ],
)
def test_a_forged_token_is_refused_and_never_a_fault(token):
    """RFC 8725 §3, RFC 9068 §4"""
    with pytest.raises(InvalidToken):
        verify(token)


@pytest.mark.attack("ATK-044")
@pytest.mark.attack("ATK-009")
def test_no_token_takes_long_to_refuse():
    """The longest and the deepest take no more than a signature does."""
    tokens = [param.values[0] for param in json_tokens()] + ["." * 1_000_000, "A" * 1_000_000, "A.A.A" * 200_000]
    slowest = 0.0
    for token in tokens:
        begin = time.process_time()
        with pytest.raises(InvalidToken):
            verify(str(token))
        slowest = max(slowest, time.process_time() - begin)
    assert slowest < 0.05


@pytest.mark.attack("ATK-021")
def test_a_key_is_looked_up_by_a_short_plain_name_alone():
    """So that no store, path or address is ever reached by what a caller wrote."""
    keys = PublishedKeys()
    for param in [*kid_tokens(), *header_tokens()]:
        with pytest.raises(InvalidToken):
            verify(str(param.values[0]), keys=keys)
    assert all(
        0 < len(kid) <= 64 and kid.replace("-", "").replace("_", "").isalnum() and kid.isascii()
        for kid in keys.asked_for
    )


@given(st.one_of(st.text(max_size=80), st.text("eyJ.-_AQg=", max_size=60), st.binary(max_size=60).map(base64url)))
def test_no_text_is_more_than_refused(text):
    with pytest.raises(InvalidToken):
        verify(text)


@given(JSON)
def test_no_header_and_no_payload_is_more_than_refused(part):
    """Even where we signed it."""
    for token in (signed(json.dumps(part)), signed(head=json.dumps(part))):
        with pytest.raises(InvalidToken):
            verify(token)


@pytest.mark.parametrize(
    "changes", [{"alg": "ES256"}, {"alg": "RS256"}, {"kty": "OKP"}, {"crv": "P-384"}, {"crv": ABSENT}]
)
@pytest.mark.attack("ATK-017")
def test_a_published_key_is_good_for_one_algorithm_alone(changes):
    """RFC 8725 §3.1"""
    alg = "EdDSA" if changes == {"alg": "ES256"} else "ES256"
    jwk = {**public_jwk(KEYS[alg].material, alg), **changes}
    with pytest.raises(ValueError, match="is no"):
        VerificationKey({name: value for name, value in jwk.items() if value is not ABSENT})


@pytest.mark.attack("ATK-350")
@pytest.mark.parametrize("alg", KEYS)
def test_two_signatures_of_one_token_are_equal(alg):
    """No clone of a snapshot can be made to sign two messages with one nonce. RFC 6979"""
    signer = Signer(KEYS[alg], alg)
    assert signer.sign("at+jwt", claims()) == signer.sign("at+jwt", claims())
    assert signer.sign("at+jwt", claims()) == Signer(replace(KEYS[alg], created_at=1), alg).sign("at+jwt", claims())
    assert signer.sign("at+jwt", claims()) != signer.sign("at+jwt", claims(jti="jti-2"))


@pytest.mark.attack("ATK-350")
def test_the_signature_of_rfc_6979():
    """RFC 6979 appendix A.2.5"""
    key = ec.derive_private_key(0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, ec.SECP256R1())
    r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    assert ES256().sign(key, b"sample").hex().upper() == r + s


def test_a_deterministic_signature_is_one_like_any_other():
    message, _, signature = Signer(KEYS["ES256"], "ES256").sign("at+jwt", claims()).rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    private = PRIVATE_KEYS["ES256"]
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    private.public_key().verify(der, message.encode(), ec.ECDSA(hashes.SHA256()))


def test_the_signature_of_rfc_8037_verifies():
    """RFC 8037 appendix A.5"""
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    key = VerificationKey({"kty": "OKP", "crv": "Ed25519", "x": x, "alg": "EdDSA", "kid": "k"})
    signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    signing_input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    raw = base64.urlsafe_b64decode(signature + "==")
    assert key.verifies(signing_input, raw)
    assert not key.verifies(signing_input + b"x", raw)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", KEYS)
@given(members=st.dictionaries(st.text(max_size=9), JSON.filter(lambda value: value == value), max_size=5))  # noqa: PLR0124 - no NaN
def test_what_we_sign_is_what_pyjwt_signs(alg, members):
    """Byte for byte; but for the nonce of ES256, which PyJWT leaves to chance. RFC 7515 §5.1"""
    payload = {**members, "iss": "https://auth.example", "exp": 1_800_000_900}
    ours = SIGNERS[alg].sign("at+jwt", payload)
    theirs = jwt.encode(payload, PRIVATE_KEYS[alg], alg, headers={"typ": "at+jwt", "kid": KIDS[alg]})
    if alg == "ES256":
        assert ours.rpartition(".")[0] == theirs.rpartition(".")[0]
        assert len(ours) == len(theirs)
    else:
        assert ours == theirs
    assert jwt.PyJWS().decode(ours, PRIVATE_KEYS[alg].public_key(), [alg])


@pytest.mark.clause("RFC9068-2.1-2", "RFC9068-2.1-4")
@pytest.mark.parametrize("alg", KEYS)
def test_the_header_that_we_write_has_three_members(alg):
    """RFC 9068 §2.1, RFC 7515 §4.1"""
    written = jwt.get_unverified_header(Signer(KEYS[alg], alg).sign("at+jwt", claims()))
    assert written == {"typ": "at+jwt", "alg": alg, "kid": KIDS[alg]}


@pytest.mark.attack("ATK-009")
def test_a_token_may_have_4096_characters_and_no_more():
    filler = next(n for n in range(2000, 4096) if len(signed(claims(x="x" * n))) > 4096) - 1
    assert len(signed(claims(x="x" * filler))) in range(4090, 4097)
    assert verify(signed(claims(x="x" * filler))).claims.sub == "u_alice"
    with pytest.raises(MalformedToken):
        parse(signed(claims(x="x" * (filler + 1))))
    with pytest.raises(MalformedToken, match="more than 4096 characters"):
        parse("a" * 4097)
