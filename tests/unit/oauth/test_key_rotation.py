from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.aws.settings import Settings
from gatelet.handlers.key_rotation import NOTICED, RETENTION, SIGNING
from gatelet.oauth.access_token import LONGEST_LIFETIME
from gatelet.oauth.grant import REFRESH_IDLE
from gatelet.oauth.key_rotation import (
    NextKeyTooYoung,
    UnknownKey,
    replace_all,
    replace_one,
    shift,
    without,
)
from gatelet.oauth.key_set import Key, KeySet

ALGORITHMS = ("ES256", "RS256")
AGE = 100
RETENTION_SECONDS = 250


class Rotation:
    """A key set with a clock and keys that are nothing but names."""

    def __init__(self) -> None:
        self.keys = KeySet()
        self.now = 1000
        self._names = count(1)

    def generate(self, alg: str, now: int) -> Key:
        return Key(kid=f"{alg}-{next(self._names)}", created_at=now, material={})

    def shift(self, *, after: int = AGE, algorithms: tuple[str, ...] = ALGORITHMS) -> KeySet:
        self.now += after
        self.keys = shift(
            self.keys,
            algorithms,
            self.generate,
            now=self.now,
            next_key_age=AGE,
            retention=RETENTION_SECONDS,
        )
        return self.keys

    def replace_all(self) -> KeySet:
        self.keys = replace_all(self.keys, ALGORITHMS, self.generate, now=self.now)
        return self.keys

    def replace_one(self, kid: str) -> KeySet:
        self.keys = replace_one(self.keys, kid, self.generate, now=self.now)
        return self.keys


@pytest.fixture
def rotation():
    """Return a key set as the first deployment makes it."""
    made = Rotation()
    made.shift()
    return made


def kids(keys, alg="ES256"):
    return {key.kid for key in keys.rings[alg].all_keys}


def require_new(keys, algorithms, now):
    """Require that the keys which sign now and next are of their algorithm, and were made at this time."""
    for alg in algorithms:
        for key in (keys.rings[alg].current, keys.rings[alg].next):
            assert key.kid.startswith(f"{alg}-")
            assert (key.created_at, key.retired_at, key.compromised) == (now, None, False)


def test_the_first_shift_gives_each_algorithm_a_current_and_a_next_key(rotation):
    assert rotation.keys.version == 1
    assert set(rotation.keys.rings) == set(ALGORITHMS)
    for ring in rotation.keys.rings.values():
        assert ring.current.kid != ring.next.kid
        assert ring.retired == ()
    require_new(rotation.keys, ALGORITHMS, rotation.now)


def test_a_shift_lets_the_next_key_sign_and_keeps_the_current_one_published(rotation):
    before = rotation.keys.rings["ES256"]
    after = rotation.shift().rings["ES256"]
    assert after.current == before.next
    assert [key.kid for key in after.retired] == [before.current.kid]
    assert after.retired[0].retired_at == rotation.now
    assert after.next.created_at == rotation.now
    assert after.next.kid not in {before.current.kid, before.next.kid}
    assert rotation.keys.version == 2


@pytest.mark.attack("ATK-338")
def test_a_next_key_that_is_too_young_does_not_sign(rotation):
    """A verifier that caches keys may not have seen it yet."""
    with pytest.raises(NextKeyTooYoung) as refusal:
        rotation.shift(after=AGE - 1)
    assert refusal.value.seconds_left == 1
    assert str(refusal.value) == "the next key may sign in 1 s"  # what Secrets Manager tells the operator
    assert rotation.shift(after=1).version == 2


@pytest.mark.attack("ATK-338")
def test_the_youngest_next_key_of_all_algorithms_decides(rotation):
    rotation.now += AGE - 10
    rotation.replace_one(rotation.keys.rings["RS256"].next.kid)
    with pytest.raises(NextKeyTooYoung) as refusal:
        rotation.shift(after=10)
    assert refusal.value.seconds_left == AGE - 10


