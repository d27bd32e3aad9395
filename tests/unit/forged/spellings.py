"""Texts that a lenient reader takes for a token, most of them with a right signature."""

from __future__ import annotations

import json

from tests.unit.tokens import (
    PRIVATE_KEYS,
    attack,
    base64url,
    claims,
    header,
    segment,
    sign,
    signed,
)

GOOD = signed()
HEAD, BODY, SIGNATURE = GOOD.split(".")


def structure_tokens():
    parts = {
        "one segment": [HEAD],
        "two segments": [HEAD, BODY],
        "four segments": [HEAD, BODY, SIGNATURE, SIGNATURE],
        "five segments": [HEAD, BODY, BODY, BODY, SIGNATURE],
        "no header": ["", BODY, SIGNATURE],
        "no payload": [HEAD, "", SIGNATURE],
        "no signature": [HEAD, BODY, ""],
        "only dots": ["", "", ""],
        "four dots": ["", "", "", "", ""],
        "nothing": [""],
        "a dot at the end": [HEAD, BODY, SIGNATURE, ""],
        "a dot at the beginning": ["", HEAD, BODY, SIGNATURE],
    }
    for name, segments in parts.items():
        yield attack("ATK-012", ".".join(segments), name)
    flattened = {"protected": HEAD, "payload": BODY, "signature": SIGNATURE}
    general = {"payload": BODY, "signatures": [{"protected": HEAD, "signature": SIGNATURE}]}
    yield attack("ATK-013", json.dumps(flattened), "flattened JSON")
    yield attack("ATK-013", json.dumps(general), "general JSON")
    yield attack("ATK-013", base64url(json.dumps(general).encode()), "general JSON in base64")
    for number in ("none", "None", "NONE", "nOnE"):
        for signature in ("", "AA", SIGNATURE):
            token = f"{segment(header(alg=number))}.{BODY}.{signature}"
            yield attack("ATK-014", token, f"alg {number}, signature {signature[:4]!r}")
        yield attack("ATK-014", signed(head=header(alg=number)), f"alg {number} over a right signature")
        yield attack("ATK-014", f"{segment({'alg': number})}.{BODY}.AA", f"alg {number} and nothing else")


def spelling_tokens():
    """Yield texts that a lenient decoder takes for a good token."""
    last = SIGNATURE[:-1] + chr(ord(SIGNATURE[-1]) + 1)  # 64 bytes leave four bits over
    yield attack("ATK-043", f"{HEAD}.{BODY}.{last}", "trailing bits in the signature")
    for position, name in enumerate(("header", "payload", "signature")):
        for insertion in ("=", "==", "A=", "\n", " ", "\t", "\r\n", "\0", "\u00e9", "\uff21", "+", "/", "%41", "*"):
            parts = [HEAD, BODY, SIGNATURE]
            parts[position] += insertion
            number = "ATK-043" if insertion.isascii() and insertion.isprintable() else "ATK-011"
            yield attack(number, ".".join(parts), f"{insertion!r} after the {name}")
            parts[position] = insertion + [HEAD, BODY, SIGNATURE][position]
            yield attack(number, ".".join(parts), f"{insertion!r} before the {name}")
    for padded in (json.dumps(header()) + " ", json.dumps(header()) + "  "):
        text = segment(padded)
        spelling = text + "=" * (-len(text) % 4)
        if spelling != text:
            message = f"{spelling}.{BODY}"
            yield attack(
                "ATK-042",
                f"{message}.{base64url(sign(message.encode(), PRIVATE_KEYS['ES256']))}",
                "padded header, signed",
            )


def duplicate_tokens():
    """Yield tokens that say something twice; whichever a reader believes is right, and the signature too."""
    good, payload = json.dumps(header()), json.dumps(claims())
    for name, value in header().items():
        for other in (json.dumps(value), '"x"'):
            for head in (f'{{"{name}":{other},{good[1:]}', f'{good[:-1]},"{name}":{other}}}'):
                yield attack("ATK-039", signed(head=head), f"{name} twice in the header")
    for name in ("sub", "exp", "scope", "aud", "x"):
        for other in ('"u_eve"', "1"):
            text = (
                f'{{"{name}":{other},"{name}":{other},{payload[1:]}'
                if name == "x"
                else f'{{"{name}":{other},{payload[1:]}'
            )
            yield attack("ATK-039", signed(text), f"{name} twice in the payload")
    escaped = f'{payload[:-1]},"\\u0073ub":"u_eve"}}'
    yield attack("ATK-039", signed(escaped), "sub twice, once escaped")
    nested = f'{payload[:-1]},"x":{{"a":1,"a":2}}}}'
    yield attack("ATK-039", signed(nested), "a name twice further in")


def json_tokens():
    """Yield tokens that we signed and whose JSON is not an object of plain members."""
    payload = json.dumps(claims())
    for text in (
        "[]",
        '"x"',
        "1",
        "null",
        "true",
        "",
        " ",
        "{",
        payload + "x",
        payload + payload,
        f"[{payload}]",
        "{}",
    ):
        yield attack("ATK-045", signed(text), f"payload {text[:20]!r}")
        if text != payload:
            yield attack("ATK-045", signed(head=text or " "), f"header {text[:20]!r}")
    for constant in ("NaN", "Infinity", "-Infinity"):
        yield attack("ATK-045", signed(f'{payload[:-1]},"x":{constant}}}'), constant)
    yield attack("ATK-045", signed("\ufeff" + payload), "byte order mark")
    yield attack("ATK-045", signed(payload.encode("utf-16")), "UTF-16")
    yield attack("ATK-045", signed(payload.replace("u_alice", "\x01")), "control character in a string")
    yield attack("ATK-045", signed(payload.encode().replace(b"u_alice", b"\xff\xfe")), "payload that is not UTF-8")
    yield attack("ATK-045", signed(payload.replace('"', "'")), "single quotes")
    yield attack("ATK-045", signed(f"{payload[:-1]},}}"), "trailing comma")
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        for depth in (10_000, 100_000):
            deep = opening * depth + "1" + closing * depth
            yield attack("ATK-044", signed(f'{payload[:-1]},"x":{deep}}}'), f"{depth} {opening} in the payload")
            yield attack(
                "ATK-044", signed(head=f'{json.dumps(header())[:-1]},"x":{deep}}}'), f"{depth} {opening} in the header"
            )
    yield attack("ATK-044", signed("[" * 2000), "2,000 brackets within the length of a token")
    yield attack("ATK-044", signed(head="[" * 2000), "2,000 brackets as header")
    for name in ("exp", "iat", "x"):
        yield attack(
            "ATK-044",
            signed(f'{payload[:-1]},"{name}":{"9" * 5000}}}'),
            f"{name} of 5,000 digits",
        )
    many = json.dumps(claims()).replace(str(claims()["exp"]), "9" * 2000)
    yield attack("ATK-044", signed(many), "exp of 2,000 digits")
    yield attack("ATK-044", signed(many.replace("9" * 2000, "1e400")), "exp beyond any float")
    yield attack("ATK-044", signed(many.replace("9" * 2000, "-" + "9" * 2000)), "exp of minus 2,000 digits")
    yield attack("ATK-009", GOOD + "A" * 9000, "9 KB of signature")
    yield attack("ATK-009", signed(claims(x="x" * 9000)), "9 KB that we signed")
