"""What we take, PyJWT and joserfc take too, and read alike: no stricter reader would be surprised by us.

So whatever either of them refuses, we refuse. The tokens here are good ones in which something was changed: a
character, a segment's spelling, a member, the key, the algorithm, the form of the signature.
"""

from __future__ import annotations

import json
import string

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError

from gatelet.oauth.access_token import AccessToken
from gatelet.oauth.errors import InvalidToken
from gatelet.oauth.jwk import public_jwk
from tests.unit.tokens import (
    ABSENT,
    ATTACKER,
    AUDIENCE,
    ISSUER,
    KEYS,
    KIDS,
    NOW,
    PRIVATE_KEYS,
    base64url,
    claims,
    header,
    segment,
    sign,
    signed,
    verify,
)

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
ALGORITHMS = sorted(KEYS)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
BASE = {alg: signed(head=header(alg), alg=alg) for alg in ALGORITHMS}
CHARACTERS = string.ascii_letters + string.digits + "-_.=+/ \n\u00e9"
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(NOW - 4000, NOW + 4000),
    st.text(max_size=8),
    st.sampled_from([ABSENT, ISSUER, AUDIENCE, "at+jwt", "JWT", "ES256", "RS256", "none", [AUDIENCE], ["clerk"], 1e3]),
    st.sampled_from([key.kid for key in KEYS.values()]),
)
CLAIMS = st.sampled_from(
    ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "gid", "roles", "acr", "x"]
)
MEMBERS = st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "b64", "x"])


@st.composite
def mutated(draw):
    """Draw an algorithm and a good token with characters changed, put in, left out or swapped."""
    alg = draw(st.sampled_from(ALGORITHMS))
    text = BASE[alg]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["change", "insert", "delete", "segments"])):
            case "change":
                text = text[:at] + draw(st.sampled_from(CHARACTERS)) + text[at + 1 :]
            case "insert":
                text = text[:at] + draw(st.sampled_from(CHARACTERS)) + text[at:]
            case "delete":
                text = text[:at] + text[at + draw(st.integers(1, 5)) :]
            case _:
                text = ".".join(draw(st.permutations(text.split("."))))
    return alg, text


SPELLINGS = {
    "as it is": lambda text: text,
    "padded": lambda text: text + "=" * (-len(text) % 4),
    "padded too much": lambda text: text + "====",
    "in the other alphabet": lambda text: text.replace("-", "+").replace("_", "/"),
    "with a line end": lambda text: text + "\n",
    "folded": lambda text: text[:10] + "\r\n" + text[10:],
    "with spaces": lambda text: f" {text} ",
    "with bits left over": lambda text: text[:-1] + chr(ord(text[-1]) + 1),
    "cut": lambda text: text[:-1],
    "longer": lambda text: text + "A",
    "with a zero in it": lambda text: text[:5] + "\0" + text[5:],
}


@st.composite
def respelled(draw):
    """Draw a token whose segments are spelled otherwise, signed before that or after it."""
    alg = draw(st.sampled_from(ALGORITHMS))
    head, body = (draw(st.sampled_from(sorted(SPELLINGS))) for _ in range(2))
    parts = (segment(header(alg)), segment(claims()))
    spelled = f"{SPELLINGS[head](parts[0])}.{SPELLINGS[body](parts[1])}"
    message = spelled if draw(st.booleans()) else ".".join(parts)
    signature = base64url(sign(message.encode(), PRIVATE_KEYS[alg]))
    return alg, f"{spelled}.{SPELLINGS[draw(st.sampled_from(sorted(SPELLINGS)))](signature)}"


