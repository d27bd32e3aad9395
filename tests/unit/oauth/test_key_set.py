from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gatelet.oauth.jwk import public_jwk
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_set import KeyRing, KeySet
from gatelet.oauth.seal import SEALS
from tests.unit.tokens import KEYS


def ring(alg="ES256"):
    retired = (
        replace(generate(alg, 1), retired_at=5),
        replace(generate(alg, 0), retired_at=3, compromised=True),
    )
    return KeyRing(next=generate(alg, 9), current=generate(alg, 4), retired=retired)


KEY_SET = KeySet(version=7, rings={"ES256": ring(), "EdDSA": ring("EdDSA")})


@pytest.mark.parametrize("keys", [KeySet(), KEY_SET, KeySet(version=1, rings={SEALS: ring(SEALS)})])
def test_a_key_set_comes_back_from_its_document(keys):
    assert KeySet.from_json(keys.to_json()) == keys


def test_a_fresh_secret_holds_no_keys_yet():
    """The template of the stack writes version 0 beside a placeholder, never a key."""
    assert KeySet.from_json('{"version":0,"placeholder":"x"}') == KeySet()


def test_members_that_a_newer_release_wrote_are_ignored():
    """Two releases run side by side while one replaces the other."""
    document = json.loads(KEY_SET.to_json())
    document["region"] = "us-east-1"
    for each in document["rings"].values():
        each["next"]["colour"] = "blue"
    assert KeySet.from_json(json.dumps(document)) == KEY_SET


def test_a_member_that_an_older_release_did_not_write_says_nothing():
    """Two releases run side by side while one replaces the other."""
    document = json.loads(KEY_SET.to_json())
    for each in document["rings"].values():
        del each["current"]["retired_at"], each["current"]["compromised"]
    assert KeySet.from_json(json.dumps(document)) == KEY_SET


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "1",
        "null",
        "{}",
        '{"version":"1"}',
        '{"version":null,"rings":{}}',
        '{"version":1,"rings":[]}',
        '{"version":1,"rings":null}',
        '{"version":1,"rings":{"ES256":null}}',
        '{"version":1,"rings":{"ES256":{}}}',
        '{"version":1,"rings":{"ES256":{"next":{},"current":{},"retired":[]}}}',
    ],
)
def test_a_document_that_is_no_key_set_is_a_value_error(text):
    """Whoever reads the secret keeps the old one then."""
    with pytest.raises(ValueError):  # noqa: PT011 - json's own message, or ours
        KeySet.from_json(text)


@pytest.mark.attack("ATK-337")
def test_every_key_is_published_once_and_nothing_private_with_it():
    """RFC 7517 §5"""
    published = KEY_SET.published()
    kids = [key["kid"] for key in published]
    assert len(set(kids)) == len(kids) == 8
    assert set(kids) == {key.kid for ring in KEY_SET.rings.values() for key in ring.all_keys}
    for jwk in published:
        assert jwk["kty"] != "oct"
        assert jwk["use"] == "sig"
        assert jwk["alg"] in {"ES256", "EdDSA"}
        assert not {"d", "k", "p", "q", "dp", "dq", "qi", "oth"} & set(jwk)
    assert public_jwk(KEY_SET.rings["EdDSA"].next.material, "EdDSA") in published


def test_the_compromised_keys_are_those_that_were_marked():
    marked = {ring.retired[1].kid for ring in KEY_SET.rings.values()}
    assert set(KEY_SET.compromised()) == marked


@pytest.mark.attack("ATK-361")
def test_a_key_does_not_show_its_material_when_it_is_printed():
    shown = repr(KeySet(rings={"RS256": KeyRing(next=KEYS["RS256"], current=KEYS["RS256"])}))
    assert KEYS["RS256"].kid in shown
    assert not [value for name, value in KEYS["RS256"].material.items() if value in shown and name not in {"kty", "e"}]
