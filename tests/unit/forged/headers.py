"""Tokens whose header asks for something, names another key or another purpose."""

from __future__ import annotations

import base64
import hashlib
import json

from gatelet.oauth.handle import REFRESH_TOKEN, HandleKeys
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing
from gatelet.oauth.seal import SEALS, Seals
from tests.unit.tokens import (
    ABSENT,
    ATTACKER,
    KIDS,
    attack,
    base64url,
    header,
    signed,
)

GOOD = signed()
HEAD, BODY, SIGNATURE = GOOD.split(".")
ATTACKER_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": base64url(ATTACKER.public_key().public_numbers().x.to_bytes(32, "big")),
    "y": base64url(ATTACKER.public_key().public_numbers().y.to_bytes(32, "big")),
}


def header_tokens():
    """Yield tokens whose header asks for something; signed by the attacker, and by us too."""
    url, certificate = "https://attacker.example/keys.json", base64.b64encode(b"certificate").decode()
    extensions: dict[str, list[dict[str, object]]] = {
        "ATK-018": [{"jwk": ATTACKER_JWK}, {"jwk": {"kty": "oct", "k": "AA"}}],
        "ATK-019": [{"jku": url}, {"x5u": url}, {"jku": "file:///etc/passwd"}],
        "ATK-020": [{"x5c": [certificate]}, {"x5t": "AA"}, {"x5t#S256": "AA"}],
        "ATK-024": [
            {"crit": ["exp"], "exp": 1},
            {"crit": ["unknown"], "unknown": 1},
            {"crit": "alg"},
            {"crit": []},
            {"crit": ["alg"]},
            {"crit": None},
            {"zip": "DEF"},
            {"cty": "JWT"},
            {"enc": "A256GCM"},
            {"iss": "x"},
        ],
        "ATK-025": [{"b64": False}, {"b64": False, "crit": ["b64"]}, {"b64": True, "crit": ["b64"]}],
    }
    for number, changes in extensions.items():
        for change in changes:
            name = json.dumps(change)[:40]
            yield attack(number, signed(head=header(**change)), f"{name} signed by us")
            yield attack(number, signed(head=header(**change), key=ATTACKER), f"{name} signed by the attacker")
    kid = base64url(hashlib.sha256(json.dumps(ATTACKER_JWK, separators=(",", ":"), sort_keys=True).encode()).digest())
    yield attack("ATK-018", signed(head=header(jwk=ATTACKER_JWK, kid=kid), key=ATTACKER), "kid of the embedded key")
    detached = f"{HEAD}..{SIGNATURE}"
    yield attack("ATK-025", detached, "detached payload")


def kid_tokens():
    kids: list[object] = [
        "../../dev/null",
        "file:///etc/passwd",
        "https://attacker.example/",
        "' OR 1=1 --",
        "x" * 3000,
        "",
        0,
        1,
        True,
    ]
    kids += [None, [KIDS["ES256"]], {"kid": KIDS["ES256"]}, KIDS["ES256"] + "\0", KIDS["ES256"] + " ", "k" * 65, ABSENT]
    kids += [KIDS["ES256"].swapcase(), KIDS["ES256"][:-1], "\u00e9", KIDS["RS256"]]
    for kid in kids:
        yield attack("ATK-021", signed(head=header(kid=kid)), f"kid {'absent' if kid is ABSENT else repr(kid)[:30]}")


def type_tokens():
    """Yield what we signed for another purpose."""
    for typ in ("JWT", "jwt", "id_token+jwt"):
        yield attack("ATK-026", signed(head=header(typ=typ)), f"typ {typ}")
    others = ["logout+jwt", "dpop+jwt", "client-authentication+jwt", "token-introspection+jwt", "at+jwt ", "at+JWT\0"]
    for other in (*others, "text/at+jwt", "application/jwt", "", None, 1, ["at+jwt"], ABSENT):
        yield attack("ATK-027", signed(head=header(typ=other)), f"typ {'absent' if other is ABSENT else other!r}")
    handles = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))
    for prefix in (REFRESH_TOKEN, "gc1_"):
        handle = handles.seal(prefix, grant_secret=bytes(16), generation=0, client_id="c_app")
        yield attack("ATK-029", handle, f"handle {prefix}")
        yield attack("ATK-029", f"{handle}.{handle}.{handle}", f"three handles {prefix}")
