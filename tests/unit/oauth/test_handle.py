from __future__ import annotations

import hashlib
import json
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth import base64url
from gatelet.oauth.handle import AUTHORIZATION_CODE, REFRESH_TOKEN, HandleKeys, grant_id
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_rotation import shift
from gatelet.oauth.key_set import KeyRing, KeySet
from gatelet.oauth.seal import SEALS, BrokenSeal, Seals

CODE = "gc1_"
GRANT_SECRET = bytes(range(16))
RING = KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))
KEYS = HandleKeys(Seals(RING))
ALPHABET = string.ascii_letters + string.digits + "-_"


def seal(prefix=REFRESH_TOKEN, *, keys=KEYS, generation=3, client_id="c_app"):
    return keys.seal(prefix, grant_secret=GRANT_SECRET, generation=generation, client_id=client_id)


TOKEN = seal()
ENCODED = TOKEN.removeprefix(REFRESH_TOKEN)
DATA = base64url.decode(ENCODED)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**32 - 1), st.text(min_size=1, max_size=255))
def test_a_handle_says_what_was_sealed(grant_secret, generation, client_id):
    text = KEYS.seal(REFRESH_TOKEN, grant_secret=grant_secret, generation=generation, client_id=client_id)
    handle = KEYS.open(REFRESH_TOKEN, text)
    assert (handle.grant_secret, handle.generation) == (grant_secret, generation)
    assert handle.belongs_to(client_id)
    assert not handle.belongs_to(client_id + "x")


def test_a_handle_is_the_same_each_time_it_is_sealed():
    """An honest retry is answered with the very same successor."""
    assert seal() == TOKEN
    assert seal(generation=4) != TOKEN


def test_a_handle_starts_with_its_prefix_and_can_stand_in_a_url():
    code = seal(AUTHORIZATION_CODE)
    assert (TOKEN[:4], code[:4]) == ("gr1_", "gc1_")
    assert set(TOKEN + code) <= set(ALPHABET)


def test_the_keys_of_handles_stand_in_their_secret_under_a_name_that_stays():
    """Two releases read it side by side."""
    document = json.loads(KeySet(version=1, rings={"HMAC": RING}).to_json())
    ring = KeySet.from_json(json.dumps(document)).rings[SEALS]
    assert HandleKeys(Seals(ring)).open(REFRESH_TOKEN, TOKEN).generation == 3


@pytest.mark.attack("ATK-175")
@pytest.mark.clause("RFC6749-10.4-5", "RFC6749-10.10-1", "RFC9700-4.14.2-4")
@pytest.mark.parametrize("position", range(len(TOKEN)))
def test_a_handle_with_one_character_changed_is_forged(position):
    """Grant secret, generation, client, key id and tag alike: the tag covers all of it."""
    for character in ALPHABET + "=+/ .":
        if character != TOKEN[position]:
            with pytest.raises(BrokenSeal):
                KEYS.open(REFRESH_TOKEN, TOKEN[:position] + character + TOKEN[position + 1 :])


@pytest.mark.attack("ATK-175")
@pytest.mark.advisory("CVE-2026-27840")
@pytest.mark.parametrize("length", range(len(TOKEN)))
def test_a_truncated_handle_is_forged(length):
    for part in (TOKEN[:length], REFRESH_TOKEN + TOKEN[len(TOKEN) - length :]):
        if part != TOKEN:
            with pytest.raises(BrokenSeal):
                KEYS.open(REFRESH_TOKEN, part)


@pytest.mark.attack("ATK-175")
@pytest.mark.parametrize(
    "text",
    [
        "",
        REFRESH_TOKEN,
        TOKEN + "A",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN + "=",
        TOKEN.upper(),
        REFRESH_TOKEN + TOKEN,
        REFRESH_TOKEN + ENCODED * 2,
        REFRESH_TOKEN + ENCODED[:-2] + "==",
        REFRESH_TOKEN + ENCODED[:-1] + "\u00e9",
        REFRESH_TOKEN + ENCODED[:-1] + "\ud800",
        REFRESH_TOKEN + "A" * len(ENCODED),
        REFRESH_TOKEN + "\u0661" * len(ENCODED),
        REFRESH_TOKEN + "A" * 100_000,
    ],
)
def test_text_that_we_did_not_make_is_forged_and_no_fault(text):
    with pytest.raises(BrokenSeal):
        KEYS.open(REFRESH_TOKEN, text)


@given(st.binary(min_size=len(DATA), max_size=len(DATA)))
def test_no_bytes_that_we_did_not_seal_open(data):
    for forged in (data, DATA[:4] + data[4:], DATA[:40] + data[40:], data[:40] + DATA[40:]):
        if forged != DATA:
            with pytest.raises(BrokenSeal):
                KEYS.open(REFRESH_TOKEN, REFRESH_TOKEN + base64url.encode(forged))


@pytest.mark.attack("ATK-043")
def test_a_handle_in_another_alphabet_of_base64_is_forged():
    """One value has one spelling. RFC 4648 §3.5"""
    standard = next(
        text for text in (seal(generation=g) for g in range(100)) if "-" in text or "_" in text.removeprefix("gr1_")
    )
    encoded = standard.removeprefix(REFRESH_TOKEN).replace("-", "+").replace("_", "/")
    KEYS.open(REFRESH_TOKEN, standard)
    with pytest.raises(BrokenSeal):
        KEYS.open(REFRESH_TOKEN, REFRESH_TOKEN + encoded)