@pytest.mark.attack("ATK-338")
@pytest.mark.attack("ATK-339")
@given(st.lists(st.one_of(st.integers(0, 400), st.just("early"), st.just("emergency")), max_size=25))
def test_no_key_signs_before_it_was_published_nor_goes_before_its_last_token(steps):
    """Whatever the operator and the schedule do, but for an emergency, and in any order."""
    rotation = Rotation()
    rotation.shift()
    published_since = dict.fromkeys(kids(rotation.keys), 0)
    signed_until: dict[str, int] = {}
    for step in steps:
        signed_until[rotation.keys.rings["ES256"].current.kid] = rotation.now
        if step == "emergency":
            rotation.replace_all()
            published_since |= dict.fromkeys(kids(rotation.keys), 0)
        else:
            try:
                rotation.shift(after=AGE // 2 if step == "early" else step)
            except NextKeyTooYoung:
                continue
        for kid in kids(rotation.keys):
            published_since.setdefault(kid, rotation.now)
        signed_until[rotation.keys.rings["ES256"].retired[0].kid] = rotation.now
        assert rotation.now - published_since[rotation.keys.rings["ES256"].current.kid] >= AGE
        owed = {kid for kid, last in signed_until.items() if rotation.now - last < RETENTION_SECONDS}
        assert owed <= kids(rotation.keys)


@pytest.mark.attack("ATK-339")
def test_a_retired_key_goes_when_the_last_token_it_signed_is_gone(rotation):
    first = rotation.keys.rings["ES256"].current.kid
    rotation.shift()
    assert first in kids(rotation.shift(after=RETENTION_SECONDS - 1))
    assert first not in kids(rotation.shift(after=AGE))


@pytest.mark.attack("ATK-338")
@pytest.mark.attack("ATK-339")
def test_the_periods_of_a_deployment_outlast_every_token_and_every_cache():
    """API Gateway remembers keys for 2 h, we for 5 min, signers for 60 s, a refresh token rests 14 d at most."""
    assert Settings().next_key_age >= 7200
    assert RETENTION["signing"] >= LONGEST_LIFETIME + NOTICED[SIGNING] + 7200
    assert RETENTION["grant"] >= REFRESH_IDLE + 300


def test_an_algorithm_that_is_switched_on_later_gets_its_keys_and_the_others_shift(rotation):
    before = rotation.keys.rings["ES256"]
    keys = rotation.shift(algorithms=(*ALGORITHMS, "EdDSA"))
    assert set(keys.rings) == {"ES256", "RS256", "EdDSA"}
    assert keys.rings["ES256"].current == before.next


def test_the_keys_of_an_algorithm_that_is_switched_off_still_verify(rotation):
    keys = rotation.shift(algorithms=("ES256",))
    assert "RS256" in keys.rings


@pytest.mark.attack("ATK-341")
def test_an_emergency_replaces_every_key_at_once_and_marks_all_earlier_ones(rotation):
    rotation.shift()
    before = {alg: kids(rotation.keys, alg) for alg in ALGORITHMS}
    keys = rotation.replace_all()
    for alg in ALGORITHMS:
        ring = keys.rings[alg]
        assert not {ring.current.kid, ring.next.kid} & before[alg]
        assert {key.kid for key in ring.retired} == before[alg]
    assert set(keys.compromised()) == before["ES256"] | before["RS256"]
    assert keys.version == 3
    require_new(keys, ALGORITHMS, rotation.now)


@pytest.mark.attack("ATK-341")
def test_an_emergency_retires_the_keys_that_signed_until_then(rotation):
    """One that was retired before goes when its own last token is gone."""
    earlier = rotation.now
    rotation.shift()
    retired_before = rotation.keys.rings["ES256"].retired[0].kid
    rotation.now += 1
    since = {key.kid: key.retired_at for key in rotation.replace_all().rings["ES256"].retired}
    assert since.pop(retired_before) == earlier + AGE
    assert set(since.values()) == {rotation.now}
    assert rotation.keys.compromised()


def test_an_emergency_gives_an_algorithm_without_keys_its_first_ones():
    rotation = Rotation()
    assert set(rotation.replace_all().rings) == set(ALGORITHMS)
    require_new(rotation.keys, ALGORITHMS, rotation.now)


@pytest.mark.attack("ATK-341")
def test_the_keys_of_an_emergency_are_dropped_once_they_are_revoked(rotation):
    rotation.replace_all()
    keys = without(rotation.keys, rotation.keys.compromised())
    assert keys.compromised() == ()
    assert keys.version == rotation.keys.version + 1
    for alg in ALGORITHMS:
        assert kids(keys, alg) == {keys.rings[alg].current.kid, keys.rings[alg].next.kid}


def test_an_honest_retired_key_survives_the_end_of_a_compromised_one(rotation):
    honest = rotation.keys.rings["ES256"].current.kid
    rotation.shift()
    bad = rotation.keys.rings["ES256"].current.kid
    keys = without(rotation.replace_one(bad), {bad})
    assert honest in kids(keys)
    assert bad not in kids(keys)


def test_a_compromised_key_stays_marked_through_a_rotation(rotation):
    bad = rotation.keys.rings["ES256"].current.kid
    rotation.replace_one(bad)
    assert rotation.shift().compromised() == (bad,)


@pytest.mark.attack("ATK-341")
def test_a_bad_current_key_is_followed_by_the_next_one(rotation):
    """That one is published already, so no verifier is surprised."""
    before = rotation.keys.rings["ES256"]
    keys = rotation.replace_one(before.current.kid)
    assert keys.rings["ES256"].current == before.next
    assert keys.compromised() == (before.current.kid,)
    assert keys.version == 2
    assert keys.rings["ES256"].retired[0].retired_at == rotation.now
    assert keys.rings["ES256"].next.kid.startswith("ES256-")
    assert keys.rings["ES256"].next.created_at == rotation.now
    assert keys.rings["RS256"] == rotation.keys.rings["RS256"]


def test_a_bad_next_key_never_signs(rotation):
    before = rotation.keys.rings["ES256"]
    keys = rotation.replace_one(before.next.kid)
    assert keys.rings["ES256"].current == before.current
    assert keys.compromised() == (before.next.kid,)
    assert rotation.shift().rings["ES256"].current.kid != before.next.kid


@pytest.mark.attack("ATK-341")
def test_a_bad_retired_key_is_marked_and_the_others_stay(rotation):
    """It is still published, so what it signs is still believed."""
    bad = rotation.keys.rings["ES256"].current.kid
    before = rotation.shift().rings["ES256"]
    keys = rotation.replace_one(bad)
    assert keys.compromised() == (bad,)
    assert keys.version == 3
    assert (keys.rings["ES256"].current, keys.rings["ES256"].next) == (before.current, before.next)
    assert bad not in kids(without(keys, keys.compromised()))


def test_a_kid_that_nobody_knows_changes_nothing(rotation):
    with pytest.raises(UnknownKey, match="ES256-999"):
        rotation.replace_one("ES256-999")
