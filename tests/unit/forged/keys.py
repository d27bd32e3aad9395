"""Tokens signed with what is not the key, or not in the way of the key."""

from __future__ import annotations

import base64
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gatelet.oauth.jwk import public_jwk
from tests.unit.tokens import (
    ATTACKER,
    KEYS,
    KIDS,
    PRIVATE_KEYS,
    RSA,
    attack,
    base64url,
    claims,
    header,
    segment,
    signed,
)

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
GOOD = signed()
HEAD, BODY, SIGNATURE = GOOD.split(".")
RAW = base64.urlsafe_b64decode(SIGNATURE + "==")


def public_formats(key):
    """Return what an attacker may take for the secret of an HMAC: the public key in every format."""
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    yield "PEM", pem
    yield "PEM without line feed", pem.strip()
    yield "PEM with BOM", b"\xef\xbb\xbf" + pem
    yield "base64 of PEM", base64.b64encode(pem)
    yield "DER", key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    yield "SSH", key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def hmac_token(alg, kid, secret):
    signing_input = f"{segment({'typ': 'at+jwt', 'alg': alg, 'kid': kid})}.{segment(claims())}"
    digest = hmac.digest(secret, signing_input.encode(), f"sha{alg[2:]}")
    return f"{signing_input}.{base64url(digest)}"


def hmac_tokens():
    for key_alg, private in PRIVATE_KEYS.items():
        jwk = public_jwk(KEYS[key_alg].material, key_alg)
        documents = [
            ("JWK", json.dumps(jwk).encode()),
            ("compact JWK", json.dumps(jwk, separators=(",", ":")).encode()),
            ("JWKS", json.dumps({"keys": [jwk]}).encode()),
            ("nothing", b""),
            ("kid", KIDS[key_alg].encode()),
        ]
        for name, secret in [*public_formats(private.public_key()), *documents]:
            for alg in ("HS256", "HS384", "HS512"):
                yield attack("ATK-015", hmac_token(alg, KIDS[key_alg], secret), f"{alg} with the {key_alg} {name}")


def other_key_tokens():
    """Yield tokens of keys, curves and algorithms that are not those of the kid."""
    for curve, name in ((ec.SECP384R1(), "P-384"), (ec.SECP256K1(), "secp256k1"), (ec.SECP521R1(), "P-521")):
        yield attack("ATK-017", signed(key=ec.generate_private_key(curve)), f"ES256 with a key on {name}")
    for alg in (
        "ES256K",
        "ES384",
        "ES512",
        "ES521",
        "es256",
        "ES256 ",
        "PS256",
        "RS256",
        "EdDSA",
        "Ed25519",
        "",
        "RSA1_5",
    ):
        yield attack("ATK-017", signed(head=header(alg=alg)), f"{alg} over a right ES256 signature")
    for alg, others in {"ES256": ("RS256", "EdDSA"), "RS256": ("ES256", "EdDSA"), "EdDSA": ("ES256", "RS256")}.items():
        for other in others:
            head = header(alg, kid=KIDS[other])
            yield attack("ATK-017", signed(head=head, alg=alg), f"right {alg} signature under the {other} kid")
            head = header(other, kid=KIDS[other])
            yield attack("ATK-017", signed(head=head, alg=alg), f"{alg} signature that says {other}")
    message = f"{segment(header('RS256', alg='PS256'))}.{BODY}"
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signature = RSA.sign(message.encode(), pss, hashes.SHA256())
    yield attack("ATK-017", f"{message}.{base64url(signature)}", "PS256 with the RS256 key")


def signature_tokens():
    """Yield spellings of a right signature that are not the one of RFC 7518 §3.4."""
    r, s = int.from_bytes(RAW[:32], "big"), int.from_bytes(RAW[32:], "big")
    raws = {
        "DER": encode_dss_signature(r, s),
        "DER of (s, r)": encode_dss_signature(s, r),
        "(s, r)": RAW[32:] + RAW[:32],
        "63 bytes": RAW[:-1],
        "65 bytes": RAW + b"\0",
        "66 bytes": b"\0" + RAW[:32] + b"\0" + RAW[32:],
        "r = s = 0": bytes(64),
        "r = 0": bytes(32) + RAW[32:],
        "s = 0": RAW[:32] + bytes(32),
        "r = s = n": P256_ORDER.to_bytes(32, "big") * 2,
        "r = n": P256_ORDER.to_bytes(32, "big") + RAW[32:],
        "all ones": b"\xff" * 64,
        "-r": (P256_ORDER - r).to_bytes(32, "big") + RAW[32:],
        "one byte": b"x",
        "twice": RAW * 2,
    }
    for name, raw in raws.items():
        yield attack("ATK-041", f"{HEAD}.{BODY}.{base64url(raw)}", name)
    yield attack("ATK-041", signed(key=ATTACKER), "signature of the attacker")
    yield attack("ATK-041", f"{HEAD}.{segment(claims(sub='u_eve'))}.{SIGNATURE}", "signature of another payload")
    yield attack(
        "ATK-041", f"{segment(header(typ='application/at+jwt'))}.{BODY}.{SIGNATURE}", "signature of another header"
    )