@pytest.mark.attack("ATK-181")
@pytest.mark.advisory("CVE-2026-4282")
@pytest.mark.parametrize(("made", "wanted"), [(CODE, REFRESH_TOKEN), (REFRESH_TOKEN, CODE)])
def test_a_code_cannot_pass_for_a_refresh_token_nor_the_other_way_round(made, wanted):
    """The tag covers the prefix, so swapping it does not help."""
    text = seal(made)
    KEYS.open(made, text)
    for presented in (text, wanted + text.removeprefix(made), wanted + text):
        with pytest.raises(BrokenSeal):
            KEYS.open(wanted, presented)


@pytest.mark.attack("ATK-175")
def test_a_handle_of_an_unknown_key_is_forged():
    with pytest.raises(BrokenSeal):
        KEYS.open(
            REFRESH_TOKEN, seal(keys=HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0)))))
        )


@pytest.mark.attack("ATK-175")
def test_a_handle_of_another_key_that_takes_our_key_id_is_forged():
    usurper = replace(generate(SEALS, 0), kid=RING.current.kid)
    with pytest.raises(BrokenSeal):
        KEYS.open(REFRESH_TOKEN, seal(keys=HandleKeys(Seals(replace(RING, current=usurper)))))


@pytest.mark.attack("ATK-168")
@pytest.mark.clause("RFC6749-10.4-2")
def test_a_handle_tells_whose_it_is():
    """Another client's attempt is seen without a call."""
    handle = KEYS.open(REFRESH_TOKEN, seal(client_id="c_app"))
    assert handle.belongs_to("c_app")
    for other in ("c_ap", "c_apq", "C_APP", "", "c_app\0"):
        assert not handle.belongs_to(other)


@pytest.mark.attack("ATK-177")
def test_a_handle_opens_until_its_key_is_retired_for_good():
    """And new ones are made with the current key."""
    keys = KeySet(version=1, rings={SEALS: RING})
    opened = []
    for day in range(1, 5):
        keys = shift(keys, (SEALS,), generate, now=day * 86_400, next_key_age=0, retention=2 * 86_400)
        handles = HandleKeys(Seals(keys.rings[SEALS]))
        try:
            opened.append(handles.open(REFRESH_TOKEN, TOKEN).generation == 3)
        except BrokenSeal:
            opened.append(False)
        assert seal(keys=handles) != TOKEN
    assert opened == [True, True, False, False]


def test_a_container_that_has_not_noticed_a_rotation_opens_what_another_sealed():
    """It knows the next key before that signs."""
    later = shift(KeySet(version=1, rings={SEALS: RING}), (SEALS,), generate, now=1, next_key_age=0, retention=1)
    assert KEYS.open(REFRESH_TOKEN, seal(keys=HandleKeys(Seals(later.rings[SEALS])))).generation == 3


def test_a_handle_of_an_emergency_elsewhere_opens_and_its_successor_is_made_with_the_new_key():
    """A container that remembers the old ring reads it again, and then forgets the old keys."""
    fresh = KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))
    behind, ahead = HandleKeys(Seals(RING, reload=lambda: fresh)), HandleKeys(Seals(fresh))
    assert behind.open(REFRESH_TOKEN, seal(keys=ahead)).generation == 3
    assert seal(keys=behind, generation=4) == seal(keys=ahead, generation=4)
    with pytest.raises(BrokenSeal):
        behind.open(REFRESH_TOKEN, TOKEN)


@pytest.mark.attack("ATK-175")
def test_reading_the_ring_again_makes_no_forged_handle_a_good_one():
    stranger = HandleKeys(Seals(KeyRing(next=generate(SEALS, 0), current=generate(SEALS, 0))))
    with pytest.raises(BrokenSeal):
        HandleKeys(Seals(RING, reload=lambda: RING)).open(REFRESH_TOKEN, seal(keys=stranger))


@pytest.mark.attack("ATK-365")
def test_the_grant_id_is_half_a_hash_of_the_grant_secret():
    """What is stored cannot be turned into what is presented."""
    assert grant_id(GRANT_SECRET) == base64url.encode(hashlib.sha256(GRANT_SECRET).digest()[:16])
    assert KEYS.open(REFRESH_TOKEN, TOKEN).grant_id == grant_id(GRANT_SECRET)


@pytest.mark.attack("ATK-361")
def test_a_handle_does_not_show_its_secret_when_it_is_printed():
    shown = repr(KEYS.open(REFRESH_TOKEN, TOKEN))
    assert repr(GRANT_SECRET) not in shown
    assert GRANT_SECRET.hex() not in shown


@pytest.mark.parametrize("body", [b"", b"x", bytes(35), bytes(37)])
def test_what_we_sealed_ourselves_is_no_handle_unless_it_has_the_length_of_one(body):
    with pytest.raises(BrokenSeal):
        KEYS.open(REFRESH_TOKEN, Seals(RING).seal(REFRESH_TOKEN, body))


def test_nothing_is_not_worth_a_seal():
    with pytest.raises(BrokenSeal):
        Seals(RING).open("gx1_", Seals(RING).seal("gx1_", b""))
