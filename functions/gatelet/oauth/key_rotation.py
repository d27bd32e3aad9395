"""How a key set changes: the shift, the emergency, and the end of a compromised key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from gatelet.oauth.key_set import Key, KeyRing, KeySet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    Generate: TypeAlias = Callable[[str, int], Key]


class NextKeyTooYoung(Exception):
    """A verifier may not have seen the next key yet; `seconds_left` until it may sign."""

    def __init__(self, seconds_left: int) -> None:
        super().__init__(f"the next key may sign in {seconds_left} s")
        self.seconds_left = seconds_left


class UnknownKey(Exception):
    """No key of the set has this id."""


def shift(
    keys: KeySet, algorithms: Sequence[str], generate: Generate, *, now: int, next_key_age: int, retention: int
) -> KeySet:
    """Let every next key sign, retire the current ones, and make new next keys.

    Retired keys are dropped `retention` seconds after they last signed. An algorithm without keys gets
    its first two. Raises NextKeyTooYoung while a next key has not been published for `next_key_age` s.
    """
    age = min((now - ring.next.created_at for ring in keys.rings.values()), default=next_key_age)
    if age < next_key_age:
        raise NextKeyTooYoung(next_key_age - age)
    rings = {alg: _shifted(ring, generate(alg, now), now, retention) for alg, ring in keys.rings.items()}
    return KeySet(version=keys.version + 1, rings={**rings, **_first(keys, algorithms, generate, now)})


def replace_all(keys: KeySet, algorithms: Sequence[str], generate: Generate, *, now: int) -> KeySet:
    """Assume that the whole secret was read: fresh current and next keys, all earlier ones compromised.

    They stay in the set, so that signers which have not noticed yet make no token that fails, until
    `without`.
    """
    rings = {
        alg: KeyRing(next=generate(alg, now), current=generate(alg, now), retired=_compromised(ring, now))
        for alg, ring in keys.rings.items()
    }
    return KeySet(version=keys.version + 1, rings={**rings, **_first(keys, algorithms, generate, now)})


def replace_one(keys: KeySet, kid: str, generate: Generate, *, now: int) -> KeySet:
    """Replace the one key that is known bad: a current key by the next, a next key by a fresh one.

    A retired key needs no replacement. Raises UnknownKey.
    """
    for alg, ring in keys.rings.items():
        if kid in {key.kid for key in ring.retired}:
            retired = tuple(replace(key, compromised=key.compromised or key.kid == kid) for key in ring.retired)
            return KeySet(version=keys.version + 1, rings={**keys.rings, alg: replace(ring, retired=retired)})
        if kid in {ring.current.kid, ring.next.kid}:
            return KeySet(
                version=keys.version + 1, rings={**keys.rings, alg: _without(ring, kid, generate(alg, now), now)}
            )
    raise UnknownKey(kid)


def without(keys: KeySet, kids: Collection[str]) -> KeySet:
    """Drop compromised keys whose end was announced: no token that they signed is good any more."""
    rings = {
        alg: replace(ring, retired=tuple(key for key in ring.retired if key.kid not in kids))
        for alg, ring in keys.rings.items()
    }
    return KeySet(version=keys.version + 1, rings=rings)


def _first(keys: KeySet, algorithms: Sequence[str], generate: Generate, now: int) -> dict[str, KeyRing]:
    missing = [alg for alg in algorithms if alg not in keys.rings]
    return {alg: KeyRing(next=generate(alg, now), current=generate(alg, now)) for alg in missing}


def _shifted(ring: KeyRing, fresh: Key, now: int, retention: int) -> KeyRing:
    kept = tuple(key for key in ring.retired if now - (key.retired_at or now) < retention)
    return KeyRing(next=fresh, current=ring.next, retired=(replace(ring.current, retired_at=now), *kept))


def _without(ring: KeyRing, kid: str, fresh: Key, now: int) -> KeyRing:
    bad = replace(ring.current if kid == ring.current.kid else ring.next, retired_at=now, compromised=True)
    current = ring.next if kid == ring.current.kid else ring.current
    return KeyRing(next=fresh, current=current, retired=(bad, *ring.retired))


def _compromised(ring: KeyRing, now: int) -> tuple[Key, ...]:
    return tuple(replace(key, retired_at=key.retired_at or now, compromised=True) for key in ring.all_keys)