SIGNATURES = {
    "as it is": lambda raw: raw,
    "one byte less": lambda raw: raw[:-1],
    "one byte less in front": lambda raw: raw[1:],
    "a zero more": lambda raw: raw + b"\0",
    "a zero more in front": lambda raw: b"\0" + raw,
    "halves swapped": lambda raw: raw[len(raw) // 2 :] + raw[: len(raw) // 2],
    "twice": lambda raw: raw * 2,
    "zeros": lambda raw: bytes(len(raw)),
    "ones": lambda raw: b"\xff" * len(raw),
    "half": lambda raw: raw[: len(raw) // 2],
    "nothing": lambda _raw: b"",
    "DER": lambda raw: encode_dss_signature(*halves(raw)),
    "s negated": lambda raw: raw[:32] + (P256_ORDER - halves(raw)[1] % P256_ORDER).to_bytes(32, "big"),
    "s beyond the order": lambda raw: raw[:32] + (halves(raw)[1] + ED25519_ORDER).to_bytes(65, "big")[-32:],
    "S beyond the order of Ed25519": lambda raw: raw[:32] + beyond(raw[32:64]),
}


def halves(raw):
    return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")


def beyond(scalar):
    """Return the other spelling of the scalar of an Ed25519 signature. RFC 8032 §5.1.7"""
    return (int.from_bytes(scalar, "little") + ED25519_ORDER).to_bytes(65, "little")[:32]


@st.composite
def signed_otherwise(draw):
    """Draw a token with a signature of another form, key or algorithm, under any header."""
    alg, with_alg, said = (draw(st.sampled_from(ALGORITHMS)) for _ in range(3))
    head = header(alg, alg=said) if draw(st.booleans()) else header(alg)
    message = f"{segment(head)}.{segment(claims())}"
    key = PRIVATE_KEYS[alg if draw(st.booleans()) else with_alg]
    if draw(st.integers(0, 9)) == 0:
        key = ATTACKER
    raw = SIGNATURES[draw(st.sampled_from(sorted(SIGNATURES)))](sign(message.encode(), key))
    return alg, f"{message}.{base64url(raw)}"


@st.composite
def written_otherwise(draw):
    """Draw a token, rightly signed, whose JSON has a name twice, other white space, escapes, or something behind it."""
    alg = draw(st.sampled_from(ALGORITHMS))
    texts = []
    for members in (header(alg), claims()):
        pairs = [(json.dumps(name), json.dumps(value)) for name, value in members.items()]
        for _ in range(draw(st.integers(0, 1))):
            name = draw(
                st.sampled_from([*(name for name, _ in pairs), '"\\u0061lg"', '"crit"', '"jwk"', '"b64"', '"x"'])
            )
            value = draw(st.sampled_from(['"x"', "1", "null", "[]", "{}", "true", "1e400", "NaN", "-0", '"none"']))
            pairs.insert(draw(st.integers(0, len(pairs))), (name, value))
        text = "{" + draw(st.sampled_from([",", " , ", ",\n"])).join(f"{name}:{value}" for name, value in pairs) + "}"
        before, after = (draw(st.sampled_from(["", "", "", " ", "\n", "\ufeff", "x", "{}", "\0"])) for _ in range(2))
        texts.append(before + text + after)
    return alg, signed(texts[1], texts[0], alg=alg)


@st.composite
def resigned(draw):
    """Draw an algorithm and a token with other members, signed by us or by the attacker."""
    alg = draw(st.sampled_from(ALGORITHMS))
    payload = claims(**draw(st.dictionaries(CLAIMS, VALUES, max_size=3)))
    head = header(alg, **draw(st.one_of(st.just({}), st.dictionaries(MEMBERS, VALUES, max_size=1))))
    ours = draw(st.sampled_from([True, True, True, False]))
    space = draw(st.sampled_from([(",", ":"), (", ", ": "), ("  , ", "\n: ")]))
    key = PRIVATE_KEYS[alg] if ours else ATTACKER
    return alg, signed(json.dumps(payload, separators=space), head, key=key)


def agree(alg, token):
    """Compare our reading of a token with that of both libraries, where there is one; tell whether there is."""
    try:
        ours = verify(token)
    except InvalidToken:
        return False
    assert ours.kid == KIDS[alg]
    theirs, others = pyjwt_reads(alg, token), joserfc_reads(alg, token)
    assert others.claims == theirs
    assert others.header["typ"] in {"at+jwt", "application/at+jwt"}
    assert reading(theirs) == ours.claims
    return True


def pyjwt_reads(alg, token):
    """Return the claims, or raise what PyJWT raises; the clock is the test's, not the library's."""
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    public = PRIVATE_KEYS[alg].public_key()
    return jwt.decode(token, public, [alg], audience=AUDIENCE, issuer=ISSUER, options=options)  # type: ignore[arg-type]


def joserfc_reads(alg, token):
    """Return claims and header, or raise what joserfc raises."""
    key = joserfc_jwk.import_key({**public_jwk(KEYS[alg].material, alg)})
    return joserfc_jwt.decode(token, key, algorithms=[alg])


def reading(members):
    known = {name: members[name] for name in AccessToken._fields if members.get(name) is not None}
    return AccessToken(**{**known, "scope": tuple(known["scope"].split(" ")), "roles": tuple(known.get("roles", ()))})


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_all_three_take_a_good_token(alg):
    """Without this no agreement below means anything."""
    assert agree(alg, BASE[alg])


@settings(max_examples=400)
@given(mutated())
def test_a_changed_text_that_we_take_both_libraries_take(example):
    """RFC 7515 §5.2"""
    agree(*example)


@settings(max_examples=500, deadline=None)
@given(st.one_of(respelled(), signed_otherwise(), written_otherwise()))
def test_another_spelling_signature_or_writing_that_we_take_both_libraries_take(example):
    """RFC 7515 §5.2, RFC 7518 §3, RFC 8259 §4"""
    agree(*example)


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("form", sorted(SIGNATURES))
def test_a_form_of_signature_that_we_take_both_libraries_take(alg, form):
    """Ours are as long as RFC 7518 §3.3, §3.4 and RFC 8032 §5.1.6 say, and of no other form."""
    message = f"{segment(header(alg))}.{segment(claims())}"
    raw = sign(message.encode(), PRIVATE_KEYS[alg])
    taken = agree(alg, f"{message}.{base64url(SIGNATURES[form](raw))}")
    assert taken == (form == "as it is" or (alg, form) == ("ES256", "s negated"))


LENIENT = {
    "a name twice": (lambda: signed(json.dumps(claims())[:-1] + ',"sub":"u_eve"}'), True, True),
    "no exp": (lambda: signed(claims(exp=ABSENT)), True, True),
    "another typ": (lambda: signed(head=header(typ="JWT")), True, True),
    "an exp that is no integer": (lambda: signed(claims(exp=NOW + 900.5)), True, True),
    "white space around the JSON": (lambda: signed(f" {json.dumps(claims())}\n"), True, True),
    "a key in the header": (lambda: signed(head=header(jwk=public_jwk(KEYS["EdDSA"].material, "EdDSA"))), True, True),
    "a list as audience": (lambda: signed(claims(aud=[AUDIENCE])), True, True),
    "an unknown critical member": (lambda: signed(head=header(crit=["x"], x=1)), False, False),
    "padding": (lambda: respell(0, "padded"), True, False),
    "bits left over": (lambda: respell(2, "with bits left over"), False, False),
}


def respell(position, spelling):
    """Return a good token with one segment spelled otherwise; of header and payload the new spelling is signed."""
    parts = [segment(json.dumps(header()) + " "), segment(claims())]
    if position < 2:
        parts[position] = SPELLINGS[spelling](parts[position])
    signature = base64url(sign(".".join(parts).encode(), PRIVATE_KEYS["ES256"]))
    return ".".join([*parts, SPELLINGS[spelling](signature) if position == 2 else signature])


@pytest.mark.parametrize("name", LENIENT)
def test_what_we_refuse_whatever_the_libraries_do(name):
    """Why neither alone is a verifier of access tokens: RFC 9068 §4, RFC 8725 §3 ask for more. Told as it was found."""
    make, pyjwt_takes, joserfc_takes = LENIENT[name]
    token = make()
    assert not agree("ES256", token)
    assert takes(pyjwt_reads, token) == pyjwt_takes
    assert takes(joserfc_reads, token) == joserfc_takes


def takes(read, token):
    try:
        read("ES256", token)
    except (jwt.PyJWTError, JoseError, ValueError):
        return False
    return True


@settings(max_examples=400)
@given(resigned())
def test_changed_members_that_we_take_both_libraries_take(example):
    """RFC 7519 §7.2"""
    agree(*example)


def test_only_the_very_text_of_a_good_token_is_taken():
    """One token has one spelling: no single change of a character gives another. RFC 7515 §5.2"""
    token = BASE["ES256"]
    for at in range(len(token)):
        for character in "Aa0-_=.":
            if token[at] != character:
                with pytest.raises(InvalidToken):
                    verify(token[:at] + character + token[at + 1 :])
