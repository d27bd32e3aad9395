"""What can be done with the keys: the four steps, the first keys, a rotation, an emergency."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from gatelet.aws.public_keys import PublishedVersion
from gatelet.aws.secret import GRANT_SECONDS, SIGNING_SECONDS
from gatelet.aws.secret_rotation import RotationInProgress, SecretRotation
from gatelet.handlers.audit_event import Event
from gatelet.oauth import key_rotation
from gatelet.oauth.key_check import check_handle_keys, check_signing_keys
from gatelet.oauth.key_generation import generate
from gatelet.oauth.key_rotation import NextKeyTooYoung
from gatelet.oauth.revocation_list import RevocationEvent
from gatelet.oauth.seal import SEALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.handlers.server import Server
    from gatelet.oauth.key_set import Key, KeySet

SIGNING = "signing"
GRANT = "grant"
RETENTION = {SIGNING: 86_400, GRANT: 90 * 86_400}
"""Seconds that a retired key is kept: the last token that it signed, the last handle that it tagged."""
NOTICED = {SIGNING: SIGNING_SECONDS, GRANT: GRANT_SECONDS}
"""Seconds after which every container uses the new keys."""
RETRY_AFTER = 5


class KeyRotation:
    """The two secrets of a stack and what is done with them; `record` is told what an audit asks for."""

    def __init__(self, server: Server, record: Callable[[Event], None]) -> None:
        self._server = server
        self._record = record
        self._algorithms = {SIGNING: server.settings.signing_algorithms, GRANT: (SEALS,)}

    def step(self, event: dict[str, Any]) -> dict[str, Any]:
        """Do one step for Secrets Manager. Raises where the rotation must not go on."""
        name = self._name_of(event["SecretId"])
        secret, rotation = self._secret(name), event["ClientRequestToken"]
        try:
            self._step(event["Step"], secret, rotation, name)
        except RotationInProgress:
            secret.abandon(rotation)
            raise
        return {"done": event["Step"]}

    def _step(self, step: str, secret: SecretRotation, rotation: str, name: str) -> None:
        match step:
            case "createSecret":
                secret.create(rotation, self._shift(name))
            case "setSecret":
                secret.set(rotation)
            case "testSecret":
                secret.test(rotation)
            case "finishSecret":
                secret.finish(rotation)
                self._record(Event.KEY_ROTATED)
            case unknown:
                raise ValueError(f"no step is called {unknown}")

    def make_first(self) -> None:
        """Make keys where none are."""
        for name in (SIGNING, GRANT):
            secret = self._secret(name)
            if secret.current_set().rings:
                continue
            try:
                self._run(secret, self._shift(name))
                self._record(Event.KEY_CREATED)
            except (RotationInProgress, NextKeyTooYoung):
                if not secret.current_set().rings:
                    raise

    def act(self, event: dict[str, Any]) -> dict[str, Any]:
        """Do what the operator asks."""
        match event["action"]:
            case "rotate":
                return self._rotate(event)
            case "revoke_compromised":
                return self._revoke_compromised(event["secret"])
            case "status":
                keys = {name: _describe(self._secret(name).current_set()) for name in (SIGNING, GRANT)}
                return {**keys, "next_key_age": self._server.settings.next_key_age}
            case unknown:
                raise ValueError(f"no action is called {unknown}")

    def _rotate(self, event: dict[str, Any]) -> dict[str, Any]:
        name = event["secret"]
        secret = self._secret(name)
        try:
            keys = self._run(secret, self._emergency(event) if event.get("emergency") else self._shift(name))
        except NextKeyTooYoung as young:
            return self._not_rotated(name, "next_key_too_young", young.seconds_left)
        except RotationInProgress:
            return self._not_rotated(name, "rotation_in_progress", RETRY_AFTER)
        self._record(Event.KEY_ROTATED)
        answer = {"rotated": True, "secret": name, "version": keys.version, "kids": _kids(keys)}
        if not event.get("emergency"):
            return answer
        return {**answer, "compromised": list(keys.compromised()), "revoke_after": NOTICED[name]}

    def _revoke_compromised(self, name: str) -> dict[str, Any]:
        """Announce the compromised keys, then drop them."""
        secret = self._secret(name)
        revoked = secret.current_set().compromised()
        if name == SIGNING:
            for kid in revoked:
                self._server.feed.announce(RevocationEvent(type="kid", id=kid))
                self._record(Event.KEY_REVOKED)
        if revoked:
            self._run(secret, lambda keys: key_rotation.without(keys, revoked))
            self._record(Event.KEY_REVOKED)
        return {"revoked": list(revoked)}

    def _run(self, secret: SecretRotation, successor: Callable[[KeySet], KeySet]) -> KeySet:
        """Do the four steps in a row, after those of a rotation that died half-way."""
        _finish_unfinished(secret)
        rotation = str(uuid.uuid4())
        secret.create(rotation, successor)
        try:
            secret.set(rotation)
            secret.test(rotation)
            secret.finish(rotation)
        except (RotationInProgress, ValueError):
            secret.abandon(rotation)
            raise
        return secret.set_of(rotation)

    def _shift(self, name: str) -> Callable[[KeySet], KeySet]:
        return lambda keys: key_rotation.shift(
            keys,
            self._algorithms[name],
            generate,
            now=self._server.now(),
            next_key_age=self._server.settings.next_key_age,
            retention=RETENTION[name],
        )

    def _emergency(self, event: dict[str, Any]) -> Callable[[KeySet], KeySet]:
        now, kid = self._server.now(), event.get("kid")
        if kid is not None:
            return lambda keys: key_rotation.replace_one(keys, kid, generate, now=now)
        return lambda keys: key_rotation.replace_all(keys, self._algorithms[event["secret"]], generate, now=now)

    def _not_rotated(self, name: str, reason: str, retry_after: int) -> dict[str, Any]:
        version = self._secret(name).current_set().version
        return {"rotated": False, "secret": name, "reason": reason, "retry_after": retry_after, "version": version}

    def _name_of(self, arn: str) -> str:
        for name in self._algorithms:
            if arn == self._server.settings.require(f"{name}_secret"):
                return name
        raise ValueError("this secret is not one of the stack")

    def _secret(self, name: str) -> SecretRotation:
        if name not in self._algorithms:
            raise ValueError(f"no secret is called {name}")
        return SecretRotation(
            connection=self._server.connection,
            arn=self._server.settings.require(f"{name}_secret"),
            published=PublishedVersion(self._server.keys_table, name),
            check=check_signing_keys if name == SIGNING else check_handle_keys,
            publishes=name == SIGNING,
        )


def _finish_unfinished(secret: SecretRotation) -> None:
    """Go on with a rotation that died half-way; one whose keys do not work is given up."""
    unfinished = secret.unfinished()
    if unfinished is None:
        return
    try:
        secret.test(unfinished)
        secret.finish(unfinished)
    except ValueError:
        secret.abandon(unfinished)


def _describe(keys: KeySet) -> dict[str, Any]:
    """Return ids and ages, never material."""

    def born(key: Key) -> dict[str, Any]:
        return {"kid": key.kid, "created_at": key.created_at}

    kids = {
        alg: {
            "current": born(ring.current),
            "next": born(ring.next),
            "retired": [
                {"kid": key.kid, "retired_at": key.retired_at, "compromised": key.compromised} for key in ring.retired
            ],
        }
        for alg, ring in keys.rings.items()
    }
    return {"version": keys.version, "kids": kids}


def _kids(keys: KeySet) -> dict[str, Any]:
    return {
        alg: {"current": ring.current.kid, "next": ring.next.kid, "retired": [key.kid for key in ring.retired]}
        for alg, ring in keys.rings.items()
    }
